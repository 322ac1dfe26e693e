/** The samplers, by llama.cpp's names. */
export const samplerNames = ["penalties", "dry", "topK", "typicalP", "topP", "minP", "xtc", "temperature"] as const;

export type SamplerName = (typeof samplerNames)[number];

/**
 * What stands between a model's distribution and the token that is drawn. The meaning of each value is llama.cpp's
 * (docs/sampling.md). A sampler whose value changes nothing is off.
 */
export interface SamplerSettings {
  /** The samplers in the order in which they act, each at most once. One that is missing is off. */
  readonly order: readonly SamplerName[];
  /** Logits are divided by it. 0: only the first choice is left. 1: off. */
  readonly temperature: number;
  /** So many of the best are left. 0: off. */
  readonly topK: number;
  /** The best are left until their probabilities sum up to this. 1: off. */
  readonly topP: number;
  /** Left are those with at least this share of the first choice's probability. 0: off. */
  readonly minP: number;
  /** Left are those whose surprisal is nearest to the entropy, until their probabilities sum up to this. 1: off. */
  readonly typicalP: number;
  /** With this probability, all with at least the threshold but the least likely of them are taken away. Probability 0: off. */
  readonly xtc: {readonly probability: number; readonly threshold: number};
  readonly penalties: Penalties;
  readonly dry: Dry;
}

/** What lowers the logits of tokens that stand among the last ones. */
export interface Penalties {
  /** Tokens that are looked back on. 0: none. -1: all. */
  readonly lastTokens: number;
  /** Positive logits are divided by it, others are multiplied by it. 1: off. */
  readonly repeat: number;
  /** Is subtracted for each time that the token stands there. 0: off. */
  readonly frequency: number;
  /** Is subtracted once where the token stands there. 0: off. */
  readonly presence: number;
}

/** What lowers the logits of tokens that would go on with a repetition ("don't repeat yourself"). */
export interface Dry {
  /** 0: off. */
  readonly multiplier: number;
  readonly base: number;
  /** A repetition of up to this many tokens is allowed. */
  readonly allowedLength: number;
  /** Tokens that are looked back on. 0: none. -1: all. */
  readonly lastTokens: number;
  /** Texts that a repetition does not reach across. */
  readonly breakers: readonly string[];
}

/** What a sampler that is on leaves. */
export interface SamplerStage {
  readonly sampler: SamplerName;
  /** Tokens that are left. */
  readonly candidates: number;
  /** Their probability in the model's own distribution, 0 to 1. */
  readonly mass: number;
  /** Of the distribution over them, nats. */
  readonly entropy: number;
}

/** Nothing is changed: what is drawn has the model's own probabilities. */
export const noSamplers: SamplerSettings = {
  order: samplerNames,
  temperature: 1,
  topK: 0,
  topP: 1,
  minP: 0,
  typicalP: 1,
  xtc: {probability: 0, threshold: 0.1},
  penalties: {lastTokens: 64, repeat: 1, frequency: 0, presence: 0},
  dry: {multiplier: 0, base: 1.75, allowedLength: 2, lastTokens: -1, breakers: ["\n", ":", '"', "*"]}
};
