import {setTimeout} from "node:timers/promises";
import * as vscode from "vscode";
import {type Host, registerCommand} from "../../host/host";
import {runCommand} from "../../host/runCommand";
import {paragraph, Samples} from "./samples";

/** The walkthrough's id in package.json, after the extension's id. */
const walkthrough = "tokenscope.tokenscope#firstMinutes";

/** VS Code's walkthrough takes the focus for a new step after 500 ms: wait a little longer (ms). */
const stepFocusDelay = 600;

/** Registers the walkthrough "First minutes". Each of its buttons tries a step on a sample. */
export function registerWalkthrough(host: Host): vscode.Disposable {
  const samples = new Samples(host.extensionUri);
  return vscode.Disposable.from(
    samples,
    registerCommand(host, "openWalkthrough", async () => {
      await vscode.commands.executeCommand("workbench.action.openWalkthrough", walkthrough, false);
    }),
    registerCommand(host, "tryTokens", async () => {
      await samples.show("tokens.md", (document) => paragraph(document, 1));
      await vscode.commands.executeCommand("editor.action.showHover");
    }),
    registerCommand(host, "tryPerplexity", async () => {
      const editor = await samples.show("perplexity.md", (document) => paragraph(document, 1));
      const {documentRangeOf, targetTextOf} = await import("../../host/documents/targetText");
      await runCommand("perplexity", documentRangeOf(await targetTextOf(editor)));
    }),
    registerCommand(host, "tryLogprobs", async () => {
      const {document} = await samples.show("logprobs.ts", () => new vscode.Range(0, 0, 0, 0));
      const {documentRangeOf, wholeDocument} = await import("../../host/documents/targetText");
      await runCommand("showLogprobs", documentRangeOf(await wholeDocument(document)));
    }),
    registerCommand(host, "tryCompletion", async () => {
      const show = () =>
        samples.show("completion.ts", (document) => {
          // The cursor goes in front of the semicolon.
          const cursor = paragraph(document, 0).end.translate(0, -1);
          return new vscode.Range(cursor, cursor);
        });
      const {document} = await show();
      await setTimeout(stepFocusDelay);
      // Without the focus in the text, nothing is completed.
      if (vscode.window.activeTextEditor?.document !== document) await show();
      await runCommand("complete");
    })
  );
}
