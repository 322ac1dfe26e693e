import * as vscode from "vscode";
import {type Host, registerCommand} from "../../host/host";
import {Lazy} from "../../host/lazy";
import {promptScheme} from "./promptScheme";

/** Counts of a chat: after the model's chat template. */
export function registerChatCount(host: Host): vscode.Disposable {
  const prompts = new Lazy(async () => {
    const {RenderedPrompts} = await import("./renderedPrompts");
    return new RenderedPrompts();
  });
  return vscode.Disposable.from(
    prompts,
    vscode.workspace.registerTextDocumentContentProvider(promptScheme, {
      provideTextDocumentContent: async (uri) => (await prompts.get()).provideTextDocumentContent(uri)
    }),
    registerCommand(host, "countTokensAsChat", async (subject) => {
      const {countAsChat} = await import("./countAsChat");
      await countAsChat(host, await prompts.get(), subject);
    })
  );
}
