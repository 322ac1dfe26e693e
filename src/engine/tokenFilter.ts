/** What a constraint leaves of a model's distribution, token by token. */
export interface TokenFilter {
  /** The logits with -Infinity for all tokens that may not come next; null where none may. */
  allowed(logits: Float32Array): Float32Array | null;
  /** A token that may come next has been written. */
  accept(id: number): void;
}
