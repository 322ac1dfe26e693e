/** A set of code points: a character or a class of a grammar, as `[a-z]`, `[^"]` or `.`. */
export class CharSet {
  /** Lows and highs in turn, ascending, without overlaps. */
  private readonly bounds: Int32Array;

  /** @param ranges Each from low to high, both inclusive. One whose high is below its low has nothing, as in llama.cpp. */
  constructor(
    readonly negated: boolean,
    ranges: readonly (readonly [number, number])[]
  ) {
    const merged: number[] = [];
    for (const [low, high] of ranges.filter(([low, high]) => low <= high).sort((a, b) => a[0] - b[0])) {
      const last = merged.at(-1);
      if (last !== undefined && low <= last + 1) merged[merged.length - 1] = Math.max(last, high);
      else merged.push(low, high);
    }
    this.bounds = Int32Array.from(merged);
  }

  /** The same for sets with the same characters that are written alike. */
  get key(): string {
    return `${this.negated ? "^" : ""}${this.bounds.join()}`;
  }

  /** Its only character; null if it has none or several. */
  get only(): number | null {
    const [low, high] = this.bounds;
    const isOne = !this.negated && this.bounds.length === 2 && low === high;
    return isOne ? (low ?? null) : null;
  }

  has(codePoint: number): boolean {
    return this.isListed(codePoint, codePoint) !== this.negated;
  }

  /**
   * A character of which only the first bytes are known may be in the set. As in llama.cpp, a negated set refuses one already where
   * some of its possible characters are excluded.
   */
  mayHave(low: number, high: number): boolean {
    return this.isListed(low, high) !== this.negated;
  }

  /** Code points at which what {@link has} says may change. */
  *edges(): Generator<number> {
    for (const [i, bound] of this.bounds.entries()) yield bound + (i % 2);
  }

  /** One of the listed ranges has a code point from low to high. */
  private isListed(low: number, high: number): boolean {
    const {bounds} = this;
    // The first range that does not end below `low`.
    let [from, to] = [0, bounds.length / 2];
    while (from < to) {
      const middle = (from + to) >> 1;
      if ((bounds[2 * middle + 1] ?? 0) < low) from = middle + 1;
      else to = middle;
    }
    return from < bounds.length / 2 && (bounds[2 * from] ?? 0) <= high;
  }
}

/** Any character. */
export const anyChar = new CharSet(true, []);
