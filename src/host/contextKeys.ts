/** The context keys that we set, without "tokenscope."; the `when` clauses of package.json and the walkthrough's steps read them. */
export const contextKeys = [
  "changes.empty",
  "changes.order",
  "evaluation.order",
  "evaluation.shown",
  "folderTokens.shown",
  "heatmap",
  "seen.completion",
  "seen.logprobs",
  "seen.model",
  "seen.perplexity",
  "seen.tokens",
  "surprisingLines.empty",
  "surprisingLines.filtered",
  "surprisingLines.follows",
  "surprisingLines.mode",
  "surprisingLines.order"
] as const;

export type ContextKey = (typeof contextKeys)[number];
