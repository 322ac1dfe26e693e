import {fullBatch} from "../../gguf/batches";
import type {ContinuationsTask} from "../backend";
import {firstChoice} from "./evaluator/evaluator";
import {batchStart, type CacheInUse, evaluateUpTo, type JobServices, lastBatch} from "./logitsAfter";
import type {ScoringCache} from "./scoringContext";
import type {SharedContext} from "./sharedContext";

const noTargets = new Int32Array();

/**
 * Writes continuations of one prompt, one after the other. Resolves with false where it was told to stop before the last one's end.
 *
 * The prompt is evaluated as a score's, once. Tokens are evaluated one by one behind it, as fast as that goes, which rounds otherwise
 * than a score (docs/decisions/scoring.md). So what was written is scored when it has ended, in one batch or a few. All is evaluated in
 * batches that depend on prompt and tokens only: whatever others do with the context in between, the same seed writes the same.
 */
export async function writeContinuations(
  cacheInUse: CacheInUse,
  task: ContinuationsTask,
  services: JobServices
): Promise<boolean> {
  const writer = new Writer(cacheInUse, task.prompt, services);
  const first = await writer.logitsAfter([]);
  if (first === undefined) return false;
  for (let index = 0; index < task.count; index++) {
    const chooser = task.begin(index);
    const written: number[] = [];
    writer.goBack();
    let logits = first;
    for (;;) {
      const id = chooser.next(logits);
      if (id !== null) written.push(id);
      if (id === null || chooser.ended) break;
      const next = await writer.logitsAfter(written);
      if (next === undefined) return false;
      logits = next;
    }
    // The logits behind the prompt are a score's.
    if (written.length <= 1) continue;
    const logprobs = await writer.score(written);
    if (logprobs === undefined) return false;
    chooser.scored(logprobs);
  }
  return true;
}

class Writer {
  /** The context as it was left: it holds the prompt and the first tokens of a continuation, `held` in all; 0: that is unknown. */
  private left: {readonly context: SharedContext; readonly version: number} | undefined;
  private held = 0;
  /** The tokens behind the prompt are another continuation's. */
  private isBehind = false;

  constructor(
    private readonly cacheInUse: CacheInUse,
    private readonly prompt: Int32Array,
    private readonly services: JobServices
  ) {}

  /** Another continuation begins. */
  goBack(): void {
    this.isBehind = true;
  }

  /** The logits behind prompt and written tokens. Undefined where the job is to end. */
  async logitsAfter(written: readonly number[]): Promise<Float32Array | undefined> {
    const all = joined(this.prompt, written);
    return await this.inBatches((cache) =>
      written.length === 0 ? this.evaluatePrompt(cache, true) : this.evaluateNext(cache, all)
    );
  }

  /** The logprobs of written tokens, as a score computes them. Undefined where the job is to end. */
  async score(written: readonly number[]): Promise<Float64Array | undefined> {
    const all = joined(this.prompt, written);
    const input = all.subarray(0, -1);
    const logprobs = new Float64Array(written.length);
    for (let at = this.prompt.length; at < all.length; ) {
      const read = await this.inBatches(async (cache) => {
        const {context, step, maxOutputs} = cache;
        const start = batchStart(at - 1, cache);
        // What a device computes of the prompt in these batches may be rounded otherwise.
        if (!context.goesBack || step > fullBatch) this.held = 0;
        if (!(await evaluateUpTo(cache, input, start, this.services.signal))) return undefined;
        const tokens = input.subarray(start, start + step);
        const readFrom = at - 1 - start;
        const targets = all.slice(at, at + Math.min(maxOutputs, tokens.length - readFrom));
        const batch = {tokens, targets, readFrom, top: 1, filled: true};
        return (await (await context.evaluate(batch, this.services.signal)).predictions).logprobs;
      });
      if (read === undefined) return undefined;
      logprobs.set(read, at - this.prompt.length);
      at += read.length;
    }
    return logprobs;
  }

  /** Evaluates batch after batch until one has a result. */
  private async inBatches<T extends object>(
    evaluate: (cache: ScoringCache) => Promise<T | undefined>
  ): Promise<T | undefined> {
    for (;;) {
      const step = await this.services.turn.batch(async () => {
        const cache = await this.cacheInUse();
        const {context} = cache;
        if (this.left?.context !== context || this.left.version !== context.version) this.held = 0;
        const result = await evaluate(cache);
        this.left = {context, version: context.version};
        return {result};
      });
      if (step === undefined || step.result !== undefined) return step?.result;
    }
  }

  private async evaluatePrompt(cache: ScoringCache, reads: boolean): Promise<Float32Array | undefined> {
    const {prompt, services} = this;
    const {context} = cache;
    const start = batchStart(prompt.length - 1, cache);
    if (!(await evaluateUpTo(cache, prompt, start, services.signal))) return undefined;
    const batch = lastBatch(prompt, start);
    // What fills a batch up can't be taken back from a recurrent state.
    const goesOn = {...batch, targets: noTargets, rows: false, filled: context.goesBack, checkpoint: true};
    const {predictions} = await context.evaluate(reads ? batch : goesOn, services.signal);
    this.held = context.goesBack || !reads ? prompt.length : 0;
    this.isBehind = false;
    return (await predictions).logits;
  }

  /** Evaluates the next of these tokens that the context doesn't hold, or a batch of the prompt. */
  private async evaluateNext(cache: ScoringCache, all: Int32Array): Promise<Float32Array | undefined> {
    const {prompt, services} = this;
    const {context} = cache;
    if (this.isBehind && this.held > 0)
      this.held = (await context.keepStart(prompt)) === prompt.length ? prompt.length : 0;
    this.isBehind = false;
    if (this.held === 0) return await this.evaluatePrompt(cache, false);
    const isLast = this.held === all.length - 1;
    const tokens = all.subarray(this.held, this.held + 1);
    const targets = isLast ? Int32Array.of(firstChoice) : noTargets;
    const {predictions} = await context.evaluate({tokens, targets, top: 1, rows: isLast}, services.signal);
    this.held++;
    return (await predictions).logits;
  }
}

function joined(prompt: Int32Array, written: readonly number[]): Int32Array {
  const all = new Int32Array(prompt.length + written.length);
  all.set(prompt);
  all.set(written, prompt.length);
  return all;
}
