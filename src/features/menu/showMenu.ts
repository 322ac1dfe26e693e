import path from "node:path";
import * as vscode from "vscode";
import {isSameModel} from "../../contract/models";
import {commandId} from "../../host/commands";
import type {Settings} from "../../host/settings";
import {openSettingsCommand} from "../../host/vscodeCommands";
import {plainText} from "../../text/plainText";
import {type MenuItem, menuGroups} from "./menuItems";

interface Row extends vscode.QuickPickItem {
  readonly command?: MenuItem["command"];
}

export async function showMenu(settings: Settings): Promise<void> {
  const chosen = await vscode.window.showQuickPick(rows(settings), {
    title: "Tokenscope",
    placeHolder: vscode.l10n.t("What do you want to see?"),
    matchOnDescription: true
  });
  if (chosen?.command === "settings") await vscode.commands.executeCommand(openSettingsCommand, "tokenscope.");
  else if (chosen?.command !== undefined) await vscode.commands.executeCommand(commandId(chosen.command));
}

function rows(settings: Settings): Row[] {
  const {enabled} = settings.inlineCompletion();
  return menuGroups({suggests: enabled, models: modelsInUse(settings)}).flatMap(({label, items}): Row[] => [
    {label, kind: vscode.QuickPickItemKind.Separator},
    ...items.map(({icon, label, ...rest}) => ({label: `$(${icon}) ${label}`, ...rest}))
  ]);
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
