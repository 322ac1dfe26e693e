import path from "node:path";
import * as vscode from "vscode";
import type {Host} from "../../host/host";
import {openSetting, runCommand} from "../../host/runCommand";
import {openSettingsCommand} from "../../host/vscodeCommands";
import {plainText} from "../../text/plainText";
import type {CompletionProvider} from "./completionProvider";
import {type Standing, timeText} from "./completionStanding";
import {ignoreFile} from "./exclusions";
import {snoozeMinutes} from "./snooze";
import {showSuggestionsSetting} from "./vscodeSuggestions";

interface Row extends vscode.QuickPickItem {
  readonly run?: () => unknown;
}

/** The menu of the status bar item: why nothing came, on and off, snooze, and what completes. */
export async function showCompletionMenu(host: Host, provider: CompletionProvider): Promise<void> {
  const chosen = await vscode.window.showQuickPick(rows(host, provider), {
    title: vscode.l10n.t("Inline Completion"),
    matchOnDescription: true
  });
  await chosen?.run?.();
}

/** Begins a rest of some minutes, which the argument gives or the person chooses. */
export async function snoozeCompletion(provider: CompletionProvider, minutes: unknown): Promise<void> {
  const given = snoozeMinutes.find((one) => one === minutes);
  if (given !== undefined) return snooze(provider, given);
  const chosen = await vscode.window.showQuickPick(snoozeRows(provider), {
    title: vscode.l10n.t("Snooze Inline Completion")
  });
  await chosen?.run?.();
}

function rows(host: Host, provider: CompletionProvider): Row[] {
  const standing = provider.status.standing();
  const about = (label: string): Row => ({label, kind: vscode.QuickPickItemKind.Separator});
  return [
    ...(standing === undefined ? [] : [about(vscode.l10n.t("Now")), standingRow(standing, provider)]),
    about(vscode.l10n.t("While Typing")),
    ...toggleRows(host),
    about(vscode.l10n.t("Snooze")),
    ...snoozeRows(provider),
    about(vscode.l10n.t("Completion")),
    {
      label: `$(sparkle) ${vscode.l10n.t("Complete at Cursor")}`,
      description: vscode.l10n.t("as ghost text; Tab accepts it"),
      run: () => runCommand("complete")
    },
    {
      label: `$(chip) ${vscode.l10n.t("Select Completion Model…")}`,
      description: vscode.l10n.t("now: {0}", plainText(path.basename(host.settings.completionModel().path))),
      run: () => runCommand("selectCompletionModel")
    },
    {
      label: `$(gear) ${vscode.l10n.t("Settings")}`,
      run: () => vscode.commands.executeCommand(openSettingsCommand, "tokenscope.inlineCompletion")
    }
  ];
}

function standingRow({icon, sentence, remedy}: Standing, provider: CompletionProvider): Row {
  const label = `$(${icon}) ${sentence}`;
  switch (remedy) {
    case undefined:
      return {label};
    case "turnOn":
      return {label, detail: vscode.l10n.t("Enter turns it on."), run: () => runCommand("toggleInlineCompletion")};
    case "turnOnLanguage":
      return {
        label,
        detail: vscode.l10n.t("Enter turns it on."),
        run: () => runCommand("toggleInlineCompletionForLanguage")
      };
    case "vscodeSetting":
      return {
        label,
        detail: vscode.l10n.t("Enter opens the setting."),
        run: () => vscode.commands.executeCommand(openSettingsCommand, showSuggestionsSetting)
      };
    case "resume":
      return {
        label,
        detail: vscode.l10n.t("Enter ends the snooze."),
        run: () => provider.status.snooze.stop()
      };
    case "restart":
      return {label, detail: vscode.l10n.t("Enter restarts it."), run: () => runCommand("restartEngine")};
    case "confidence":
      return {
        label,
        detail: vscode.l10n.t("Enter opens the setting."),
        run: () => openSetting("inlineCompletion.minConfidence")
      };
    case "exclusions":
      return {
        label,
        detail: vscode.l10n.t("Enter opens the setting."),
        run: () => openSetting("inlineCompletion.exclude")
      };
    case "ignoreFile":
      return {label, detail: vscode.l10n.t("Enter opens the file."), run: openIgnoreFile};
    default:
      return remedy satisfies never;
  }
}

function toggleRows({settings}: Host): Row[] {
  const document = vscode.window.activeTextEditor?.document;
  const own = document === undefined ? undefined : settings.inlineCompletion(document).enabled;
  const {enabled} = settings.inlineCompletion();
  const icon = (on: boolean): string => (on ? "$(circle-slash)" : "$(lightbulb)");
  const rows: Row[] = [
    {
      label: `${icon(enabled)} ${enabled ? vscode.l10n.t("Turn Inline Completion Off") : vscode.l10n.t("Turn Inline Completion On")}`,
      run: () => runCommand("toggleInlineCompletion")
    }
  ];
  if (document !== undefined && own !== undefined)
    rows.push({
      label: `${icon(own)} ${own ? vscode.l10n.t("Turn Off for {0}", document.languageId) : vscode.l10n.t("Turn On for {0}", document.languageId)}`,
      run: () => runCommand("toggleInlineCompletionForLanguage")
    });
  return rows;
}

function snoozeRows(provider: CompletionProvider): Row[] {
  const {until} = provider.status.snooze;
  const resume: Row[] =
    until === undefined
      ? []
      : [
          {
            label: `$(bell) ${vscode.l10n.t("End Snooze")}`,
            description: vscode.l10n.t("now: until {0}", timeText(until)),
            run: () => provider.status.snooze.stop()
          }
        ];
  return [
    ...resume,
    ...snoozeMinutes.map((minutes) => ({
      label: `$(bell-slash) ${minutes === 60 ? vscode.l10n.t("Snooze for an Hour") : vscode.l10n.t("Snooze for {0} Minutes", minutes)}`,
      run: () => snooze(provider, minutes)
    }))
  ];
}

function snooze(provider: CompletionProvider, minutes: number): void {
  provider.status.snooze.begin(minutes);
  // A suggestion on show would stay.
  void vscode.commands.executeCommand("editor.action.inlineSuggest.hide");
}

/** The list of the folder that the active editor's file is in. */
async function openIgnoreFile(): Promise<void> {
  const uri = vscode.window.activeTextEditor?.document.uri;
  const folder = uri && vscode.workspace.getWorkspaceFolder(uri);
  if (folder !== undefined) await vscode.window.showTextDocument(vscode.Uri.joinPath(folder.uri, ignoreFile));
}
