import {unitsOf, utf8Width} from "../text/textOffsets";
import type {ColouredNumbers} from "./colourScale";

/**
 * A scored text in pieces that can be coloured: N runs of whole tokens, each the shortest that is also a run of whole
 * characters. Nearly every piece is one token. Tokens that share a character make one piece, and so do a token that covers
 * nothing (SentencePiece's space in front) and the token behind it.
 */
export interface Pieces extends ColouredNumbers {
  /** N UTF-16 offsets at which pieces end; piece i covers `[ends[i-1] ?? 0, ends[i])`. Pieces tile the text. */
  readonly ends: Uint32Array;
  /** N + 1 token indexes: piece i is the tokens `[firstTokens[i], firstTokens[i+1])`. */
  readonly firstTokens: Uint32Array;
  /** N natural logprobs: the sums of the tokens' logprobs; NaN where a token is unscored. */
  readonly logprobs: Float64Array;
  /** The highest rank among each piece's tokens; 0 where a token is unscored. */
  readonly ranks: Int32Array | null;
  /** The sums of the tokens' entropies: what the model expected of the piece's surprisal. */
  readonly entropies: Float64Array | null;
}

/** Tokens between two yields: a few milliseconds' work. */
const tokensPerStep = 1 << 13;

/**
 * Cuts a text into its pieces, and yields after every {@link tokensPerStep} tokens: megabytes of text must not block the
 * caller. Tokens behind the text's last character that cover nothing belong to no piece.
 *
 * @param byteEnds N ascending byte offsets at which tokens end.
 * @param numbers Those of the N tokens.
 * @throws RangeError where the byte offsets descend or go beyond the text.
 */
export function* cutIntoPieces(
  text: string,
  byteEnds: Uint32Array,
  numbers: ColouredNumbers
): Generator<undefined, Pieces> {
  const tokens = byteEnds.length;
  const ends = new Uint32Array(tokens);
  const firstTokens = new Uint32Array(tokens + 1);
  const sums = emptySums(numbers, tokens);
  let count = 0;
  let unit = 0;
  let byte = 0;
  let start = 0;
  for (let token = 0; token < tokens; token++) {
    if (token % tokensPerStep === tokensPerStep - 1) yield;
    const end = byteEnds[token] ?? 0;
    if (end < (byteEnds[token - 1] ?? 0)) throw new RangeError(`token ${token} ends before it begins`);
    add(sums, count, numbers, token);
    while (byte < end && unit < text.length) {
      const width = utf8Width(text, unit);
      if (byte + width > end) break;
      byte += width;
      unit += unitsOf(width);
    }
    if (byte < end && unit === text.length) throw new RangeError(`token ${token} ends beyond the text`);
    if (byte !== end || unit === start) continue;
    ends[count] = unit;
    firstTokens[++count] = token + 1;
    start = unit;
  }
  return {
    ends: ends.slice(0, count),
    firstTokens: firstTokens.slice(0, count + 1),
    logprobs: sums.logprobs.slice(0, count),
    ranks: sums.ranks?.slice(0, count) ?? null,
    entropies: sums.entropies?.slice(0, count) ?? null
  };
}

function emptySums({ranks, entropies}: ColouredNumbers, length: number): ColouredNumbers {
  return {
    logprobs: new Float64Array(length),
    ranks: ranks && new Int32Array(length),
    entropies: entropies && new Float64Array(length)
  };
}

/** Adds a token to the piece that it belongs to. */
function add(
  {logprobs, ranks, entropies}: ColouredNumbers,
  piece: number,
  numbers: ColouredNumbers,
  token: number
): void {
  const logprob = numbers.logprobs[token] ?? Number.NaN;
  logprobs[piece] = (logprobs[piece] ?? 0) + logprob;
  if (entropies) entropies[piece] = (entropies[piece] ?? 0) + (numbers.entropies?.[token] ?? Number.NaN);
  if (!ranks) return;
  const rank = Math.max(ranks[piece] ?? 0, numbers.ranks?.[token] ?? 0);
  ranks[piece] = Number.isNaN(logprobs[piece]) ? 0 : rank;
}
