import type {ControlledEvaluateIndexOutput, LlamaContextSequence, LlamaModel, Token} from "node-llama-cpp";
import {scoringBatch} from "../../src/gguf/memory";
import {engineInProcess} from "./engine";

/** The prediction at one position: the probability of every token of the vocabulary. */
export class Distribution {
  private sorted: Float64Array | undefined;

  constructor(private readonly probabilities: ReadonlyMap<number, number>) {}

  /** Natural; NaN for an id outside the vocabulary. */
  logprob(id: number): number {
    return Math.log(this.probabilities.get(id) ?? Number.NaN);
  }

  /** Nats. */
  get entropy(): number {
    let sum = 0;
    for (const probability of this.probabilities.values())
      if (probability > 0) sum -= probability * Math.log(probability);
    return sum;
  }

  /** The logprob that is the `rank`th greatest, from 1. */
  ranked(rank: number): number {
    this.sorted ??= Float64Array.from(this.probabilities.values()).sort();
    return Math.log(this.sorted[this.sorted.length - rank] ?? Number.NaN);
  }

  /** How many tokens have a greater logprob than this. */
  above(logprob: number): number {
    const least = Math.exp(logprob);
    let count = 0;
    for (const probability of this.probabilities.values()) if (probability > least) count++;
    return count;
  }
}

/** In batches like the engine's: llama.cpp rounds differently in batches of other sizes. */
const batchOfDemonstrationModel = scoringBatch(8192);

/**
 * node-llama-cpp asked directly and for everything: the probabilities of the whole vocabulary, as llama.cpp makes them,
 * after a context that is evaluated from its start. Shares no arithmetic with what it judges.
 */
export class Judge {
  private constructor(
    readonly model: LlamaModel,
    private readonly sequence: LlamaContextSequence
  ) {}

  static async open(file: string): Promise<Judge> {
    // The same runtime, because there is one log for all of llama.cpp in a process: a second one would take it over.
    const llama = await engineInProcess.llamaRuntime("off", 0, () => undefined);
    const model = await llama.loadModel({modelPath: file});
    const context = await model.createContext({
      contextSize: 1100,
      batchSize: batchOfDemonstrationModel,
      // Threads wait for each other spinning: on a busy machine more of them are slower by far.
      threads: 1
    });
    return new Judge(model, context.getSequence());
  }

  /** What comes after `context`. */
  async after(context: readonly number[]): Promise<Distribution> {
    const [distribution] = await this.afterEach(context, context.length - 1);
    if (distribution === undefined) throw new Error("llama.cpp gave no prediction");
    return distribution;
  }

  /** What comes after each beginning of `context`, from the one that ends with token `from` on. */
  async afterEach(
    context: readonly number[],
    from = 0,
    batchSize = batchOfDemonstrationModel
  ): Promise<Distribution[]> {
    await this.sequence.clearHistory();
    const outputs: (ControlledEvaluateIndexOutput | undefined)[] = [];
    for (let start = 0; start < context.length; start += batchSize) {
      const batch = [...context.slice(start, start + batchSize)] as Token[];
      // At temperature 0, which is the default, node-llama-cpp cuts nothing off the vocabulary.
      const results = await this.sequence.controlledEvaluate(
        batch.map((token, i) => (start + i < from ? token : [token, {generateNext: {probabilities: true}}]))
      );
      // Nothing is returned for what was not asked about, not even a place.
      for (const i of batch.keys()) outputs[start + i] = results[i];
    }
    return outputs.slice(from).map((output) => {
      const probabilities = output?.next.probabilities;
      if (probabilities === undefined) throw new Error("llama.cpp gave no probabilities");
      return new Distribution(probabilities);
    });
  }

  async close(): Promise<void> {
    await this.model.dispose();
  }
}
