import type {Summary} from "./summary";

/** How a text was cut into windows; enough, with the model, to repeat a score. */
export interface ScoredWith<Model> {
  readonly model: Model;
  readonly mode: string;
  readonly bos: boolean;
  readonly window: number;
  readonly stride: number;
}

/** A score as JSON, without its tokens: the same fields in the same order wherever one leaves Tokenscope. */
export function scoreHeader<Model>({model, mode, bos, window, stride}: ScoredWith<Model>, summary: Summary) {
  return {
    model,
    mode,
    bos,
    window,
    stride,
    scored: summary.scored,
    unscored: summary.unscored,
    crossEntropy: summary.crossEntropy,
    perplexity: summary.perplexity,
    standardError: summary.standardError,
    bitsPerCharacter: summary.bitsPerCharacter,
    bitsPerByte: summary.bitsPerByte,
    wordPerplexity: summary.wordPerplexity,
    top1Accuracy: summary.top1Accuracy
  };
}
