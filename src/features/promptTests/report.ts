import * as l10n from "@vscode/l10n";
import {csvNumber} from "../../metrics/scoreExport";
import {csvCell, inOneCell} from "../../text/csvCell";
import {shortText} from "../../text/lineLabel";
import {markdownTable} from "../../text/markdownTable";
import {escapeMarkdown} from "../../text/markdownText";
import {type Cell, type Column, infinite, type PromptPlace, type Report, type Table} from "./protocol";

/** What a row of a table opens: a prompt, or a text that stands in no document. */
export type Opening = {readonly place: PromptPlace} | {readonly text: string};

/** A report, and what its rows open: for each table, each row. */
export interface Built {
  readonly report: Report;
  readonly openings: readonly (readonly Opening[])[];
  /** All numbers for programs. */
  readonly json: object;
}

/** Characters of a text in a cell. */
const maxCell = 160;

export const missing: Cell = {text: "–", value: null};

export function numberCell(value: number, text: string): Cell {
  return {text, value: Math.min(infinite, Math.max(-infinite, value))};
}

export function textCell(text: string): Cell {
  return {text: shortText(text, maxCell), value: text};
}

/** A text that a model wrote, which may be empty. */
export function answerCell(text: string): Cell {
  return text === "" ? {text: l10n.t("(empty)"), value: ""} : textCell(text);
}

/** The cells of a row that has no numbers, with the reason in the second of them. */
export function failedCells(first: Cell, message: string, columns: readonly Column[]): readonly Cell[] {
  return columns.map((_, i) => (i === 0 ? first : i === 1 ? {text: message, value: message, isReason: true} : missing));
}

/** The whole report. */
export function reportMarkdown(title: string, {facts, notes, tables}: Report): string {
  const parts = [
    `**${escapeMarkdown(title)}**`,
    facts.map(([label, text]) => `- ${escapeMarkdown(label)}: ${escapeMarkdown(text)}`).join("\n"),
    ...(notes.length === 0 ? [] : [notes.map(escapeMarkdown).join("\n\n")]),
    ...tables.map(tableMarkdown)
  ];
  return `${parts.join("\n\n")}\n`;
}

function tableMarkdown({title, note, columns, rows}: Table): string {
  const table = markdownTable(
    columns.map(({label}) => escapeMarkdown(label)),
    columns.map(({kind}) => (kind === "number" ? "right" : "left")),
    rows.map((cells) => cells.map(({text}) => escapeMarkdown(text)))
  );
  return [`**${escapeMarkdown(title)}**`, ...(note === "" ? [] : [escapeMarkdown(note)]), table].join("\n\n");
}

/** Ends a record (RFC 4180). */
const newline = "\r\n";

export function tableCsv({columns, rows}: Table): string {
  const records = rows.map((cells) => cells.map(({value}) => csvOf(value)));
  return [columns.map(({key}) => key), ...records].map((cells) => cells.join(",") + newline).join("");
}

function csvOf(value: Cell["value"]): string {
  if (typeof value === "string") return csvCell(inOneCell(value));
  return csvNumber(value !== null && Math.abs(value) === infinite ? value * 2 : value);
}
