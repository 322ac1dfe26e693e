import type {Candidates} from "./candidates";
import {lastOf} from "./penalties";
import type {Dry} from "./settings";

/**
 * Token sequences that a repetition does not reach across, by their first token: what follows it, empty for a single token. They are a
 * vocabulary's answer to the texts of {@link Dry.breakers}: see {@link dryBreakers}.
 */
export type DryBreakers = ReadonlyMap<number, readonly Int32Array[]>;

const none: readonly Int32Array[] = [];
/** ln of float's greatest value, as llama.cpp writes it: it keeps the penalty finite. */
const maxLog = 88.7228391;

export function dryIsOn({multiplier, base, lastTokens}: Dry): boolean {
  return multiplier !== 0 && base >= 1 && lastTokens !== 0;
}

/** "Don't repeat yourself": llama.cpp's llama_sampler_dry_apply. */
export function penalizeRepetitions(
  candidates: Candidates,
  dry: Dry,
  {history, breakers}: {readonly history: Int32Array; readonly breakers: DryBreakers}
): void {
  if (!dryIsOn(dry)) return;
  const {multiplier, base, allowedLength} = dry;
  // Newest first: repetitions are suffixes of what is there.
  const backwards = lastOf(history, dry.lastTokens).toReversed();
  if (backwards.length <= allowedLength) return;
  const limit = longestRepetition(backwards, breakers);
  if (limit < allowedLength) return;
  const maxExponent = base > 1.000001 ? Math.trunc(maxLog / Math.log(base)) : 0;
  const changes = new Map<number, (logit: number) => number>();
  for (const [id, length] of repeatedLengths(backwards, {limit, allowedLength})) {
    if (breakers.get(id)?.some((tail) => tail.length === 0)) continue;
    const exponent = length - allowedLength;
    const penalty = multiplier * base ** (maxExponent > 0 ? Math.min(exponent, maxExponent) : exponent);
    changes.set(id, (logit) => logit - penalty);
  }
  candidates.change(changes);
}

/** The number of tokens behind the last breaker. */
function longestRepetition(backwards: Int32Array, breakers: DryBreakers): number {
  for (let i = 0; i < backwards.length; i++) {
    let longest = -1;
    for (const tail of breakers.get(backwards[i] as number) ?? none)
      if (tail.length > longest && tail.length <= i && tail.every((id, k) => id === backwards[i - k - 1]))
        longest = tail.length;
    if (longest >= 0) return i - longest;
  }
  return backwards.length;
}

/** The tokens that would go on with a repetition, and the length of the longest that each would go on with, `allowedLength` at least. */
function repeatedLengths(
  backwards: Int32Array,
  {limit, allowedLength}: {readonly limit: number; readonly allowedLength: number}
): Map<number, number> {
  const common = prefixLengths(backwards);
  const lengths = new Map<number, number>();
  for (let k = 1; k < backwards.length; k++) {
    const length = Math.min(common[k] as number, limit);
    if (length < allowedLength) continue;
    // The token that came after the earlier occurrence.
    const next = backwards[k - 1] as number;
    if (length > (lengths.get(next) ?? -1)) lengths.set(next, length);
  }
  return lengths;
}

/** How many entries from each place on equal those from the start on (Z-algorithm). */
function prefixLengths(values: Int32Array): Int32Array {
  const lengths = new Int32Array(values.length);
  let start = 0;
  let end = 0;
  for (let k = 1; k < values.length; k++) {
    let length = k < end ? Math.min(end - k, lengths[k - start] as number) : 0;
    while (k + length < values.length && values[length] === values[k + length]) length++;
    lengths[k] = length;
    if (k + length > end) {
      start = k;
      end = k + length;
    }
  }
  return lengths;
}
