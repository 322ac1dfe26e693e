import path from "node:path";
import * as vscode from "vscode";
import {isSameModel} from "../../contract/models";
import {type Host, registerCommand} from "../../host/host";
import {commandId} from "../../host/runCommand";
import type {Settings} from "../../host/settings";
import {openSettingsCommand} from "../../host/vscodeCommands";
import {plainText} from "../../text/plainText";

interface Entry extends vscode.QuickPickItem {
  readonly command?: string;
  readonly argument?: string;
}

/** Everything Tokenscope does, one click away from the status bar. */
export function registerMenu(host: Host): vscode.Disposable {
  return registerCommand(host, "showMenu", async () => {
    const chosen = await vscode.window.showQuickPick(entries(host.settings), {
      title: "Tokenscope",
      placeHolder: vscode.l10n.t("What do you want to see?"),
      matchOnDescription: true
    });
    if (chosen?.command !== undefined)
      await vscode.commands.executeCommand(chosen.command, ...(chosen.argument === undefined ? [] : [chosen.argument]));
  });
}

function entries(settings: Settings): Entry[] {
  return [
    group(vscode.l10n.t("Selection or File")),
    {
      label: `$(pulse) ${vscode.l10n.t("Perplexity")}`,
      description: vscode.l10n.t("how surprised the model is"),
      command: commandId("perplexity")
    },
    {
      label: `$(graph) ${vscode.l10n.t("Show Logprobs")}`,
      description: vscode.l10n.t("how probable each token is"),
      command: commandId("showLogprobs")
    },
    {
      label: `$(symbol-string) ${vscode.l10n.t("Count Tokens")}`,
      description: vscode.l10n.t("tokens, characters and bytes"),
      command: commandId("countTokens")
    },
    {
      label: `$(save-as) ${vscode.l10n.t("Export Scores…")}`,
      description: vscode.l10n.t("as JSON or CSV"),
      command: commandId("exportScores")
    },
    group(vscode.l10n.t("What Surprises")),
    {
      label: `$(flame) ${vscode.l10n.t("Toggle Surprisal Heatmap")}`,
      description: vscode.l10n.t("each token, in the editor"),
      command: commandId("toggleHeatmap")
    },
    {
      label: `$(list-ordered) ${vscode.l10n.t("Show Surprising Lines")}`,
      description: vscode.l10n.t("and functions, the most surprising first"),
      command: commandId("showSurprisingLines")
    },
    {
      label: `$(git-compare) ${vscode.l10n.t("Score Changes")}`,
      description: vscode.l10n.t("since the last commit, before and after"),
      command: commandId("scoreChanges")
    },
    {
      label: `$(folder-library) ${vscode.l10n.t("Evaluate Folder…")}`,
      description: vscode.l10n.t("perplexity of many files, as one corpus"),
      command: commandId("evaluateFolder")
    },
    group(vscode.l10n.t("Completion")),
    {
      label: `$(sparkle) ${vscode.l10n.t("Complete at Cursor")}`,
      description: vscode.l10n.t("as ghost text; Tab takes it"),
      command: commandId("complete")
    },
    suggestWhileTyping(settings.inlineCompletion().enabled),
    group(vscode.l10n.t("Model")),
    {
      label: `$(chip) ${vscode.l10n.t("Select Model…")}`,
      description: modelsInUse(settings),
      command: commandId("selectModel")
    },
    {
      label: `$(cloud-download) ${vscode.l10n.t("Download Model…")}`,
      description: vscode.l10n.t("from a short list, or any address"),
      command: commandId("downloadModel")
    },
    {
      label: `$(info) ${vscode.l10n.t("Model Info")}`,
      description: vscode.l10n.t("what the model is made of, and the memory it needs"),
      command: commandId("showModelInfo")
    },
    {
      label: `$(circuit-board) ${vscode.l10n.t("Show GPU")}`,
      description: vscode.l10n.t("what the model runs on"),
      command: commandId("showGpu")
    },
    group(vscode.l10n.t("Help")),
    {
      label: `$(mortar-board) ${vscode.l10n.t("Open Walkthrough")}`,
      description: vscode.l10n.t("the first minutes, step by step"),
      command: commandId("openWalkthrough")
    },
    {label: `$(gear) ${vscode.l10n.t("Settings")}`, command: openSettingsCommand, argument: "tokenscope."},
    {label: `$(output) ${vscode.l10n.t("Show Log")}`, command: commandId("showLog")},
    {
      label: `$(debug-restart) ${vscode.l10n.t("Restart Engine")}`,
      description: vscode.l10n.t("when something is odd"),
      command: commandId("restartEngine")
    },
    {
      label: `$(eject) ${vscode.l10n.t("Unload Model")}`,
      description: vscode.l10n.t("gives its memory back at once"),
      command: commandId("unloadModel")
    },
    {
      label: `$(clippy) ${vscode.l10n.t("Copy Diagnostics")}`,
      description: vscode.l10n.t("for a bug report; no text of yours"),
      command: commandId("copyDiagnostics")
    }
  ];
}

function group(label: string): Entry {
  return {label, kind: vscode.QuickPickItemKind.Separator};
}

function suggestWhileTyping(enabled: boolean): Entry {
  return {
    label: enabled
      ? `$(circle-slash) ${vscode.l10n.t("Turn Inline Completion Off")}`
      : `$(lightbulb) ${vscode.l10n.t("Turn Inline Completion On")}`,
    description: enabled ? vscode.l10n.t("now: suggests while you type") : vscode.l10n.t("now: only when asked for"),
    command: commandId("toggleInlineCompletion")
  };
}

/** Which model does what. */
function modelsInUse(settings: Settings): string {
  const [scoring, completion] = [settings.scoringModel(), settings.completionModel()];
  const name = settings.usesDemonstrationModel ? vscode.l10n.t("the demonstration model") : fileName(scoring.path);
  return isSameModel(scoring, completion)
    ? vscode.l10n.t("now: {0}", name)
    : vscode.l10n.t("now: {0} measures, {1} completes", name, fileName(completion.path));
}

function fileName(file: string): string {
  return plainText(path.basename(file));
}
