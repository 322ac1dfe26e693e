import type {CorpusSummary, Measures, Summary} from "./summary";
import type {Windowing} from "./windowing";

/** What a score was made with. */
export interface ScoredWith<Model> {
  readonly model: Model;
  readonly windowing: Windowing;
  /** The tokens that were given as context before the text. */
  readonly contextIds?: {readonly length: number};
  /** False: scoring was stopped before its end. */
  readonly finished?: boolean;
  /** The set of LongRoPE factors, where the model has two. */
  readonly ropeFactors?: string;
  /** Sentences on what makes the numbers others than one may think. */
  readonly warnings?: readonly string[];
}

/**
 * A score as JSON, without its tokens: the same fields in the same order wherever one leaves Tokenscope. Five are there
 * only where they say something: `ropeFactors` where a model has two sets of them, `contextTokens` where a context was given,
 * `partial` where scoring was stopped, `top10Accuracy` where ranks were asked for, `warnings` where there are any.
 */
export function scoreHeader<Model>(scored: ScoredWith<Model>, summary: Summary) {
  const {model, windowing, ropeFactors, contextIds, finished = true, warnings = []} = scored;
  const {mode, bos, window, stride} = windowing;
  const contextTokens = contextIds?.length ?? 0;
  return {
    model,
    mode,
    bos,
    window,
    stride,
    ...(ropeFactors === undefined ? {} : {ropeFactors}),
    ...(contextTokens === 0 ? {} : {contextTokens}),
    ...(finished ? {} : {partial: true}),
    ...numbers(summary),
    ...(warnings.length === 0 ? {} : {warnings})
  };
}

/** Several texts together as JSON. */
export function corpusHeader(corpus: CorpusSummary) {
  const {texts, tokens, characters, bytes} = corpus;
  return {texts, tokens, ...numbers(corpus), characters, bytes};
}

function numbers(of: Measures) {
  return {
    scored: of.scored,
    unscored: of.unscored,
    crossEntropy: of.crossEntropy,
    perplexity: of.perplexity,
    standardError: of.standardError,
    bitsPerCharacter: of.bitsPerCharacter,
    bitsPerByte: of.bitsPerByte,
    wordPerplexity: of.wordPerplexity,
    top1Accuracy: of.top1Accuracy,
    ...(of.top10Accuracy === null ? {} : {top10Accuracy: of.top10Accuracy})
  };
}
