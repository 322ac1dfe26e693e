import type {Batch, Predictions} from "./evaluator";
import {setPredictions, unknownPredictions} from "./predictions";
import {errorOf, type Read, type ReducerAnswer} from "./reduction";

/** Of a batch without outputs. */
export const noPredictions: Predictions = unknownPredictions(0, 0);

interface PendingBatch {
  readonly whole: Predictions;
  readonly top: number;
  missing: number;
  readonly resolve: (predictions: Predictions) => void;
  readonly reject: (error: unknown) => void;
}

/** Predictions of batches, which reducers deliver row by row while other batches are evaluated. */
export class PendingPredictions {
  private readonly batches = new Map<number, PendingBatch>();
  private lastId = 0;

  /** `onChange` is told when the first batch begins, and when none is left. */
  constructor(private readonly onChange: (isReading: boolean) => void) {}

  /** A batch whose predictions will be added, or ended with. */
  begin({targets: {length: count}, top, sets}: Pick<Batch, "targets" | "top" | "sets">): {
    readonly id: number;
    readonly predictions: Promise<Predictions>;
  } {
    const id = ++this.lastId;
    const predictions = new Promise<Predictions>((resolve, reject) => {
      this.batches.set(id, {whole: unknownPredictions(count, top, sets), top, missing: count, resolve, reject});
    });
    if (this.batches.size === 1) this.onChange(true);
    // Nobody may ask for them, after a failure for instance.
    predictions.catch(() => undefined);
    return {id, predictions};
  }

  /** What a reducer has read. */
  add({id, first, problem, predictions}: ReducerAnswer): void {
    const batch = this.batches.get(id);
    if (batch === undefined) return;
    if (predictions === undefined) {
      this.end(id, {problem});
      return;
    }
    const {whole, top} = batch;
    setPredictions(whole, first, predictions, top);
    batch.missing -= predictions.logprobs.length;
    if (batch.missing === 0) this.end(id, {predictions: whole});
  }

  /** No reducer will add any more. */
  end(id: number, read: Read): void {
    const batch = this.batches.get(id);
    this.batches.delete(id);
    if (this.batches.size === 0) this.onChange(false);
    if ("predictions" in read) batch?.resolve(read.predictions);
    else batch?.reject(errorOf(read.problem));
  }
}
