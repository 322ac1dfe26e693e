import * as vscode from "vscode";
import {count as formatted, plural} from "../../text/numberText";
import {shortChecksum} from "../../text/shortChecksum";
import {countLine} from "./countLine";
import type {Counted} from "./countSubject";
import type {Line} from "./statusItem";

/** How a count is shown in the status bar. */
export interface CountView {
  /** Short: the status bar is narrow. */
  readonly text: string;
  /** Of the tooltip. */
  readonly lines: readonly Line[];
  /** For screen readers, which would read a tooltip's Markdown with its signs. */
  readonly spoken: string;
  /** The count is past its budget. */
  readonly isOver: boolean;
}

/** Selections whose counts are listed; the others are only counted. */
const maxListed = 8;

/** @param budget in tokens, of a whole file */
export function countView(counted: Counted, budget: number | null): CountView {
  switch (counted.of) {
    case "file": {
      const {text, isOver} = statusText(counted.sums.count, budget);
      return {
        text,
        lines: [[vscode.l10n.t("File"), countLine(counted.sums)]],
        spoken: vscode.l10n.t("File: {0}, {1}", text, counted.model.name),
        isOver
      };
    }
    case "selections":
      return selectionsView(counted);
    case "notebook":
      return notebookView(counted);
    case "diff":
      return diffView(counted);
    default:
      return counted satisfies never;
  }
}

/** The text of a whole file's count, with its budget if it has one. */
export function statusText(count: number, budget: number | null): Pick<CountView, "text" | "isOver"> {
  if (budget === null) return {text: plural(count, "token"), isOver: false};
  return {
    text: vscode.l10n.t("{0} / {1}", formatted(count), plural(budget, "token")),
    isOver: count > budget
  };
}

/** "1,204 → 1,350 tokens, +146" */
export function diffText({before, after}: Extract<Counted, {of: "diff"}>): string {
  return vscode.l10n.t(
    "{0} → {1}, {2}",
    formatted(before.count),
    plural(after.count, "token"),
    signed(after.count - before.count)
  );
}

/** "3 selections" */
export function selectionsText(selections: number): string {
  return vscode.l10n.t("{0} selections", formatted(selections));
}

/** "40 + 12 + 68 tokens" */
export function eachText(counts: Uint32Array): string {
  const listed = [...counts.subarray(0, maxListed)].map(formatted);
  if (counts.length > maxListed) listed.push("…");
  return listed.join(" + ");
}

function selectionsView({sums, counts, model}: Extract<Counted, {of: "selections"}>): CountView {
  const tokens = plural(sums.count, "token");
  const label = counts.length === 1 ? vscode.l10n.t("Selection") : selectionsText(counts.length);
  const each: Line[] = counts.length > 1 ? [[vscode.l10n.t("Each by itself"), eachText(counts)]] : [];
  return {
    text: selected(sums.count),
    lines: [[label, countLine(sums)], ...each],
    spoken:
      counts.length === 1
        ? vscode.l10n.t("Selection: {0}, {1}", tokens, model.name)
        : vscode.l10n.t("{0}: {1}, {2}", label, tokens, model.name),
    isOver: false
  };
}

function notebookView({sums, chosen, model}: Extract<Counted, {of: "notebook"}>): CountView {
  const all = plural(sums.count, "token");
  const [first, ...others] = chosen.cells;
  const label =
    others.length > 0
      ? vscode.l10n.t("{0} cells", formatted(chosen.cells.length))
      : vscode.l10n.t("Cell {0}", formatted((first?.index ?? 0) + 1));
  return {
    text: vscode.l10n.t("{0} of {1}", formatted(chosen.sums.count), all),
    lines: [
      [label, countLine(chosen.sums)],
      [vscode.l10n.t("Notebook"), countLine(sums)],
      [vscode.l10n.t("Note"), vscode.l10n.t("Each cell is counted by itself, without its output.")]
    ],
    spoken: vscode.l10n.t("{0}: {1}; notebook: {2}, {3}", label, plural(chosen.sums.count, "token"), all, model.name),
    isOver: false
  };
}

function diffView(counted: Extract<Counted, {of: "diff"}>): CountView {
  const {before, after, model} = counted;
  return {
    text: diffText(counted),
    lines: [
      [vscode.l10n.t("Before"), countLine(before)],
      [vscode.l10n.t("After"), countLine(after)]
    ],
    spoken: vscode.l10n.t(
      "Before: {0}; after: {1}; difference: {2}, {3}",
      plural(before.count, "token"),
      plural(after.count, "token"),
      signed(after.count - before.count),
      model.name
    ),
    isOver: false
  };
}

/** What a count was made with. */
export function modelText({model: {name, file, quantization, vocabularySize}}: Counted): string {
  return vscode.l10n.t(
    "{0} ({1}, {2}, vocabulary of {3})",
    name,
    shortChecksum(file),
    quantization,
    plural(vocabularySize, "token")
  );
}

function selected(tokens: number): string {
  return tokens === 1 ? vscode.l10n.t("1 token selected") : vscode.l10n.t("{0} tokens selected", formatted(tokens));
}

function signed(tokens: number): string {
  const sign = tokens === 0 ? "±" : tokens < 0 ? "−" : "+";
  return `${sign}${formatted(Math.abs(tokens))}`;
}
