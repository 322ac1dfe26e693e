import * as vscode from "vscode";
import {copyText} from "../../host/copyText";
import type {Host} from "../../host/host";
import {runCommand} from "../../host/runCommand";
import {displayLocale} from "../../text/language";
import {plural} from "../../text/numberText";
import {plainText} from "../../text/plainText";
import {resultsMarkdown} from "./markdown";
import {comparedNumbers, modelText, type Result} from "./result";
import type {ResultHistory} from "./resultHistory";
import {showResultList} from "./resultList";

interface Item extends vscode.QuickPickItem {
  readonly result: Result;
}

/** The last results below each other. Enter opens all numbers of one. */
export async function showResults(host: Host, history: ResultHistory): Promise<void> {
  if (history.all.length === 0) {
    await offerFirst();
    return;
  }
  const copyButton = {iconPath: new vscode.ThemeIcon("markdown"), tooltip: vscode.l10n.t("Copy as Markdown")};
  const clearButton = {iconPath: new vscode.ThemeIcon("clear-all"), tooltip: vscode.l10n.t("Forget All Results")};
  const forgetButton = {iconPath: new vscode.ThemeIcon("trash"), tooltip: vscode.l10n.t("Forget This Result")};
  const list = vscode.window.createQuickPick<Item>();
  list.title = vscode.l10n.t("Perplexity Results");
  list.placeholder = vscode.l10n.t("Bits per byte compare between models, perplexity only with the same vocabulary");
  list.matchOnDescription = true;
  list.matchOnDetail = true;
  list.buttons = [copyButton, clearButton];
  list.ignoreFocusOut = true;
  const fill = (): void => {
    list.items = history.all.map((result) => itemOf(result, forgetButton));
    if (history.all.length === 0) list.hide();
  };
  const act = (work: Promise<void>): void => {
    work.catch((error: unknown) => void host.errors.show(error));
  };
  list.onDidTriggerButton((button) => {
    if (button === clearButton) act(history.clear().then(fill));
    else {
      const message = vscode.l10n.t("Copied the results as Markdown");
      list.placeholder = message;
      act(copyText(resultsMarkdown(history.all), message));
    }
  });
  list.onDidTriggerItemButton(({item}) => act(history.remove(item.result).then(fill)));
  list.onDidAccept(() => {
    const [item] = list.activeItems;
    if (!item) return;
    list.hide();
    showResultList(host, item.result, {showResults: () => showResults(host, history), isFromResults: true});
  });
  list.onDidHide(() => list.dispose());
  fill();
  list.show();
}

async function offerFirst(): Promise<void> {
  const measure = vscode.l10n.t("Perplexity of Selection");
  const text = vscode.l10n.t("No perplexity was measured in this workspace yet.");
  if ((await vscode.window.showInformationMessage(text, measure)) === measure) await runCommand("perplexity");
}

function itemOf(result: Result, forgetButton: vscode.QuickInputButton): Item {
  const {title, time, finished, summary} = result;
  const {perplexity, bitsPerByte} = comparedNumbers(result);
  const when = new Date(time).toLocaleString(displayLocale(), {dateStyle: "medium", timeStyle: "short"});
  return {
    result,
    label: perplexity,
    description: plainText(title),
    detail: [
      vscode.l10n.t("{0} bits/byte", bitsPerByte),
      modelText(result),
      plural(summary.scored, "token"),
      ...(finished ? [] : [vscode.l10n.t("partial")]),
      when
    ].join(" · "),
    buttons: [forgetButton]
  };
}
