import type {
  ControlledEvaluateIndexOutput,
  ControlledEvaluateInputItem,
  LlamaContextSequence,
  LlamaModel,
  Token
} from "node-llama-cpp";
import {fullBatch, scoringBatch} from "../../src/gguf/batches";
import {engineInProcess} from "./engine";

/** The prediction at one position: the probability of every token of the vocabulary. */
export class Distribution {
  private readonly probabilities: ReadonlyMap<number, number>;
  private sorted: Float64Array | undefined;

  /** llama.cpp divides by a sum in float32: the probabilities make up 1 to four digits only. */
  constructor(rounded: ReadonlyMap<number, number>) {
    let sum = 0;
    for (const probability of rounded.values()) sum += probability;
    this.probabilities = new Map([...rounded].map(([id, probability]) => [id, probability / sum]));
  }

  /** Natural logarithm; NaN for an id outside the vocabulary. */
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

  /** The `rank`th greatest logprob, from 1. */
  ranked(rank: number): number {
    this.sorted ??= Float64Array.from(this.probabilities.values()).sort();
    return Math.log(this.sorted[this.sorted.length - rank] ?? Number.NaN);
  }

  /** The number of tokens with a greater logprob. */
  above(logprob: number): number {
    const least = Math.exp(logprob);
    let count = 0;
    for (const probability of this.probabilities.values()) if (probability > least) count++;
    return count;
  }
}

/** The engine's batch size, because llama.cpp rounds differently in other batches. */
const batchOfDemonstrationModel = scoringBatch(8192);

/**
 * The reference for the engine: node-llama-cpp's probabilities of the whole vocabulary, after a context evaluated from
 * its start. Shares no arithmetic with the engine.
 */
export class Judge {
  private constructor(
    readonly model: LlamaModel,
    private readonly sequence: LlamaContextSequence
  ) {}

  static async open(file: string): Promise<Judge> {
    // The same runtime, because llama.cpp has one log per process, which a second one would take over.
    const llama = await engineInProcess.llamaRuntime("off", 0, () => undefined);
    const model = await llama.loadModel({modelPath: file});
    const context = await model.createContext({
      contextSize: 1200,
      batchSize: batchOfDemonstrationModel,
      // Threads wait for each other by spinning, so on a busy machine more of them are much slower.
      threads: 1
    });
    return new Judge(model, context.getSequence());
  }

  /** The prediction after `context`. */
  async after(context: readonly number[]): Promise<Distribution> {
    const [distribution] = await this.afterEach(context, context.length - 1);
    if (distribution === undefined) throw new Error("llama.cpp gave no prediction");
    return distribution;
  }

  /** The predictions after each prefix of `context`, from the one that ends with token `from` on. */
  async afterEach(
    context: readonly number[],
    from = 0,
    batchSize = batchOfDemonstrationModel
  ): Promise<Distribution[]> {
    await this.sequence.clearHistory();
    const outputs: (ControlledEvaluateIndexOutput | undefined)[] = [];
    for (let start = 0; start < context.length; start += batchSize) {
      const batch = [...context.slice(start, start + batchSize)] as Token[];
      // llama.cpp rounds otherwise in batches of fewer than 64 tokens.
      const filling = new Array<Token>(Math.max(0, Math.min(fullBatch, batchSize) - batch.length)).fill(
        batch[0] as Token
      );
      // At the default temperature 0, node-llama-cpp returns the whole vocabulary.
      const results = await this.sequence.controlledEvaluate([
        ...batch.map(
          (token, i): ControlledEvaluateInputItem =>
            start + i < from ? token : [token, {generateNext: {probabilities: true}}]
        ),
        ...filling
      ]);
      // Tokens that were not requested are not in the result, not even as holes.
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
