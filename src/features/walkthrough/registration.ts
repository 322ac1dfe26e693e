import * as vscode from "vscode";
import {type Host, registerCommand} from "../../host/host";
import {placeOf, subjectOf} from "../../host/subject";
import {paragraph, Samples} from "./samples";

/** As in package.json, behind the extension's own name. */
const walkthrough = "tokenscope.tokenscope#firstMinutes";

/** First minutes: the walkthrough, whose buttons do on a sample what its steps tell of. */
export function registerWalkthrough(host: Host): vscode.Disposable {
  const samples = new Samples(host.extensionUri);
  return vscode.Disposable.from(
    samples,
    registerCommand(host, "tokenscope.openWalkthrough", async () => {
      await vscode.commands.executeCommand("workbench.action.openWalkthrough", walkthrough, false);
    }),
    registerCommand(host, "tokenscope.tryTokens", async () => {
      await samples.show("sample.md", (document) => paragraph(document, 1));
      await vscode.commands.executeCommand("editor.action.showHover");
    }),
    registerCommand(host, "tokenscope.tryPerplexity", async () => {
      const editor = await samples.show("sample.md", (document) => paragraph(document, 2));
      await vscode.commands.executeCommand("tokenscope.perplexity", placeOf(subjectOf(editor)));
    }),
    registerCommand(host, "tokenscope.tryLogprobs", async () => {
      const editor = await samples.show("sample.ts", () => new vscode.Range(0, 0, 0, 0));
      await showBelow(() => vscode.commands.executeCommand("tokenscope.showLogprobs", placeOf(subjectOf(editor))));
    }),
    registerCommand(host, "tokenscope.tryCompletion", async () => {
      await samples.show("complete.ts", (document) => {
        const {end} = paragraph(document, 0);
        return new vscode.Range(end, end);
      });
      await vscode.commands.executeCommand("tokenscope.complete");
    })
  );
}

/** Where a third column opens beside the walkthrough and the sample, it goes below the sample: three are too narrow. */
async function showBelow(show: () => Thenable<void>): Promise<void> {
  const {tabGroups} = vscode.window;
  const before = tabGroups.all.length;
  if (before < 2) {
    await show();
    return;
  }
  const opening = tabGroups.onDidChangeTabGroups(() => {
    if (tabGroups.activeTabGroup.viewColumn <= before) return;
    opening.dispose();
    void vscode.commands.executeCommand("workbench.action.moveActiveEditorGroupDown");
  });
  try {
    await show();
  } finally {
    opening.dispose();
  }
}
