import type {ScoreDetail} from "../contract/scoring";
import type {Windowing} from "../metrics/windowing";

/** Scores of the N tokens that a model was given: of the context, if there was one (unscored), and of the text. */
export interface KnownScores {
  readonly windowing: Windowing;
  /** N ids. */
  readonly ids: Int32Array;
  /** How many of them are context. */
  readonly contextTokens: number;
  /** Scores are known up to here; what is NaN before it stays unscored. */
  readonly known: number;
  readonly logprobs: Float64Array;
  readonly top1: Uint8Array;
  readonly detail: ScoreDetail | null;
}

/** Memory for all known scores together, in bytes. The last text's scores stay in any case. */
const maxBytes = 64 << 20;

/**
 * The scores of the last texts. A text that begins like one of them is scored from the first difference on: a token's score
 * depends on the tokens before it in its window and on nothing after it, and windows begin at the same places in each text.
 */
export class ScoreCache {
  /** Ordered by last use, the latest at the end. */
  private entries: KnownScores[] = [];

  /** The known scores that save the most work, and the position up to which they hold for these tokens. */
  find(
    asked: Pick<KnownScores, "windowing" | "ids" | "contextTokens">,
    top: number
  ): {entry: KnownScores; until: number} | undefined {
    let best: {entry: KnownScores; until: number} | undefined;
    for (const entry of this.entries) {
      if (entry.contextTokens !== asked.contextTokens || !sameWindowing(entry.windowing, asked.windowing)) continue;
      if (top > 0 && entry.detail?.top !== top) continue;
      const until = Math.min(entry.known, commonPrefix(entry.ids, asked.ids));
      if (until > Math.max(asked.contextTokens, best?.until ?? 0)) best = {entry, until};
    }
    return best;
  }

  /** Keeps scores, in place of those that they continue, and forgets those whose last use is longest ago. */
  keep(scores: KnownScores, continued?: KnownScores): void {
    this.entries = [...this.entries.filter((entry) => entry !== continued), scores];
    let bytes = this.entries.reduce((sum, entry) => sum + bytesOf(entry), 0);
    while (bytes > maxBytes && this.entries.length > 1) bytes -= bytesOf(this.entries.shift() as KnownScores);
  }
}

function sameWindowing(a: Windowing, b: Windowing): boolean {
  return a.mode === b.mode && a.bos === b.bos && a.window === b.window && a.stride === b.stride;
}

function commonPrefix(a: Int32Array, b: Int32Array): number {
  const max = Math.min(a.length, b.length);
  let length = 0;
  while (length < max && a[length] === b[length]) length++;
  return length;
}

function bytesOf({ids, logprobs, top1, detail}: KnownScores): number {
  const scores = ids.byteLength + logprobs.byteLength + top1.byteLength;
  if (detail === null) return scores;
  const {ranks, entropies, topIds, topLogprobs} = detail;
  return scores + ranks.byteLength + entropies.byteLength + topIds.byteLength + topLogprobs.byteLength;
}
