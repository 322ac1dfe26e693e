import * as vscode from "vscode";
import {confidenceOf} from "../../completion/confidence";
import type {Completion} from "../../engine/api";
import {count, percentText, plural} from "../../metrics/numberText";

/** Beside the token count: how sure the model was of its last suggestion, and what it cost. */
export class CompletionStatus implements vscode.Disposable {
  private readonly item: vscode.StatusBarItem;

  constructor() {
    this.item = vscode.window.createStatusBarItem("tokenscope.completion", vscode.StatusBarAlignment.Right, 99);
    this.item.name = vscode.l10n.t("Inline Completion");
    this.item.command = "tokenscope.showMenu";
  }

  dispose(): void {
    this.item.dispose();
  }

  hide(): void {
    this.item.hide();
  }

  /** `shown` is what was left of it to show. */
  show(completion: Completion, shown: string): void {
    const confidence = confidenceOf(completion.logprobs);
    const sure = confidence === null ? "–" : share(confidence.whole);
    const icon = shown === "" ? "$(circle-slash)" : "$(sparkle)";
    const what = shown === "" ? vscode.l10n.t("Nothing was suggested") : vscode.l10n.t("Last suggestion");
    this.item.text = `${icon} ${sure}`;
    this.item.tooltip = tooltip(completion, what);
    this.item.accessibilityInformation = {
      label: vscode.l10n.t("{0}: confidence {1}, {2}", what, sure, plural(completion.ids.length, "token"))
    };
    this.item.show();
  }
}

function tooltip(completion: Completion, what: string): vscode.MarkdownString {
  const {ids, promptTokens, evaluatedPromptTokens, firstTokenMilliseconds, milliseconds} = completion;
  const confidence = confidenceOf(completion.logprobs);
  const rest = milliseconds - (firstTokenMilliseconds ?? 0);
  const rows: [string, string][] = [];
  if (confidence !== null) {
    rows.push([vscode.l10n.t("Confidence"), share(confidence.whole)]);
    rows.push([vscode.l10n.t("Mean of its tokens"), share(confidence.mean)]);
    rows.push([vscode.l10n.t("Weakest token"), share(confidence.weakest)]);
  }
  if (firstTokenMilliseconds !== null)
    rows.push([vscode.l10n.t("First token after"), vscode.l10n.t("{0} ms", count(Math.round(firstTokenMilliseconds)))]);
  rows.push([vscode.l10n.t("Tokens"), count(ids.length)]);
  if (ids.length > 1 && rest > 0)
    rows.push([vscode.l10n.t("Tokens a second"), count(Math.round(((ids.length - 1) / rest) * 1000))]);
  const reused = promptTokens - evaluatedPromptTokens;
  rows.push([vscode.l10n.t("Prompt"), vscode.l10n.t("{0}, {1} reused", plural(promptTokens, "token"), count(reused))]);
  const markdown = new vscode.MarkdownString(`**${what}**\n\n| | |\n|:--|--:|\n`);
  for (const [label, value] of rows) markdown.appendMarkdown(`| ${label} | ${value} |\n`);
  return markdown;
}

/** A probability in whole percent. */
function share(probability: number): string {
  return percentText(probability < 0.01 ? `< ${count(1)}` : count(Math.round(probability * 100)));
}
