import * as vscode from "vscode";
import type {Scores} from "../../contract/scoring";
import {copyText} from "../../host/copyText";
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

/** What the list leads to. */
interface Actions {
  readonly showLogprobs: () => Promise<void>;
  readonly exportScores: () => Promise<void>;
  readonly copyJson: () => Promise<void>;
}

/**
 * The metrics as a quick pick, which works with the keyboard and screen readers. Enter copies a value. The buttons and the last
 * rows lead to the logprobs, to an exported file and to the metrics as JSON.
 */
export async function showResult(host: Host, target: TargetText, scores: Scores): Promise<void> {
  const actions = actionsFor(target, scores);
  const logprobsButton = {iconPath: new vscode.ThemeIcon("graph"), tooltip: vscode.l10n.t("Show Logprobs")};
  const exportButton = {iconPath: new vscode.ThemeIcon("save-as"), tooltip: vscode.l10n.t("Export Scores…")};
  const jsonButton = {iconPath: new vscode.ThemeIcon("json"), tooltip: vscode.l10n.t("Copy as JSON")};
  const list = vscode.window.createQuickPick<Item | vscode.QuickPickItem>();
  list.title = scores.finished
    ? vscode.l10n.t("Perplexity of {0}", target.title)
    : vscode.l10n.t("Perplexity of {0} (partial)", target.title);
  list.placeholder = vscode.l10n.t("Enter copies a number");
  list.items = [...valueItems(scores), {label: "", kind: vscode.QuickPickItemKind.Separator}, ...actionItems(actions)];
  list.buttons = [logprobsButton, exportButton, jsonButton];
  // The user may have waited long for this result: it stays until it is closed.
  list.ignoreFocusOut = true;
  const act = (run: () => Promise<void>): void => {
    run().catch((error: unknown) => void host.errors.show(error));
  };
  list.onDidTriggerButton((button) => {
    if (button === jsonButton) return act(actions.copyJson);
    list.hide();
    act(button === logprobsButton ? actions.showLogprobs : actions.exportScores);
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

function actionsFor(target: TargetText, scores: Scores): Actions {
  return {
    showLogprobs: async () => {
      await runCommand("showLogprobs", documentRangeOf(target));
    },
    exportScores: async () => {
      await runCommand("exportScores", new ScoredTarget(target, scores));
    },
    copyJson: async () => {
      await copyText(jsonText(scoreHeader(scores, scores.summary), 2), vscode.l10n.t("Copied the perplexity as JSON"));
    }
  };
}

/** The rows of the summary and the warnings. */
function valueItems({model, summary, windowing, contextIds, finished, warnings}: Scores): Item[] {
  const rows = summaryRows(summary, {
    // Short enough to leave room for the label beside it.
    model: `${shortChecksum(model.file)}, ${model.device}, SHA-256 ${model.sha256.slice(0, 12)}…`,
    windowing,
    contextTokens: contextIds.length,
    finished
  });
  return [
    ...rows.map(({label, value}) => ({
      label: plainText(value),
      description: label,
      run: () => copyText(value, vscode.l10n.t("Copied {0}", label))
    })),
    ...warnings.map((warning) => ({
      label: `$(info) ${plainText(warning)}`,
      run: () => copyText(warning, vscode.l10n.t("Copied {0}", vscode.l10n.t("Note")))
    }))
  ];
}

function actionItems({showLogprobs, exportScores, copyJson}: Actions): Item[] {
  return [
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
}
