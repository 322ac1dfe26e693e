import {metrics} from "../../metrics/metrics";
import {bitsOf, TokenSums} from "../../metrics/scoreSums";
import {surprisalBits} from "../../metrics/tokenMetrics";
import {utf16Offsets} from "../../text/textOffsets";

/** A token, or all tokens that begin in a line. */
export interface Surprise {
  /** Line in the text, counted from 0. */
  readonly line: number;
  /** `Σ v / ln 2` of its scored tokens. */
  readonly bits: number;
}

export interface SurprisingToken extends Surprise {
  /** Index among the text's tokens. */
  readonly token: number;
}

export interface SurprisingLine extends Surprise {
  /** Over the UTF-8 bytes that its scored tokens cover. */
  readonly bitsPerByte: number;
}

/** The `count` most surprising tokens, the worst first. `line` is 0 if it is not known. */
export function mostSurprisingTokens(
  text: string,
  logprobs: Float64Array,
  ends: Uint32Array | null,
  count: number
): SurprisingToken[] {
  const scored = [...logprobs.keys()].filter((token) => !Number.isNaN(logprobs[token]));
  const worst = scored.sort((one, other) => (logprobs[one] ?? 0) - (logprobs[other] ?? 0)).slice(0, count);
  const lines = ends && linesOfTokens(text, ends);
  return worst.map((token) => ({token, line: lines?.[token] ?? 0, bits: surprisalBits(logprobs[token] ?? 0)}));
}

/** The `count` lines with the most bits, the worst first. A token counts for the line in which it begins. */
export function mostSurprisingLines(
  text: string,
  logprobs: Float64Array,
  ends: Uint32Array,
  count: number
): SurprisingLine[] {
  const lines = new Map<number, TokenSums>();
  for (const [token, line] of linesOfTokens(text, ends).entries()) {
    const running = lines.get(line) ?? new TokenSums({logprobs, ends});
    running.add(token);
    lines.set(line, running);
  }
  return [...lines]
    .flatMap(([line, {sums}]) => {
      const bitsPerByte = metrics.bitsPerByte.of(sums);
      return bitsPerByte === null ? [] : [{line, bits: bitsOf(sums), bitsPerByte}];
    })
    .sort((one, other) => other.bits - one.bits)
    .slice(0, count);
}

/** The line in which each token begins, counted from 0. */
function linesOfTokens(text: string, ends: Uint32Array): Uint32Array {
  const offsets = utf16Offsets(text, ends);
  const lines = new Uint32Array(ends.length);
  let unit = 0;
  let line = 0;
  for (const token of ends.keys()) {
    const start = offsets[token - 1] ?? 0;
    for (; unit < start; unit++) if (text[unit] === "\n") line++;
    lines[token] = line;
  }
  return lines;
}
