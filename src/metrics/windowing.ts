export type ScoreMode = "document" | "llama-perplexity";

/** How a text was cut into windows (docs/metrics.md, "Context"). With the model, it is enough to repeat a score. */
export interface Windowing {
  readonly mode: ScoreMode;
  /** BOS stood in front of every window. */
  readonly bos: boolean;
  /** Positions that the model sees together, BOS included. */
  readonly window: number;
  /** New tokens in each window after the first. No meaning in llama-perplexity mode. */
  readonly stride: number;
}
