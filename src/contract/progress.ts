/**
 * Work done and to do: tokens for `score` and `complete`, bytes for `download`, `verify` and `unpack`. `total` of `wait` is the
 * place in line: 1 is next.
 */
export interface Progress {
  readonly stage: "wait" | "load" | "score" | "complete" | "download" | "verify" | "unpack";
  readonly done: number;
  readonly total: number;
  /** Of a completion: what there is of it. */
  readonly text?: string;
}
