import * as vscode from "vscode";
import type {Scores} from "../contract/scoring";
import {windowText} from "../metrics/summaryRows";
import {count, decimal, plural} from "../text/numberText";
import {plainText} from "../text/plainText";

/** What rows of lists say and show of surprisal: of lines, functions and files. */

/** UTF-16 units of a text in a tooltip. */
export const maxTooltipText = 400;

export function tokensText(tokens: number, scored: number): string {
  return tokens === scored
    ? plural(tokens, "token")
    : vscode.l10n.t("{0}, {1} scored", plural(tokens, "token"), count(scored));
}

/** What scores were made with, a line each: without it, no number can be repeated or compared. */
export function madeWithTexts(scores: Pick<Scores, "model" | "windowing">): string[] {
  const {file, quantization, device, sha256} = scores.model;
  const model = `${plainText(file)}, ${quantization}, ${device}, SHA-256 ${sha256.slice(0, 12)}…`;
  return [vscode.l10n.t("Model: {0}", model), vscode.l10n.t("Window: {0}", windowText(scores))];
}

/** "4.21 bits/byte". */
export function bitsPerByteText(bitsPerByte: number | null, decimals: number): string {
  return vscode.l10n.t("{0} bits/byte", decimal(bitsPerByte, decimals));
}

/** Bits per byte. If both are known, `compared` words the value and its ratio to the mean. */
export function timesText(
  value: number | null,
  mean: number | null,
  compared: (value: string, times: string) => string
): string {
  const text = bitsPerByteText(value, 2);
  // Two infinite values have no ratio.
  return value === null || mean === null || mean === 0 || mean === Number.POSITIVE_INFINITY
    ? text
    : compared(text, decimal(value / mean, 1));
}

/** Colours by the ratio to the whole text's bits per byte. The numbers beside them say the same without colour. */
const heat = [
  {atLeast: 2, colour: "charts.red"},
  {atLeast: 1.5, colour: "charts.orange"},
  {atLeast: 1, colour: "charts.yellow"}
] as const;

/** How many times the mean a value is; 0 where that is not known. */
export function heatOf(value: number | null, mean: number | null): number {
  if (value === Number.POSITIVE_INFINITY) return value;
  return value === null || mean === null || mean === 0 ? 0 : value / mean;
}

export function heatIcon(value: number | null, mean: number | null): vscode.ThemeIcon {
  const ratio = heatOf(value, mean);
  const step = heat.find(({atLeast}) => ratio >= atLeast);
  return step
    ? new vscode.ThemeIcon("circle-filled", new vscode.ThemeColor(step.colour))
    : new vscode.ThemeIcon("circle-outline");
}
