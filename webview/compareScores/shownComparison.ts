import type {Comparison, Side} from "../../src/features/compareScores/protocol";
import {type AlignedTexts, alignedTexts} from "../../src/metrics/alignedTexts";
import {
  type DifferenceLevel,
  differenceLevels,
  differenceLevelsOf,
  presetThreshold
} from "../../src/metrics/differenceScale";
import {type Comparability, comparability, type PieceBits, pieceBits} from "../../src/metrics/scoreComparison";

/** Two aligned texts as they are drawn: their pieces and the differences. */
export class ShownComparison {
  readonly bits: PieceBits;
  readonly preset: number;

  private constructor(
    readonly comparison: Comparison,
    readonly texts: AlignedTexts
  ) {
    const [a, b] = comparison.sides;
    this.bits = pieceBits(texts.alignment, a.logprobs, b.logprobs);
    this.preset = presetThreshold(this.bits.differences);
  }

  /** Null if a tokenizer rewrote a text. */
  static of(comparison: Comparison): ShownComparison | null {
    const texts = alignedTexts(comparison.sides, comparison.alignment);
    return texts && new ShownComparison(comparison, texts);
  }

  get count(): number {
    return this.texts.count;
  }

  /** The sides' numbers that can be compared. */
  get comparability(): Comparability {
    return comparability(...this.comparison.sides);
  }

  side(index: 0 | 1): Side {
    return this.comparison.sides[index];
  }
}

/** How pieces are coloured, and which are shown. */
export class DifferenceColouring {
  /** Number of pieces of each level, in the order of `differenceLevels`. */
  readonly counts: readonly number[];
  private readonly levels: Uint8Array;

  /** `only`: the levels that the legend was filtered to; null shows all. */
  constructor(
    shown: ShownComparison,
    readonly threshold: number,
    readonly only: ReadonlySet<DifferenceLevel> | null = null
  ) {
    this.levels = differenceLevelsOf(shown.texts.alignment, shown.bits.differences, threshold);
    const counts = new Array<number>(differenceLevels.length).fill(0);
    for (const level of this.levels) counts[level] = (counts[level] ?? 0) + 1;
    this.counts = counts;
  }

  levelOf(piece: number): DifferenceLevel {
    return differenceLevels[this.levels[piece] ?? 0] ?? "unknown";
  }

  shows(piece: number): boolean {
    return this.only === null || this.only.has(this.levelOf(piece));
  }

  /** Whether `n` and `p` stop at the piece: it is coloured, or it was filtered for. In a run of removed or added tokens, the first. */
  isStop(piece: number): boolean {
    const level = this.levelOf(piece);
    if (!this.shows(piece)) return false;
    if (level === "onlyA" || level === "onlyB") return piece === 0 || this.levelOf(piece - 1) !== level;
    return this.only !== null || (level !== "alike" && level !== "unknown");
  }
}
