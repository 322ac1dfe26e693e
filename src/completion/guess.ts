/** Tokens at the end that must have stood together before, for what followed them to be a guess: as many as there are, and 2 at least. */
const longestMatch = 4;
const shortestMatch = 2;

/**
 * What may come next, because it followed the same tokens before (prompt lookup, Saxena 2023): at most `most` token ids,
 * none where nothing was found. Code repeats itself; a guess costs less than the tokens that it saves where it is right.
 */
export function guessNext(ids: readonly number[], most: number): readonly number[] {
  for (let length = Math.min(longestMatch, ids.length - 1); length >= shortestMatch; length--) {
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

/** Share of the way that each measurement moves the average. */
const weight = 0.4;

/** Share of guesses that is taken to be right until some were tried. */
const expected = 0.6;

/** Completions after which it is measured anew what a guess costs: the first time, something else may have run beside it. */
const remembered = 50;

/**
 * Whether guesses are worth their cost on a model: where one more token in a batch costs nearly as much as one of its own
 * (few threads, a large model), a guess must nearly always be right; where it costs next to nothing (a GPU), hardly ever.
 */
export class GuessWorth {
  /** Milliseconds of a token on its own. */
  private single: number | undefined;
  /** Milliseconds that each guess adds to a batch. */
  private extra: number | undefined;
  /** Share of this completion's guesses that are right. */
  private right = expected;
  private completions = 0;

  /** A completion begins: how well its text can be guessed is another matter. */
  begin(): void {
    this.right = expected;
    if (++this.completions % remembered === 0) this.extra = undefined;
  }

  /** A token was decoded in so many milliseconds, together with `tried` guesses, of which `right` were right. */
  decoded(milliseconds: number, tried: number, right: number): void {
    if (tried === 0) {
      this.single = average(this.single, milliseconds);
      return;
    }
    if (this.single !== undefined) this.extra = average(this.extra, (milliseconds - this.single) / tried);
    this.right = average(this.right, right / tried);
  }

  /** Until it is known what a token costs alone, nothing is guessed; what a guess costs, the first one shows. */
  get pays(): boolean {
    if (this.single === undefined) return false;
    return this.extra === undefined || this.right * this.single > this.extra;
  }
}

function average(before: number | undefined, value: number): number {
  return before === undefined ? value : before + weight * (value - before);
}
