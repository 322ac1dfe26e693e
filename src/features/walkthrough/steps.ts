import {setTimeout} from "node:timers/promises";
import * as vscode from "vscode";
import {documentRangeOf, targetTextOf, wholeDocument} from "../../host/documents/targetText";
import {runCommand} from "../../host/runCommand";
import type {Samples} from "./samples";
import {paragraph, showSample} from "./showSample";

/** The walkthrough's id in package.json, after the extension's id. */
const walkthrough = "tokenscope.tokenscope#firstMinutes";

/** VS Code's walkthrough takes the focus for a new step after 500 ms: wait a little longer (ms). */
const stepFocusDelay = 600;

/** The second argument of VS Code's own command: whether it opens beside, or how. */
export async function openWalkthrough(options: boolean | {readonly inactive: boolean}): Promise<void> {
  await vscode.commands.executeCommand("workbench.action.openWalkthrough", walkthrough, options);
}

/**
 * VS Code opens the walkthrough of an extension that is installed from its own views, and of no other: one that comes by the command
 * line, a container or a synchronized profile opens it here. Where VS Code has opened it, this changes nothing.
 */
export async function openAfterInstallation(): Promise<void> {
  const wanted = vscode.workspace.getConfiguration("workbench.welcomePage.walkthroughs").get<unknown>("openOnInstall");
  if (wanted === false || !vscode.window.state.focused) return;
  // Somebody may be typing already.
  await openWalkthrough(vscode.window.activeTextEditor === undefined ? false : {inactive: true});
}

export async function tryTokens(samples: Samples): Promise<void> {
  await showSample(samples, "tokens.md", (document) => paragraph(document, 1));
  await vscode.commands.executeCommand("editor.action.showHover");
}

export async function tryPerplexity(samples: Samples): Promise<void> {
  const editor = await showSample(samples, "perplexity.md", (document) => paragraph(document, 1));
  await runCommand("perplexity", documentRangeOf(await targetTextOf(editor)));
}

export async function tryLogprobs(samples: Samples): Promise<void> {
  // The result opens beside what has the focus: the walkthrough keeps it, so that both stand in the second column.
  const {document} = await showSample(samples, "logprobs.ts", () => new vscode.Range(0, 0, 0, 0), true);
  await runCommand("showLogprobs", documentRangeOf(await wholeDocument(document)));
}

export async function tryCompletion(samples: Samples): Promise<void> {
  const show = () =>
    showSample(samples, "completion.ts", (document) => {
      // The cursor goes in front of the semicolon.
      const cursor = paragraph(document, 0).end.translate(0, -1);
      return new vscode.Range(cursor, cursor);
    });
  const {document} = await show();
  await setTimeout(stepFocusDelay);
  // Without the focus in the text, nothing is completed.
  if (vscode.window.activeTextEditor?.document !== document) await show();
  await runCommand("complete");
}
