import {setTimeout} from "node:timers/promises";
import * as vscode from "vscode";
import {type BudgetedCount, isBudgetedFile} from "../../host/budgets";
import {type WrittenSetting, writeSetting, writtenSetting} from "../../host/configuration";
import {pathInFolder} from "../../host/documents/pathInFolder";
import {uriName} from "../../host/documents/uriName";
import type {Host} from "../../host/host";
import {count, plural} from "../../text/numberText";
import {plainText} from "../../text/plainText";
import {type Budget, type BudgetSetting, isBudget, isPatterns} from "../../text/tokenBudget";
import {everything, filePattern, folderPattern, typePatterns, withBudget} from "./budgetPatterns";
import {commandDocument} from "./commandDocument";

/** How long the question waits for the file's count (ms). Without it, the count comes with the first key. */
const patience = 500;

/** The files that a budget is for. */
interface Place extends vscode.QuickPickItem {
  readonly pattern: string;
}

/** Asks for which files a budget is to be and how large it is, and writes the setting. */
export async function setTokenBudget(host: Host, resource: unknown): Promise<void> {
  const document = await commandDocument(resource);
  const uri = document !== undefined && isBudgetedFile(document.uri) ? document.uri : undefined;
  const folder = uri && vscode.workspace.getWorkspaceFolder(uri);
  const path = uri === undefined ? "" : pathInFolder(folder, uri);
  const counting = new vscode.CancellationTokenSource();
  try {
    const counted = document === undefined ? undefined : countOf(host, document, counting.token);
    const place = await askPlace(placesOf(path));
    if (place === undefined) return;
    const present = host.settings.budget(folder?.uri);
    const budget = await askBudget(place, present, document && plainText(uriName(document.uri)), counted);
    if (budget === undefined) return;
    const before = writtenSetting("budget", folder);
    // A budget for every file that was set elsewhere would no longer hold beside patterns that are set here.
    const base = before.value ?? (isPatterns(present) ? null : present);
    const after = withBudget(base, place.pattern, budget, path, before.inherits);
    await writeSetting("budget", after, before.target, folder?.uri);
    void confirm(place, budget, before, folder?.uri).catch((error) => host.errors.show(error));
  } finally {
    counting.cancel();
    counting.dispose();
  }
}

function placesOf(path: string): Place[] {
  const folder = folderPattern(path);
  const place = (label: string, pattern: string, description: string): Place => ({
    label,
    pattern,
    description: plainText(description)
  });
  return [
    ...(path === "" ? [] : [place(vscode.l10n.t("This file"), filePattern(path), path)]),
    ...typePatterns(path).map((pattern) => place(vscode.l10n.t("Files of this type"), pattern, pattern)),
    ...(folder === undefined ? [] : [place(vscode.l10n.t("Files in this folder"), folder, folder.slice(1))]),
    place(vscode.l10n.t("Every file"), everything, "")
  ];
}

async function askPlace(places: readonly Place[]): Promise<Place | undefined> {
  if (places.length === 1) return places[0];
  return await vscode.window.showQuickPick(places, {
    title: vscode.l10n.t("Set Token Budget"),
    placeHolder: vscode.l10n.t("Which files is the budget for?")
  });
}

/** The new budget; null: none. Undefined if the question was dismissed. */
async function askBudget(
  place: Place,
  present: BudgetSetting,
  file: string | undefined,
  counted: Promise<BudgetedCount | undefined> | undefined
): Promise<Budget | null | undefined> {
  const known = await Promise.race([counted, setTimeout(patience, undefined)]);
  const question =
    known === undefined
      ? vscode.l10n.t('A number of tokens, or "context" for the model\'s context. Empty: no budget.')
      : vscode.l10n.t(
          'A number of tokens, or "context" for the model\'s context of {0}. Empty: no budget.',
          count(known.model.contextSize)
        );
  const value = isPatterns(present) ? present[place.pattern] : place.pattern === everything ? present : null;
  const answer = await vscode.window.showInputBox({
    title: vscode.l10n.t("Token Budget: {0}", nameOf(place)),
    prompt: file === undefined || known === undefined ? question : `${hasText(file, known)} ${question}`,
    placeHolder: "2000",
    value: String(value ?? ""),
    validateInput: async (written) => {
      const budget = parsedBudget(written);
      if (budget === undefined) return vscode.l10n.t('Write a whole number above 0, "context", or nothing.');
      const result = file === undefined ? undefined : await counted;
      return result && comparison(file ?? "", result, budget);
    }
  });
  return answer === undefined ? undefined : parsedBudget(answer);
}

/** Undefined for what is no budget. Thousands may be separated as in "2,000". */
function parsedBudget(written: string): Budget | null | undefined {
  const text = written.trim().toLowerCase();
  if (text === "") return null;
  const budget = text === "context" ? text : /^\d{1,3}(?:[,.  ']?\d{3})*$|^\d+$/.test(text) ? digits(text) : undefined;
  return isBudget(budget) ? budget : undefined;
}

function digits(text: string): number {
  return Number(text.replace(/\D/g, ""));
}

function comparison(
  file: string,
  counted: BudgetedCount,
  budget: Budget | null
): vscode.InputBoxValidationMessage | undefined {
  if (budget === null) return undefined;
  const over = counted.count - (budget === "context" ? counted.model.contextSize : budget);
  return over > 0
    ? {
        message: vscode.l10n.t("{0} has {1}: {2} over.", file, plural(counted.count, "token"), count(over)),
        severity: vscode.InputBoxValidationSeverity.Warning
      }
    : {message: hasText(file, counted), severity: vscode.InputBoxValidationSeverity.Info};
}

function hasText(file: string, counted: BudgetedCount): string {
  return vscode.l10n.t("{0} has {1}.", file, plural(counted.count, "token"));
}

/** The budget can be set where the file can't be counted: what is wrong is said elsewhere. */
async function countOf(
  host: Host,
  document: vscode.TextDocument,
  token: vscode.CancellationToken
): Promise<BudgetedCount | undefined> {
  try {
    return await host.documents.count(document, token, {asked: true});
  } catch {
    return undefined;
  }
}

/** Says what was written and where, with buttons to take it back and to see it. */
async function confirm(
  place: Place,
  budget: Budget | null,
  {target, value}: WrittenSetting<"budget">,
  folder: vscode.Uri | undefined
): Promise<void> {
  const undo = vscode.l10n.t("Undo");
  const open = vscode.l10n.t("Open Settings File");
  const chosen = await vscode.window.showInformationMessage(
    plainText(`${nameOf(place)}: ${budgetText(budget)} (${settingsText(target)})`, 1000),
    undo,
    open
  );
  if (chosen === undo) await writeSetting("budget", value, target, folder);
  if (chosen === open) await vscode.commands.executeCommand(settingsFileCommand(target));
}

function nameOf({label, description}: Place): string {
  return [label, description].filter(Boolean).join(" · ");
}

function budgetText(budget: Budget | null): string {
  if (budget === null) return vscode.l10n.t("no budget");
  return budget === "context"
    ? vscode.l10n.t("a budget as large as the model's context")
    : vscode.l10n.t("a budget of {0}", plural(budget, "token"));
}

function settingsText(target: vscode.ConfigurationTarget): string {
  switch (target) {
    case vscode.ConfigurationTarget.Global:
      return vscode.l10n.t("in your own settings");
    case vscode.ConfigurationTarget.Workspace:
      return vscode.l10n.t("in the workspace's settings");
    case vscode.ConfigurationTarget.WorkspaceFolder:
      return vscode.l10n.t("in the folder's settings");
  }
}

function settingsFileCommand(target: vscode.ConfigurationTarget): string {
  switch (target) {
    case vscode.ConfigurationTarget.Global:
      return "workbench.action.openSettingsJson";
    case vscode.ConfigurationTarget.Workspace:
      return "workbench.action.openWorkspaceSettingsFile";
    case vscode.ConfigurationTarget.WorkspaceFolder:
      return "workbench.action.openFolderSettingsFile";
  }
}
