/** Tokens at the end that must have stood together before, for what followed them to be a guess: as many as there are, and 2 at least. */
const maxMatchLength = 4;
const minMatch = 2;

/**
 * What may come next, because it followed the same tokens before (prompt lookup, Saxena 2023): at most `most` token ids,
 * none where nothing was found. Code repeats itself; a guess costs less than the tokens that it saves where it is right.
 */
export function guessNext(ids: readonly number[], most: number): readonly number[] {
  for (let length = Math.min(maxMatchLength, ids.length - 1); length >= minMatch; length--) {
    const tail = ids.length - length;
    for (let start = tail - 1; start >= 0; start--) {
      if (!matches(ids, start, tail, length)) continue;
      return ids.slice(start + length, Math.min(start + length + most, tail + length));
    }
  }
  return [];
}

function matches(ids: readonly number[], one: number, other: number, length: number): boolean {
  // From the end: the last token tells most places apart.
  for (let i = length - 1; i >= 0; i--) if (ids[one + i] !== ids[other + i]) return false;
  return true;
}

/** Share of the way that each guess moves the average. */
const weight = 0.4;

/** Share of guesses that is taken to be right until some were tried. */
const expected = 0.6;

/** Parameters. Below, a batch takes its time for other things than the tokens in it. */
const smallModel = 5e7;

/**
 * What one guess adds to a batch, as a share of the time of a token on its own. By counts and never by a clock: whether tokens
 * are guessed decides the shape of the batches, and with it how their numbers are rounded.
 *
 * Measured: 0.25 on the demonstration model, 0.82 on a model of 0.5B parameters on one thread (bench/README.md). With more
 * threads the arithmetic is shared, and a token on its own waits for the memory instead.
 */
export function guessCost(parameters: number, threads: number, onDevice: boolean): number {
  if (onDevice) return 0.1;
  return parameters < smallModel ? 0.25 : 0.82 / Math.max(1, threads);
}

/**
 * Whether guesses are worth their cost in one completion: where one more token in a batch costs nearly as much as one of its
 * own (few threads, a large model), a guess must nearly always be right; where it costs next to nothing (a GPU), hardly ever.
 */
export class GuessWorth {
  /** Share of the guesses that are right. */
  private right = expected;

  /** `cost` as of {@link guessCost}. */
  constructor(private readonly cost: number) {}

  /** `tried` guesses were tried together, of which `right` were right. */
  tried(tried: number, right: number): void {
    if (tried > 0) this.right += weight * (right / tried - this.right);
  }

  get pays(): boolean {
    return this.right > this.cost;
  }
}
