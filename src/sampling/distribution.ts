import type {Candidates} from "./candidates";
import type {SamplerName, SamplerStage} from "./settings";

/** A chain's candidates where XTC acts, or where it doesn't, and how probable that is. */
export interface Way {
  readonly candidates: Candidates;
  readonly weight: number;
}

/** One way that the chain can go: where XTC acts, or where it doesn't. */
export interface Branch {
  /** How probable it is, 0 to 1. */
  readonly weight: number;
  readonly ids: Int32Array;
  /** They sum up to 1. */
  readonly probabilities: Float64Array;
  /** Nats. */
  readonly entropy: number;
}

/** The model's own distribution: a token's logprob is its logit minus this. */
export interface RawDistribution {
  readonly logSum: number;
  /** Nats. */
  readonly entropy: number;
}

interface Parts {
  readonly raw: RawDistribution;
  readonly branches: readonly [Branch, ...Branch[]];
  readonly stages: readonly SamplerStage[];
  readonly cutBy: (id: number) => SamplerName | undefined;
}

/** What the samplers have made of a model's distribution: what is drawn from. */
export class SampledDistribution {
  /** Tokens that can be drawn, in an order that depends on the distribution and the settings only. */
  readonly ids: Int32Array;
  /** Probability of each of {@link ids}: the mean of the branches. */
  readonly probabilities: Float64Array;
  /** Of {@link probabilities}, nats. */
  readonly entropy: number;
  private table: Float64Array | undefined;

  constructor(
    readonly vocabulary: number,
    private readonly parts: Parts
  ) {
    const {ids, probabilities, entropy} = mixed(parts.branches, vocabulary);
    this.ids = ids;
    this.probabilities = probabilities;
    this.entropy = entropy;
  }

  /** The model's own distribution, before the samplers. */
  get raw(): RawDistribution {
    return this.parts.raw;
  }

  /** One, or two where XTC can act: first where it acts, then where it doesn't. */
  get branches(): readonly [Branch, ...Branch[]] {
    return this.parts.branches;
  }

  /** What each sampler that is on has left, in their order. XTC is told as when it acts. */
  get stages(): readonly SamplerStage[] {
    return this.parts.stages;
  }

  /** The probability of drawing a token. */
  after(id: number): number {
    this.table ??= tableOf(this);
    return this.table[id] ?? 0;
  }

  /** The sampler that takes a token away; of XTC, when it acts. */
  cutBy(id: number): SamplerName | undefined {
    return this.parts.cutBy(id);
  }
}

function tableOf({vocabulary, ids, probabilities}: SampledDistribution): Float64Array {
  const table = new Float64Array(vocabulary);
  for (let i = 0; i < ids.length; i++) table[ids[i] as number] = probabilities[i] as number;
  return table;
}

export function branchOf({candidates, weight}: Way): Branch {
  const {ids, logits, count, softmax} = candidates;
  const {max, sum, entropy} = softmax;
  const probabilities = new Float64Array(count);
  for (let i = 0; i < count; i++) probabilities[i] = Math.exp((logits[i] as number) - max) / sum;
  return {weight, ids: ids.slice(0, count), probabilities, entropy};
}

function mixed(branches: readonly [Branch, ...Branch[]], vocabulary: number): Omit<Branch, "weight"> {
  if (branches.length === 1) return branches[0];
  const table = new Float64Array(vocabulary);
  const seen = new Uint8Array(vocabulary);
  const all: number[] = [];
  for (const {weight, ids, probabilities} of branches)
    for (let i = 0; i < ids.length; i++) {
      const id = ids[i] as number;
      if (seen[id] === 0) all.push(id);
      seen[id] = 1;
      table[id] = (table[id] as number) + weight * (probabilities[i] as number);
    }
  const ids = Int32Array.from(all);
  const probabilities = Float64Array.from(ids, (id) => table[id] as number);
  let entropy = 0;
  for (const probability of probabilities) if (probability > 0) entropy -= probability * Math.log(probability);
  return {ids, probabilities, entropy};
}
