import * as vscode from "vscode";
import type {Scores} from "../../contract/scoring";
import {ScoredTarget} from "../../host/documents/scoredTarget";
import {documentRangeOf, type TargetText} from "../../host/documents/targetText";
import type {Host} from "../../host/host";
import {runCommand} from "../../host/runCommand";
import {markStepDone} from "../../host/walkthroughProgress";
import {scoreHeader} from "../../metrics/scoreHeader";
import {summaryRows} from "../../metrics/summaryRows";
import {jsonText} from "../../text/jsonText";
import {plainText} from "../../text/plainText";
import {shortChecksum} from "../../text/shortChecksum";

interface Item extends vscode.QuickPickItem {
  readonly run: () => Promise<void>;
}

/**
 * The numbers as a list: readable at a glance, by keyboard and by screen reader. Enter on a number copies it; the buttons
 * and the last lines lead to the logprobs, to a file and to the numbers as JSON.
 */
export async function showResult(host: Host, subject: TargetText, scores: Scores): Promise<void> {
  const showLogprobs = async (): Promise<void> => {
    await runCommand("showLogprobs", documentRangeOf(subject));
  };
  const copyJson = async (): Promise<void> => {
    await vscode.env.clipboard.writeText(jsonText(scoreHeader(scores, scores.summary), 2));
    vscode.window.setStatusBarMessage(`$(check) ${vscode.l10n.t("Copied the perplexity as JSON")}`, 3000);
  };
  const exportScores = async (): Promise<void> => {
    await runCommand("exportScores", new ScoredTarget(subject, scores));
  };
  const {model, summary} = scores;
  const rows = summaryRows(summary, {
    // Short enough for its label to be seen beside it.
    model: `${shortChecksum(model.file)}, ${model.device}, SHA-256 ${model.sha256.slice(0, 12)}…`,
    windowing: scores.windowing,
    contextTokens: scores.contextIds.length,
    finished: scores.finished
  });
  const items: (Item | vscode.QuickPickItem)[] = [
    ...rows.map(
      (row): Item => ({
        label: plainText(row.value),
        description: row.label,
        run: async () => {
          await vscode.env.clipboard.writeText(row.value);
          vscode.window.setStatusBarMessage(`$(check) ${vscode.l10n.t("Copied {0}", row.label)}`, 3000);
        }
      })
    ),
    ...scores.warnings.map(
      (warning): Item => ({
        label: `$(info) ${plainText(warning)}`,
        run: async () => {
          await vscode.env.clipboard.writeText(warning);
          vscode.window.setStatusBarMessage(`$(check) ${vscode.l10n.t("Copied {0}", vscode.l10n.t("Note"))}`, 3000);
        }
      })
    ),
    {label: "", kind: vscode.QuickPickItemKind.Separator},
    {
      label: `$(graph) ${vscode.l10n.t("Show Logprobs")}`,
      description: vscode.l10n.t("how probable each token is"),
      run: showLogprobs
    },
    {
      label: `$(save-as) ${vscode.l10n.t("Export Scores…")}`,
      description: vscode.l10n.t("numbers and tokens, as JSON or CSV"),
      run: exportScores
    },
    {
      label: `$(json) ${vscode.l10n.t("Copy as JSON")}`,
      description: vscode.l10n.t("all of these numbers"),
      run: copyJson
    }
  ];
  const logprobsButton = {iconPath: new vscode.ThemeIcon("graph"), tooltip: vscode.l10n.t("Show Logprobs")};
  const exportButton = {iconPath: new vscode.ThemeIcon("save-as"), tooltip: vscode.l10n.t("Export Scores…")};
  const jsonButton = {iconPath: new vscode.ThemeIcon("json"), tooltip: vscode.l10n.t("Copy as JSON")};
  const list = vscode.window.createQuickPick<Item | vscode.QuickPickItem>();
  list.title = scores.finished
    ? vscode.l10n.t("Perplexity of {0}", subject.title)
    : vscode.l10n.t("Perplexity of {0} (partial)", subject.title);
  list.placeholder = vscode.l10n.t("Enter copies a number");
  list.items = items;
  list.buttons = [logprobsButton, exportButton, jsonButton];
  // A result someone waited for stays until it is put away.
  list.ignoreFocusOut = true;
  const act = (run: () => Promise<void>): void => {
    run().catch((error: unknown) => void host.errors.show(error));
  };
  list.onDidTriggerButton((button) => {
    if (button === jsonButton) return act(copyJson);
    list.hide();
    act(button === logprobsButton ? showLogprobs : exportScores);
  });
  list.onDidAccept(() => {
    const [item] = list.activeItems;
    list.hide();
    if (item !== undefined && "run" in item) act(item.run);
  });
  list.onDidHide(() => list.dispose());
  list.show();
  markStepDone("perplexity");
}
