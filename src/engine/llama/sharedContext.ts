import type {Batch, Evaluated, EvaluationContext} from "./evaluator/evaluator";

/**
 * A context that several jobs use in turns, and what they may expect of each other. A score, and whatever is to have a score's numbers,
 * evaluates in filled batches that begin at fixed places; a completion evaluates in small ones, which round otherwise
 * (docs/decisions/scoring.md). So it is known how much of the beginning is exact, and whether somebody else has been here.
 */
export class SharedContext implements EvaluationContext {
  /** So many of its first tokens were computed as a score's. */
  private exact = 0;
  private uses = 0;
  private running = 0;
  /** The length when all batches that are handed over have ended. */
  private end = 0;

  constructor(private readonly context: EvaluationContext) {}

  get length(): number {
    return this.context.length;
  }

  get goesBack(): boolean {
    return this.context.goesBack;
  }

  /** Another number after each use: the same one as after one's own last use says that nobody was here meanwhile. */
  get version(): number {
    return this.uses;
  }

  /** With a `multiple`, it leaves only what is exact. */
  async keepStart(tokens: Int32Array, multiple?: number): Promise<number> {
    this.uses++;
    const kept = await (multiple === undefined
      ? this.context.keepStart(tokens)
      : this.context.keepStart(tokens.subarray(0, Math.min(tokens.length, this.exact)), multiple));
    this.exact = Math.min(this.exact, kept);
    return kept;
  }

  async evaluate(batch: Batch, signal: AbortSignal): Promise<Evaluated> {
    this.uses++;
    if (this.running++ === 0) this.end = this.length;
    const staysExact = batch.filled === true && this.exact === this.end;
    this.end += batch.tokens.length;
    if (staysExact) this.exact = this.end;
    try {
      return await this.context.evaluate(batch, signal);
    } finally {
      // It failed, or a recurrent state could not take back what filled the batch up.
      if (--this.running === 0) this.exact = Math.min(this.exact, this.length);
    }
  }

  async dispose(): Promise<void> {
    await this.context.dispose();
  }
}
