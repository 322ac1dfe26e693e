import type {ColourChoice} from "../../src/metrics/colourChoice";
import {levelsOf, unknownLevel} from "../../src/metrics/colourScale";
import type {ShownText} from "./shownText";

/** How a text's tokens are coloured: by what, which level each token has, and which levels are shown. */
export class Colouring {
  /** N levels, 0 to 4, or `unknownLevel` (metrics/colourScale.ts). */
  readonly levels: Uint8Array;
  /** Number of tokens of each level; the last one is of those that are not known. */
  readonly counts: readonly number[];

  /** `only`: the levels that the legend was filtered to; null shows all. */
  constructor(
    text: ShownText,
    readonly choice: ColourChoice,
    readonly only: ReadonlySet<number> | null = null
  ) {
    this.levels = levelsOf(choice, text.scored);
    const counts = new Array<number>(unknownLevel + 1).fill(0);
    for (const level of this.levels) counts[level] = (counts[level] ?? 0) + 1;
    this.counts = counts;
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
}

/** The CSS class of a level. */
export function levelClass(level: number): string {
  return level === unknownLevel ? "unknown" : `level${level}`;
}
