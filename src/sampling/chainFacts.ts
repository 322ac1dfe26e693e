import type {Candidates} from "./candidates";
import type {SamplerName, SamplerStage} from "./settings";

/** Of a token that the model itself gives no probability. */
const impossible = 255;

/** What each sampler of a chain leaves, as it acts. */
export class ChainFacts {
  readonly stages: SamplerStage[] = [];
  /** The samplers that have taken something away. */
  private readonly cutters: SamplerName[] = [];
  /** By token: how many of the cutters have left it. */
  private readonly survived: Uint8Array;
  private readonly total: number;
  private left: number;

  /** @param logSum A token's logprob is its logit minus this. */
  constructor(
    private readonly logits: Float32Array,
    all: {readonly ids: Int32Array; readonly count: number},
    private readonly logSum: number
  ) {
    this.total = all.count;
    this.left = all.count;
    this.survived = new Uint8Array(logits.length);
    if (this.left === logits.length) return;
    this.survived.fill(impossible);
    for (let i = 0; i < this.left; i++) this.survived[all.ids[i] as number] = 0;
  }

  add(sampler: SamplerName, {ids, count, softmax}: Candidates): void {
    if (count < this.left) {
      this.cutters.push(sampler);
      for (let i = 0; i < count; i++) this.survived[ids[i] as number] = this.cutters.length;
      this.left = count;
    }
    let mass = 0;
    if (count < this.total)
      for (let i = 0; i < count; i++) mass += Math.exp((this.logits[ids[i] as number] as number) - this.logSum);
    else mass = 1;
    this.stages.push({sampler, candidates: count, mass: Math.min(1, mass), entropy: softmax.entropy});
  }

  /** The sampler that has taken a token away. */
  cutBy(id: number): SamplerName | undefined {
    return this.cutters[this.survived[id] ?? impossible];
  }
}
