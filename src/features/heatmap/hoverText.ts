import * as l10n from "@vscode/l10n";
import {tokenRows} from "../../metrics/tokenMetrics";
import {codeSpan, escapeMarkdown} from "../../text/markdownText";
import {bits, count, inBits, percent} from "../../text/numberText";

/** A token as shown: its visible text and its score. */
export interface ShownToken {
  readonly id: number;
  readonly label: string;
  /** Natural logarithm; NaN if not scored. */
  readonly logprob: number;
}

/** What the model expected at one position. */
export interface Expected {
  /** The token at this position. */
  readonly token: ShownToken;
  readonly rank: number;
  /** Nats. */
  readonly entropy: number;
  readonly top: readonly ShownToken[];
  /** Makes a label, which is Markdown, a link that tries an alternative. Without: there are no links. */
  readonly linkTo?: (label: string, id: number) => string;
}

/** What a hover says about one piece of text. */
export interface AboutPiece {
  /** The tokens of the piece, nearly always one. */
  readonly tokens: readonly ShownToken[];
  /** Natural logarithm; NaN if not scored. */
  readonly logprob: number;
  /** A sentence: why there is no score or no expectation, or another note. */
  readonly note?: string | undefined;
  readonly expected?: Expected | undefined;
}

/** The hover as Markdown without HTML. Tokens are always shown as text, whatever they contain. */
export function hoverText({tokens, logprob, note, expected}: AboutPiece): string {
  const parts = [heading(tokens, logprob)];
  if (tokens.length > 1)
    parts.push(table([l10n.t("token"), l10n.t("probability"), l10n.t("surprisal")], 0, tokens.map(partRow)));
  if (expected) parts.push(numbers(expected, tokens.length > 1), alternatives(expected));
  if (note !== undefined) parts.push(`_${escapeMarkdown(note)}_`);
  return parts.join("\n\n");
}

function heading(tokens: readonly ShownToken[], logprob: number): string {
  const name = tokens.map(({label}) => codeSpan(label)).join(" ");
  if (Number.isNaN(logprob)) return l10n.t("{0} **not scored**", name);
  return l10n.t("{0} **{1}** · {2} bits of surprisal", name, percent(logprob), bits(-logprob));
}

function partRow({label, logprob}: ShownToken): string[] {
  const scored = !Number.isNaN(logprob);
  return [codeSpan(label), scored ? percent(logprob) : "–", scored ? inBits(bits(-logprob)) : "–"];
}

/** The token's numbers that the heading does not have: those of the logprobs view, in its order. */
function numbers({token, rank, entropy, top}: Expected, several: boolean): string {
  const [, logprob, , ...others] = tokenRows({logprob: token.logprob, rank, entropy, best: top[0]?.logprob ?? null});
  const told = [logprob, ...others].flatMap((one) => (one?.value ? [`${one.label} ${one.value}`] : []));
  const text = [...told, l10n.t("id {0}", token.id)].join(" · ");
  return several ? l10n.t("{0}: {1}", codeSpan(token.label), text) : text;
}

/** The best alternatives, with the actual token among or below them. */
function alternatives({token, rank, top, linkTo}: Expected): string {
  const rows = top.map((one, index) => {
    // The score's own figure for what stands here: asked for alone, it comes out a little different
    // (docs/decisions/scoring.md).
    const actual = one.id === token.id;
    return row(actual ? {...one, logprob: token.logprob} : one, index + 1, actual, actual ? undefined : linkTo);
  });
  if (!top.some(({id}) => id === token.id)) rows.push(row(token, rank, true));
  return table(["", l10n.t("the model expected"), l10n.t("probability")], 1, rows);
}

function row(
  {id, label, logprob}: ShownToken,
  rank: number,
  actual: boolean,
  linkTo = (name: string, _id: number) => name
): string[] {
  const cells = [count(rank), linkTo(codeSpan(label), id), percent(logprob)];
  return actual ? cells.map((cell) => `**${cell}**`) : cells;
}

/** A table. Numbers are aligned to the right, the column of tokens to the left. */
function table(head: readonly string[], tokens: number, rows: readonly string[][]): string {
  const line = (cells: readonly string[]) => `| ${cells.join(" | ")} |`;
  const sides = head.map((_, column) => (column === tokens ? ":--" : "--:"));
  return [line(head), line(sides), ...rows.map(line)].join("\n");
}
