import {type KeysOf, type Metric, type MetricKey, metricEntries} from "./metrics";
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
  /** Sentences on what makes the numbers differ from what one may expect. */
  readonly warnings?: readonly string[];
}

/** The metrics of a score as JSON. What is hidden if unknown may be missing. */
type JsonMetrics = Readonly<
  Record<Exclude<KeysOf<{json: "always"}>, KeysOf<{hiddenIfUnknown: true}>>, number | null> &
    Partial<Record<KeysOf<{json: "always"; hiddenIfUnknown: true}>, number>>
>;

/**
 * A score as JSON, without its tokens: the same fields in the same order wherever it leaves Tokenscope. Some are there only
 * where they say something: `ropeFactors` where a model has two sets of them, `contextTokens` where a context was given,
 * `partial` where scoring was stopped, `warnings` where there are any, and the metrics that are hidden if unknown.
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

/** The metrics that only exported files have. */
export function exportedMetrics(summary: Summary): Readonly<Record<KeysOf<{json: "exported"}>, number | null>> {
  return picked(summary, "exported") as ReturnType<typeof exportedMetrics>;
}

function numbers(measures: Measures) {
  const {scored, unscored} = measures;
  // The cross entropy was the first of them when the format was made.
  const {crossEntropy, ...others} = picked(measures, "always") as JsonMetrics;
  return {scored, unscored, crossEntropy, ...others};
}

function picked(measures: Partial<Record<MetricKey, number | null>>, json: Metric["json"]): object {
  const wanted = metricEntries.filter(([key, metric]) => {
    return metric.json === json && !(metric.hiddenIfUnknown && (measures[key] ?? null) === null);
  });
  return Object.fromEntries(wanted.map(([key]) => [key, measures[key] ?? null]));
}
