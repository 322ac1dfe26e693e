import type {ToView} from "../../src/features/logprobs/protocol";
import type {Colouring} from "./colouring";
import {numbersOf, type RangeNumbers, sumsOf} from "./rangeNumbers";
import type {ShownText} from "./shownText";

export type Scores = Extract<ToView, {type: "scores"}>;

/** Milliseconds between two colourings of the whole text, where levels depend on all of it. */
const wholeDelay = 1000;

export interface ArrivalEvents {
  /** Tokens `[from, to)` have scores, and levels in the same colouring. At most once a frame. */
  readonly onArrived: (from: number, to: number, numbers: RangeNumbers) => void;
  /** All levels may be others. */
  readonly onRecolour: () => void;
}

/** Puts scores that arrive while a text is shown into its arrays, and tells of them once a frame. */
export class ArrivingScores {
  private readonly sums;
  private from = Number.POSITIVE_INFINITY;
  private to = 0;
  private frame: number | null = null;
  private recolouring: ReturnType<typeof setTimeout> | undefined;

  constructor(
    private readonly text: ShownText,
    private readonly colouring: () => Colouring | null,
    private readonly events: ArrivalEvents
  ) {
    const {scored, count} = text;
    this.sums = sumsOf(scored);
    for (let token = 0; token < count; token++) if (!Number.isNaN(scored.logprobs[token])) this.sums.add(token);
  }

  get numbers(): RangeNumbers {
    return numbersOf(this.sums.sums);
  }

  add({from, logprobs, ranks, entropies}: Scores): void {
    const {scored, count} = this.text;
    const to = Math.min(count, from + logprobs.length);
    const own = {logprobs: scored.logprobs, ranks: scored.ranks, entropies: scored.entropies};
    for (let token = from; token < to; token++) {
      const isNew = Number.isNaN(own.logprobs[token]);
      own.logprobs[token] = logprobs[token - from] ?? Number.NaN;
      if (own.ranks && ranks) own.ranks[token] = ranks[token - from] ?? 0;
      if (own.entropies && entropies) own.entropies[token] = entropies[token - from] ?? Number.NaN;
      if (isNew && !Number.isNaN(own.logprobs[token])) this.sums.add(token);
    }
    this.from = Math.min(this.from, from);
    this.to = Math.max(this.to, to);
    this.frame ??= requestAnimationFrame(() => this.tell());
  }

  /** The text gives way to another. */
  stop(): void {
    if (this.frame !== null) cancelAnimationFrame(this.frame);
    clearTimeout(this.recolouring);
  }

  private tell(): void {
    const {from, to, text} = this;
    this.frame = null;
    this.from = Number.POSITIVE_INFINITY;
    this.to = 0;
    if (this.colouring()?.update(text, from, to) === false) {
      this.recolouring ??= setTimeout(() => {
        this.recolouring = undefined;
        this.events.onRecolour();
      }, wholeDelay);
    }
    this.events.onArrived(from, to, this.numbers);
  }
}
