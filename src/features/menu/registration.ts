import * as vscode from "vscode";
import {type Host, registerCommand} from "../../host/host";
import {plainText} from "../../host/plainText";

interface Entry extends vscode.QuickPickItem {
  readonly command?: string;
  readonly argument?: string;
}

/** Everything Tokenscope does, one click away from the status bar. */
export function registerMenu(host: Host): vscode.Disposable {
  return registerCommand(host, "tokenscope.showMenu", async () => {
    const chosen = await vscode.window.showQuickPick(entries(host), {
      title: "Tokenscope",
      placeHolder: "What do you want to see?",
      matchOnDescription: true
    });
    if (chosen?.command !== undefined)
      await vscode.commands.executeCommand(chosen.command, ...(chosen.argument === undefined ? [] : [chosen.argument]));
  });
}

function entries(host: Host): Entry[] {
  const {enabled} = host.settings.inlineCompletion();
  const model = host.settings.usesDemonstrationModel
    ? "now: the demonstration model"
    : `now: ${plainText(host.settings.modelSpec().path)}`;
  return [
    {
      label: "$(symbol-string) Count Tokens",
      description: "of the selection or the file",
      command: "tokenscope.countTokens"
    },
    {label: "$(pulse) Perplexity of Selection", description: "or of the file", command: "tokenscope.perplexity"},
    {label: "$(graph) Show Logprobs", description: "how probable each token is", command: "tokenscope.showLogprobs"},
    {label: "$(save-as) Export Scores…", description: "as JSON or CSV", command: "tokenscope.exportScores"},
    {
      label: "$(flame) Toggle Surprisal Heatmap",
      description: "how surprising each token is, in the editor",
      command: "tokenscope.toggleHeatmap"
    },
    {
      label: "$(git-compare) Score Changes",
      description: "since the last commit, before and after",
      command: "tokenscope.scoreChanges"
    },
    {
      label: "$(list-ordered) Show Surprising Lines",
      description: "and functions, the most surprising first",
      command: "tokenscope.showSurprisingLines"
    },
    {
      label: "$(folder-library) Evaluate Folder…",
      description: "perplexity of many files, as one corpus",
      command: "tokenscope.evaluateFolder"
    },
    {label: "Completion", kind: vscode.QuickPickItemKind.Separator},
    {label: "$(sparkle) Complete at Cursor", command: "tokenscope.complete"},
    {
      label: enabled ? "$(circle-slash) Turn Inline Completion Off" : "$(lightbulb) Turn Inline Completion On",
      description: enabled ? "now: suggests while you type" : "now: only when asked for",
      command: "tokenscope.toggleInlineCompletion"
    },
    {label: "Model", kind: vscode.QuickPickItemKind.Separator},
    {label: "$(folder-opened) Select Model File…", description: model, command: "tokenscope.selectModelFile"},
    ...(host.settings.usesDemonstrationModel
      ? []
      : [{label: "$(beaker) Use Demonstration Model", command: "tokenscope.useDemonstrationModel"}]),
    {label: "$(debug-restart) Restart Engine", command: "tokenscope.restartEngine"},
    {label: "$(output) Show Log", command: "tokenscope.showLog"},
    {label: "$(gear) Settings", command: "workbench.action.openSettings", argument: "tokenscope."}
  ];
}
