import * as l10n from "@vscode/l10n";
import {choicesText} from "../../metrics/tokenMetrics";
import {escapeMarkdown} from "../../text/markdownText";
import {bits, count, inBits, percent} from "../../text/numberText";

/** A token as it is shown: its text made visible, and its own score. */
export interface ShownToken {
  readonly id: number;
  readonly label: string;
  /** Natural; NaN where unscored. */
  readonly logprob: number;
}

/** What the model expected at one place. */
export interface Expected {
  /** Whose place it is. */
  readonly token: ShownToken;
  readonly rank: number;
  /** Nats. */
  readonly entropy: number;
  readonly top: readonly ShownToken[];
}

/** What a hover tells of one piece of text. */
export interface AboutPiece {
  /** The tokens that make the piece, nearly always one. */
  readonly tokens: readonly ShownToken[];
  /** Natural; NaN where unscored. */
  readonly logprob: number;
  /** Why there is no score, or nothing about what was expected, or what else is to be said; a sentence. */
  readonly note?: string | undefined;
  readonly expected?: Expected | undefined;
}

/** The hover as Markdown without HTML: whatever a token holds, it is shown as text. */
export function hoverText({tokens, logprob, note, expected}: AboutPiece): string {
  const parts = [heading(tokens, logprob)];
  if (tokens.length > 1)
    parts.push(table([l10n.t("token"), l10n.t("probability"), l10n.t("surprisal")], 0, tokens.map(partRow)));
  if (expected) parts.push(openness(expected, tokens.length > 1), alternatives(expected));
  if (note !== undefined) parts.push(`_${escapeMarkdown(note)}_`);
  return parts.join("\n\n");
}

function heading(tokens: readonly ShownToken[], logprob: number): string {
  const name = tokens.map(({label}) => code(label)).join(" ");
  if (Number.isNaN(logprob)) return l10n.t("{0} **not scored**", name);
  return l10n.t("{0} **{1}** · {2} bits of surprisal", name, percent(logprob), bits(-logprob));
}

function partRow({label, logprob}: ShownToken): string[] {
  const scored = !Number.isNaN(logprob);
  return [code(label), scored ? percent(logprob) : "–", scored ? inBits(bits(-logprob)) : "–"];
}

function openness({token, rank, entropy}: Expected, several: boolean): string {
  const numbers = [count(rank), bits(entropy), choicesText(entropy)];
  return several
    ? l10n.t("{0}: rank {1} · entropy {2} bits ({3} effective choices)", code(token.label), ...numbers)
    : l10n.t("rank {0} · entropy {1} bits ({2} effective choices)", ...numbers);
}

/** The best alternatives, and the token itself among or below them. */
function alternatives({token, rank, top}: Expected): string {
  const rows = top.map((one, index) => {
    // The score's own figure for what stands here: asked for alone, it comes out a little different (docs/decisions/scoring.md).
    const actual = one.id === token.id;
    return row(actual ? {...one, logprob: token.logprob} : one, index + 1, actual);
  });
  if (!top.some(({id}) => id === token.id)) rows.push(row(token, rank, true));
  return table(["", l10n.t("the model expected"), l10n.t("probability")], 1, rows);
}

function row({label, logprob}: ShownToken, rank: number, actual: boolean): string[] {
  const cells = [count(rank), code(label), percent(logprob)];
  return actual ? cells.map((cell) => `**${cell}**`) : cells;
}

/** Numbers to the right, the token, in one of the columns, to the left. */
function table(head: readonly string[], tokens: number, rows: readonly string[][]): string {
  const line = (cells: readonly string[]) => `| ${cells.join(" | ")} |`;
  const sides = head.map((_, column) => (column === tokens ? ":--" : "--:"));
  return [line(head), line(sides), ...rows.map(line)].join("\n");
}

/** What nothing in a code span, in a table, can be taken for anything else. */
const safeInCodeSpan = /^[^`|\\]+$/;

/** A token's text in the editor's kind of letters, or, where that would leave it a meaning, as text without any. */
function code(label: string): string {
  return safeInCodeSpan.test(label) && label.trim() === label ? `\`${label}\`` : escapeMarkdown(label);
}
