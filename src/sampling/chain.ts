import {Candidates} from "./candidates";
import {ChainFacts} from "./chainFacts";
import {branchOf, SampledDistribution, type Way} from "./distribution";
import {type DryBreakers, dryIsOn, penalizeRepetitions} from "./dry";
import {penalize, penaltiesAreOn} from "./penalties";
import type {SamplerName, SamplerSettings} from "./settings";
import {excludeTopChoices, keepBest, minP, topK, topP, typicalP, xtcIsOn} from "./truncation";

export interface SamplingOptions {
  /** DRY's breakers, as the vocabulary has them. Without them a repetition has no end. */
  readonly breakers?: DryBreakers;
  /** Also tells what each sampler leaves, and which one takes a token away. Without it, a token is drawn sooner. True by default. */
  readonly facts?: boolean;
}

const noBreakers: DryBreakers = new Map();

/** A chain's candidates where XTC acts, or where it doesn't. There is one at least. */
type Ways = readonly [Way, ...Way[]];

interface Before {
  readonly history: Int32Array;
  readonly breakers: DryBreakers;
}

interface Sampler {
  isOn(settings: SamplerSettings): boolean;
  apply(candidates: Candidates, settings: SamplerSettings, before: Before): void;
}

const samplers: Readonly<Record<Exclude<SamplerName, "xtc">, Sampler>> = {
  penalties: {
    isOn: ({penalties}) => penaltiesAreOn(penalties),
    apply: (candidates, {penalties}, {history}) => penalize(candidates, penalties, history)
  },
  dry: {
    isOn: ({dry}) => dryIsOn(dry),
    apply: (candidates, {dry}, before) => penalizeRepetitions(candidates, dry, before)
  },
  topK: {
    isOn: (settings) => settings.topK > 0,
    apply: (candidates, settings) => topK(candidates, settings.topK)
  },
  typicalP: {
    isOn: (settings) => settings.typicalP < 1,
    apply: (candidates, settings) => typicalP(candidates, settings.typicalP)
  },
  topP: {
    isOn: (settings) => settings.topP < 1,
    apply: (candidates, settings) => topP(candidates, settings.topP)
  },
  minP: {
    isOn: (settings) => settings.minP > 0,
    apply: (candidates, settings) => minP(candidates, settings.minP)
  },
  temperature: {
    isOn: ({temperature}) => temperature !== 1,
    apply: (candidates, {temperature}) => (temperature > 0 ? candidates.divide(temperature) : keepBest(candidates))
  }
};

/** Whether a sampler's value changes anything, given that it is in the order. */
export function isOn(name: SamplerName, settings: SamplerSettings): boolean {
  return name === "xtc" ? xtcIsOn(settings.xtc) : samplers[name].isOn(settings);
}

/**
 * Applies the samplers to the logits of a whole vocabulary, in the settings' order. Each does what llama.cpp's sampler of its name does,
 * in double precision; of equal logits, the smaller id comes first (docs/sampling.md).
 *
 * @param history The tokens before the one that is drawn, the prompt's among them.
 */
export function applySamplers(
  logits: Float32Array,
  settings: SamplerSettings,
  history: Int32Array,
  {breakers = noBreakers, facts = true}: SamplingOptions = {}
): SampledDistribution {
  const all = Candidates.of(logits);
  const {max, sum, entropy} = all.softmax;
  const raw = {logSum: max + Math.log(sum), entropy};
  const told = facts ? new ChainFacts(logits, all, raw.logSum) : null;
  let ways: Ways = [{candidates: all, weight: 1}];
  for (const name of settings.order) {
    if (!isOn(name, settings)) continue;
    if (name === "xtc") ways = withXtc(ways, settings.xtc);
    else for (const {candidates} of ways) samplers[name].apply(candidates, settings, {history, breakers});
    told?.add(name, ways[0].candidates);
  }
  const [first, ...others] = ways;
  return new SampledDistribution(logits.length, {
    raw,
    branches: [branchOf(first), ...others.map(branchOf)],
    stages: told?.stages ?? [],
    cutBy: (id) => told?.cutBy(id)
  });
}

/** XTC rolls a die for each token: where it acts comes first. */
function withXtc(ways: Ways, {probability, threshold}: SamplerSettings["xtc"]): Ways {
  const acting: Way[] = [];
  const idle: Way[] = [];
  for (const {candidates, weight} of ways) {
    const before = candidates.clone();
    excludeTopChoices(candidates, threshold);
    // Where it takes nothing away, both ways are the same.
    const differs = probability < 1 && candidates.count < before.count;
    acting.push({candidates, weight: differs ? weight * probability : weight});
    if (differs) idle.push({candidates: before, weight: weight * (1 - probability)});
  }
  return [...acting, ...idle] as unknown as Ways;
}
