import * as l10n from "@vscode/l10n";
import {windowText} from "../../metrics/summaryRows";
import {markdownTable} from "../../text/markdownTable";
import {escapeMarkdown} from "../../text/markdownText";
import {comparedNumbers, modelText, type Result, resultRows} from "./result";

/** A result as a table of Markdown. Names of files and models are hostile. */
export function resultMarkdown(result: Result): string {
  const {title, finished, warnings} = result;
  const name = escapeMarkdown(title);
  const heading = finished ? l10n.t("Perplexity of {0}", name) : l10n.t("Perplexity of {0} (partial)", name);
  const rows = resultRows(result).map(({label, value}) => [escapeMarkdown(label), escapeMarkdown(value)]);
  return [
    `**${heading}**`,
    markdownTable([l10n.t("Number"), l10n.t("Value")], ["left", "left"], rows),
    ...warnings.map((warning) => `**${l10n.t("Note")}:** ${escapeMarkdown(warning)}`)
  ].join("\n\n");
}

/** Results side by side. */
export function resultsMarkdown(results: readonly Result[]): string {
  const head = [
    l10n.t("Text"),
    l10n.t("Model"),
    l10n.t("Perplexity"),
    l10n.t("Bits per byte"),
    l10n.t("Tokens"),
    l10n.t("Window")
  ];
  const rows = results.map((result) => {
    const {title, finished} = result;
    const {perplexity, bitsPerByte, tokens} = comparedNumbers(result);
    const text = escapeMarkdown(title);
    return [
      finished ? text : l10n.t("{0} (partial)", text),
      escapeMarkdown(modelText(result)),
      perplexity,
      bitsPerByte,
      tokens,
      windowText(result)
    ];
  });
  return markdownTable(head, ["left", "left", "right", "right", "right", "left"], rows);
}
