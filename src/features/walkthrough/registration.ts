import {setTimeout} from "node:timers/promises";
import * as vscode from "vscode";
import {type Host, registerCommand} from "../../host/host";
import {runCommand} from "../../host/runCommand";
import {markStepDone} from "../../host/walkthroughProgress";
import {paragraph, Samples} from "./samples";

/** The walkthrough's id in package.json, after the extension's id. */
const walkthrough = "tokenscope.tokenscope#firstMinutes";

/** State key: it has opened by itself. */
const openedKey = "walkthrough.opened";

/** VS Code's walkthrough takes the focus for a new step after 500 ms: wait a little longer (ms). */
const stepFocusDelay = 600;

/**
 * Registers the walkthrough "First minutes". Each of its buttons tries a step on a sample. It opens by itself once, after the
 * installation.
 */
export function registerWalkthrough(host: Host): vscode.Disposable {
  const samples = new Samples(host.extensionUri);
  const followModel = (): void => {
    if (!host.settings.usesDemonstrationModel) markStepDone("model");
  };
  followModel();
  if (host.globalState.get(openedKey) === undefined)
    void openFirst(host).catch((error: unknown) => host.log.warn(String(error)));
  return vscode.Disposable.from(
    samples,
    host.settings.onDidChangeModel(followModel),
    registerCommand(host, "openWalkthrough", () => open(false)),
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
      // The result opens beside what has the focus: the walkthrough keeps it, so that both stand in the second column.
      const {document} = await samples.show("logprobs.ts", () => new vscode.Range(0, 0, 0, 0), true);
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

async function open(options: boolean | {inactive: boolean}): Promise<void> {
  await vscode.commands.executeCommand("workbench.action.openWalkthrough", walkthrough, options);
}

/**
 * VS Code opens the walkthrough of an extension that is installed from its own views, and of no other: one that comes by the command
 * line, a container or a synchronized profile opens it here. Where VS Code has opened it, this changes nothing.
 */
async function openFirst({globalState}: Host): Promise<void> {
  // There is state of an earlier version: this is an update.
  const isUpdate = globalState.keys().length > 0;
  await globalState.update(openedKey, true);
  const wanted = vscode.workspace.getConfiguration("workbench.welcomePage.walkthroughs").get<unknown>("openOnInstall");
  if (isUpdate || wanted === false || !vscode.window.state.focused) return;
  // Somebody may be typing already.
  await open(vscode.window.activeTextEditor === undefined ? false : {inactive: true});
}
