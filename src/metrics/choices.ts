/** A choice of a question, scored behind the question's context (docs/metrics.md, "Multiple choice"). */
export interface ScoredChoice extends ChoiceLength {
  /** Sum over its tokens, nats. */
  readonly logprob: number;
}

/** Each at least 1. */
export interface ChoiceLength {
  readonly tokens: number;
  /** UTF-8, without the prefix that stands before each choice. */
  readonly bytes: number;
  /** Unicode code points, without the prefix. */
  readonly characters: number;
}

/** What a logprob is divided by before choices are compared. */
export const choiceRules = ["sum", "character", "byte", "token"] as const;

export type ChoiceRule = (typeof choiceRules)[number];

/** The choices of a question, compared by one rule. */
export interface Ranking {
  /** Index of the best; of several that are equal, the first, as lm-evaluation-harness takes it. */
  readonly best: number;
  /** Others are as good as the best. */
  readonly tied: boolean;
  /** Softmax over the choices; null where the model holds them all impossible. */
  readonly probabilities: readonly number[] | null;
}

export function rankChoices(choices: readonly ScoredChoice[]): Readonly<Record<ChoiceRule, Ranking>> {
  return {
    sum: ranking(choices.map(({logprob}) => logprob)),
    character: ranking(choices.map(({logprob, characters}) => logprob / characters)),
    byte: ranking(choices.map(({logprob, bytes}) => logprob / bytes)),
    token: ranking(choices.map(({logprob, tokens}) => logprob / tokens))
  };
}

/** A choice's length without its tokens. */
export function choiceLength(choice: string): Pick<ChoiceLength, "bytes" | "characters"> {
  const wellFormed = choice.toWellFormed();
  return {bytes: new TextEncoder().encode(wellFormed).length, characters: Array.from(wellFormed).length};
}

/** A share with its standard error. */
export interface Accuracy {
  readonly value: number;
  /** Null for fewer than two questions. */
  readonly standardError: number | null;
}

/** As lm-evaluation-harness: the sample's standard deviation, divided by the root of their number. Null without questions. */
export function accuracy(hits: readonly boolean[]): Accuracy | null {
  const n = hits.length;
  if (n === 0) return null;
  const value = hits.filter(Boolean).length / n;
  // Σ (x - mean)² of zeros and ones is n·p·(1 - p).
  return {value, standardError: n < 2 ? null : Math.sqrt((value * (1 - value)) / (n - 1))};
}

function ranking(values: readonly number[]): Ranking {
  const best = Math.max(...values);
  const probabilities = best === Number.NEGATIVE_INFINITY ? null : softmax(values, best);
  return {best: values.indexOf(best), tied: values.filter((value) => value === best).length > 1, probabilities};
}

function softmax(values: readonly number[], best: number): number[] {
  const shares = values.map((value) => Math.exp(value - best));
  const sum = shares.reduce((all, share) => all + share, 0);
  return shares.map((share) => share / sum);
}
