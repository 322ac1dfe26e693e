import * as l10n from "@vscode/l10n";
import type {SamplerName, SamplerSettings} from "../../src/sampling/settings";

/** A number of a sampler. */
export interface Parameter {
  readonly label: () => string;
  /** What the slider covers. */
  readonly min: number;
  readonly max: number;
  readonly step: number;
  /** What can be typed, where that is more. */
  readonly least?: number;
  readonly most?: number;
  readonly get: (settings: SamplerSettings) => number;
  readonly set: (settings: SamplerSettings, value: number) => SamplerSettings;
}

interface Sampler {
  /** What it does, in a sentence. */
  readonly says: () => string;
  /** The first one is the main one: it turns the sampler on. */
  readonly parameters: readonly [Parameter, ...Parameter[]];
  /** Changes what is off into what is on: the values that llama.cpp's or other programs' users begin with. */
  readonly start: (settings: SamplerSettings) => SamplerSettings;
}

const share = {min: 0, max: 1, step: 0.01};
const maxCount = 999_999_999;

const lastTokens = {
  label: () => l10n.t({message: "last tokens", comment: "How many tokens a sampler looks back on; −1 means all"}),
  min: -1,
  max: 512,
  step: 1,
  most: maxCount
};

export const samplerTable: Readonly<Record<SamplerName, Sampler>> = {
  penalties: {
    says: () => l10n.t("Lowers the probability of tokens that stand among the last ones."),
    parameters: [
      {
        label: () => l10n.t("repeat"),
        min: 1,
        max: 2,
        step: 0.01,
        least: 0.001,
        most: 1000,
        get: ({penalties}) => penalties.repeat,
        set: (all, repeat) => ({...all, penalties: {...all.penalties, repeat}})
      },
      {
        label: () => l10n.t("frequency"),
        min: 0,
        max: 2,
        step: 0.01,
        least: -1000,
        most: 1000,
        get: ({penalties}) => penalties.frequency,
        set: (all, frequency) => ({...all, penalties: {...all.penalties, frequency}})
      },
      {
        label: () => l10n.t("presence"),
        min: 0,
        max: 2,
        step: 0.01,
        least: -1000,
        most: 1000,
        get: ({penalties}) => penalties.presence,
        set: (all, presence) => ({...all, penalties: {...all.penalties, presence}})
      },
      {
        ...lastTokens,
        get: ({penalties}) => penalties.lastTokens,
        set: (all, lastTokens) => ({...all, penalties: {...all.penalties, lastTokens}})
      }
    ],
    start: (all) => ({
      ...all,
      penalties: {
        ...all.penalties,
        repeat: 1.1,
        lastTokens: all.penalties.lastTokens === 0 ? 64 : all.penalties.lastTokens
      }
    })
  },
  dry: {
    says: () => l10n.t("Lowers the probability of tokens that would go on with a repetition."),
    parameters: [
      {
        label: () => l10n.t("multiplier"),
        min: 0,
        max: 5,
        step: 0.05,
        most: 1000,
        get: ({dry}) => dry.multiplier,
        set: (all, multiplier) => ({...all, dry: {...all.dry, multiplier}})
      },
      {
        label: () => l10n.t("base"),
        min: 1,
        max: 4,
        step: 0.05,
        least: 0,
        most: 1000,
        get: ({dry}) => dry.base,
        set: (all, base) => ({...all, dry: {...all.dry, base}})
      },
      {
        label: () => l10n.t("allowed length"),
        min: 0,
        max: 20,
        step: 1,
        most: maxCount,
        get: ({dry}) => dry.allowedLength,
        set: (all, allowedLength) => ({...all, dry: {...all.dry, allowedLength}})
      },
      {
        ...lastTokens,
        get: ({dry}) => dry.lastTokens,
        set: (all, lastTokens) => ({...all, dry: {...all.dry, lastTokens}})
      }
    ],
    start: (all) => ({...all, dry: {...all.dry, multiplier: 0.8, lastTokens: all.dry.lastTokens || -1}})
  },
  topK: {
    says: () => l10n.t("Keeps this many of the most probable tokens."),
    parameters: [
      {
        label: () => "k",
        min: 0,
        max: 200,
        step: 1,
        most: maxCount,
        get: ({topK}) => topK,
        set: (all, topK) => ({...all, topK})
      }
    ],
    start: (all) => ({...all, topK: 40})
  },
  typicalP: {
    says: () =>
      l10n.t("Keeps the tokens whose surprisal is nearest to the entropy, until their probabilities sum up to this."),
    parameters: [
      {label: () => "p", ...share, get: ({typicalP}) => typicalP, set: (all, typicalP) => ({...all, typicalP})}
    ],
    start: (all) => ({...all, typicalP: 0.9})
  },
  topP: {
    says: () => l10n.t("Keeps the most probable tokens until their probabilities sum up to this."),
    parameters: [{label: () => "p", ...share, get: ({topP}) => topP, set: (all, topP) => ({...all, topP})}],
    start: (all) => ({...all, topP: 0.9})
  },
  minP: {
    says: () => l10n.t("Keeps the tokens with at least this share of the first one's probability."),
    parameters: [
      {
        label: () => "p",
        min: 0,
        max: 0.5,
        step: 0.005,
        most: 1,
        get: ({minP}) => minP,
        set: (all, minP) => ({...all, minP})
      }
    ],
    start: (all) => ({...all, minP: 0.05})
  },
  xtc: {
    says: () =>
      l10n.t(
        "By chance takes away all tokens above the threshold but the least probable of them, so that rarer ones come."
      ),
    parameters: [
      {
        label: () => l10n.t("probability"),
        ...share,
        get: ({xtc}) => xtc.probability,
        set: (all, probability) => ({...all, xtc: {...all.xtc, probability}})
      },
      {
        label: () => l10n.t("threshold"),
        min: 0,
        max: 0.5,
        step: 0.01,
        most: 1,
        get: ({xtc}) => xtc.threshold,
        set: (all, threshold) => ({...all, xtc: {...all.xtc, threshold}})
      }
    ],
    // Above a half, no two tokens can reach the threshold.
    start: (all) => ({...all, xtc: {probability: 0.5, threshold: all.xtc.threshold > 0.5 ? 0.1 : all.xtc.threshold}})
  },
  temperature: {
    says: () => l10n.t("Below 1 the probable become more probable, above 1 less; 0 leaves only the first."),
    parameters: [
      {
        label: () => "T",
        min: 0,
        max: 2,
        step: 0.01,
        most: 1000,
        get: ({temperature}) => temperature,
        set: (all, temperature) => ({...all, temperature})
      }
    ],
    start: (all) => ({...all, temperature: 0.8})
  }
};
