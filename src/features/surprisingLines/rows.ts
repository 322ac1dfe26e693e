import * as vscode from "vscode";
import {commandId} from "../../host/commands";
import {
  bitsPerByteText,
  heatIcon,
  madeWithTexts,
  maxTooltipText,
  timesText,
  tokensText
} from "../../host/surprisalRows";
import {perplexityText} from "../../metrics/metricText";
import {lineLabel, shortText} from "../../text/lineLabel";
import {bitsText, count, decimal, inBits, listText, plural} from "../../text/numberText";
import type {RankedDocument, RankedEntry} from "./rankedDocument";
import type {Measure} from "./ranking";

/** A line or function of the list. */
export interface Row {
  readonly document: RankedDocument;
  readonly entry: RankedEntry;
  /** What the list is ranked by. */
  readonly measure: Measure;
}

/** UTF-16 units. VS Code cuts a label to the view's width, and a wide view has room for more. */
const maxLabelLength = 80;

export function treeItem(row: Row): vscode.TreeItem {
  const {document, entry, measure} = row;
  const {part, numbers, line, edited} = entry;
  const text = part.name ?? entry.text;
  const bitsPerByte = bitsPerByteText(numbers.bitsPerByte, 2);
  const bits = bitsText(numbers.bits);
  // The number first, then the line: they are read at any width of the view.
  const item = new vscode.TreeItem([figure(row), lineLabel(line + 1), shortText(text, maxLabelLength)].join(" · "));
  item.id = entry.id;
  item.contextValue = "surprisingLine";
  item.description = [measure === "bits" ? bitsPerByte : bits, ...(edited ? [vscode.l10n.t("edited")] : [])].join(
    " · "
  );
  item.accessibilityInformation = {
    label: listText([
      ...(measure === "bits" ? [bits, bitsPerByte] : [bitsPerByte, bits]),
      edited ? vscode.l10n.t("line {0}, edited", line + 1) : vscode.l10n.t("line {0}", line + 1),
      shortText(text, maxLabelLength)
    ])
  };
  item.iconPath = heatIcon(numbers.bitsPerByte, document.mean);
  item.tooltip = [
    shortText(text, maxTooltipText),
    edited ? vscode.l10n.t("Line {0}, edited since it was scored", line + 1) : vscode.l10n.t("Line {0}", line + 1),
    timesText(numbers.bitsPerByte, document.mean, (value, times) =>
      vscode.l10n.t("{0} ({1} times the document's)", value, times)
    ),
    vscode.l10n.t("{0} in {1}", inBits(decimal(numbers.bits, 1)), plural(numbers.bytes, "byte")),
    vscode.l10n.t("Perplexity {0}", perplexityText({...numbers, standardError: null})),
    tokensText(numbers.tokens, numbers.scored),
    ...(part.hasInner ? [vscode.l10n.t("Without the functions inside it")] : []),
    ...madeWithTexts(document.source.scores)
  ].join("\n");
  item.command = {command: commandId("openSurprisingLine"), title: vscode.l10n.t("Open"), arguments: [row]};
  return item;
}

/** "2.26": what the list is ranked by, without its unit. */
function figure({entry: {numbers}, measure}: Row): string {
  if (measure === "bitsPerByte") return decimal(numbers.bitsPerByte, 2);
  return Number.isFinite(numbers.bits) ? count(Math.round(numbers.bits)) : decimal(numbers.bits, 0);
}

/** "sample.py:22: return x (2.26 bits/byte, 45 bits)". */
export function copiedText({document, entry}: Row): string {
  const {part, numbers, line, text} = entry;
  return vscode.l10n.t(
    "{0}: {1} ({2}, {3})",
    `${document.source.title}:${line + 1}`,
    part.name ?? text,
    bitsPerByteText(numbers.bitsPerByte, 2),
    bitsText(numbers.bits)
  );
}
