import type {ColourChoice} from "../../src/metrics/colourChoice";
import {levelBounds, levelOf, levelsInSteps, measureOf, unknownLevel} from "../../src/metrics/colourScale";
import type {ShownText} from "./shownText";

/** Tokens between two yields. */
const stepSize = 1 << 14;

/** How a text's tokens are coloured: by what, which level each token has, and which levels are shown. */
export class Colouring {
  private readonly countOf = new Array<number>(unknownLevel + 1).fill(0);

  private constructor(
    /** N levels, 0 to 4, or `unknownLevel` (metrics/colourScale.ts). */
    readonly levels: Uint8Array,
    readonly choice: ColourChoice,
    readonly only: ReadonlySet<number> | null
  ) {}

  /** Yields after some milliseconds' work. `only`: the levels that the legend was filtered to; null shows all. */
  static *inSteps(
    {scored}: ShownText,
    choice: ColourChoice,
    only: ReadonlySet<number> | null = null
  ): Generator<void, Colouring> {
    const colouring = new Colouring(yield* levelsInSteps(choice, scored), choice, only);
    for (let token = 0; token < colouring.levels.length; token++) {
      colouring.add(colouring.levelOf(token), 1);
      if (token % stepSize === stepSize - 1) yield;
    }
    return colouring;
  }

  /** Number of tokens of each level; the last one is of those that are not known. */
  get counts(): readonly number[] {
    return this.countOf;
  }

  levelOf(token: number): number {
    return this.levels[token] ?? unknownLevel;
  }

  /** Whether `n` and `p` stop at the token: it is beyond the threshold, and not filtered away. */
  isBeyond(token: number): boolean {
    const level = this.levelOf(token);
    return level > 0 && level < unknownLevel && this.shows(level);
  }

  shows(level: number): boolean {
    return this.only === null || this.only.has(level);
  }

  /**
   * Scores of tokens `[from, to)` have arrived. False if levels depend on the whole text: then it takes a new colouring.
   */
  update({scored}: ShownText, from: number, to: number): boolean {
    const {by} = this.choice;
    if (by === "relative") return false;
    const bounds = levelBounds(this.choice);
    for (let token = from; token < to; token++) {
      const level = levelOf(by, bounds, measureOf(by, scored, token));
      this.add(this.levelOf(token), -1);
      this.add(level, 1);
      this.levels[token] = level;
    }
    return true;
  }

  private add(level: number, tokens: number): void {
    this.countOf[level] = (this.countOf[level] ?? 0) + tokens;
  }
}

/** The CSS class of a level. */
export function levelClass(level: number): string {
  return level === unknownLevel ? "unknown" : `level${level}`;
}
