import type {Batch, Predictions} from "./evaluator";
import {bytes} from "./kernel/logits.wasm";
import {noNumbers} from "./noNumbers";
import {setMasses, unknownPredictions} from "./predictions";

/**
 * Memory that the evaluator's thread and the reducers' threads share: the evaluator copies a batch's logits into a slot, and a
 * reducer makes predictions of them while the next batch is evaluated. It is sent to the threads as it is.
 *
 * The slots stand one behind the other. Each has room for `rowsPerSlot` rows of logits (float32), as many targets (i32) and as many
 * results of the kernel (kernel/logits.as.ts), each part at a multiple of 16 bytes.
 */
export interface LogitsMemory {
  /** The compiled kernel. */
  readonly module: WebAssembly.Module;
  readonly memory: WebAssembly.Memory;
  /** An Int32 for each slot: 0 free, 1 in use. */
  readonly control: SharedArrayBuffer;
  /** Logits of a row. */
  readonly vocabularySize: number;
  readonly slots: number;
  readonly rowsPerSlot: number;
  /** Alternatives that can be asked for, at most. */
  readonly maxTop: number;
}

/** Logits that a slot should have, at most: large batches are evaluated faster, and small ones take less memory. */
const slotBytes = 2 ** 25;

/** Rows for a slot: what 32 MB hold, 8 at least and 512 at most. */
export function rowsPerSlot(vocabularySize: number): number {
  return Math.min(512, Math.max(8, Math.floor(slotBytes / (4 * vocabularySize))));
}

/** Throws RangeError where there is no memory for it, or it takes more than 4 GB. */
export function createLogitsMemory(
  vocabularySize: number,
  sizes: Pick<LogitsMemory, "slots" | "rowsPerSlot" | "maxTop">
): LogitsMemory {
  const pages = Math.ceil((sizes.slots * layoutOf({vocabularySize, ...sizes}).slotBytes) / 65_536);
  return {
    module: new WebAssembly.Module(bytes),
    memory: new WebAssembly.Memory({initial: pages, maximum: pages, shared: true}),
    control: new SharedArrayBuffer(sizes.slots * Int32Array.BYTES_PER_ELEMENT),
    vocabularySize,
    ...sizes
  };
}

/** Blocks the thread until the slot is free, and takes it. */
export function waitForSlot(control: SharedArrayBuffer, slot: number): void {
  const states = new Int32Array(control);
  while (Atomics.compareExchange(states, slot, 0, 1) !== 0) Atomics.wait(states, slot, 1);
}

/** Gives the slot back, from any thread. */
export function freeSlot(control: SharedArrayBuffer, slot: number): void {
  const states = new Int32Array(control);
  Atomics.store(states, slot, 0);
  Atomics.notify(states, slot);
}

/** What kernel/logits.as.ts exports. Addresses in bytes. */
interface Kernel {
  reduce(rows: number, count: number, size: number, targets: number, results: number, top: number): void;
}

/** Makes predictions of logits, in any thread that has the memory. */
export class Reducer {
  private readonly kernel: Kernel;
  private readonly layout: Layout;
  private readonly f64: Float64Array;
  private readonly f32: Float32Array;
  private readonly i32: Int32Array;

  constructor(private readonly shared: LogitsMemory) {
    const {module, memory} = shared;
    this.kernel = new WebAssembly.Instance(module, {env: {memory}}).exports as Kernel;
    this.layout = layoutOf(shared);
    this.f64 = new Float64Array(memory.buffer);
    this.f32 = new Float32Array(memory.buffer);
    this.i32 = new Int32Array(memory.buffer);
  }

  /** The slot's rows, `rowsPerSlot` × `vocabularySize` float32, to copy logits into. */
  slotBytes(slot: number): Uint8Array<SharedArrayBuffer> {
    const {rowsPerSlot, vocabularySize} = this.shared;
    return new Uint8Array(this.shared.memory.buffer, this.addressOf(slot), 4 * rowsPerSlot * vocabularySize);
  }

  /**
   * Predictions of the slot's first `count` rows, with `top` alternatives each. `targets` has `count` ids; -1 stands for the row's
   * first choice; `sets` as in {@link Batch.sets}. Throws EngineError ("wrongNumbers") where a logit is NaN or none is finite; RangeError where slot, rows, targets
   * or `top` aren't there.
   */
  reduce(slot: number, count: number, targets: Int32Array, top: number, sets?: Batch["sets"]): Predictions {
    const {rowsPerSlot, vocabularySize, maxTop} = this.shared;
    if (count > rowsPerSlot || targets.length !== count) throw new RangeError(`${targets.length} targets of ${count}`);
    if (!(top >= 1 && top <= maxTop)) throw new RangeError(`${top} alternatives`);
    if (!targets.every((id) => id >= -1 && id < vocabularySize)) throw new RangeError("a target is no token");
    const rows = this.addressOf(slot);
    const targetsAt = rows + this.layout.targets;
    const results = rows + this.layout.results;
    this.i32.set(targets, targetsAt / 4);
    this.kernel.reduce(rows, count, vocabularySize, targetsAt, results, top);
    const predictions = this.read(results, count, top, sets);
    for (const [row, bits] of (sets ?? []).entries()) {
      const first = rows / 4 + row * vocabularySize;
      const logits = this.f32.subarray(first, first + vocabularySize);
      setMasses(predictions, row, logits, bits);
    }
    return predictions;
  }

  /** The formulas stand in kernel/logits.as.ts. */
  private read(results: number, count: number, top: number, sets?: Batch["sets"]): Predictions {
    const predictions = unknownPredictions(count, top, sets);
    for (let row = 0; row < count; row++) {
      const at = results + row * resultBytes(top);
      const z = this.f64[at / 8] as number;
      const m = this.f64[at / 8 + 1] as number;
      if (Number.isNaN(m)) throw noNumbers();
      const word = at / 4;
      const greatest = this.f32[word + 6] as number;
      const logZ = Math.log(z);
      predictions.logprobs[row] = (this.f32[word + 4] as number) - greatest - logZ;
      predictions.ranks[row] = 1 + (this.i32[word + 5] as number);
      predictions.entropies[row] = logZ - m / z;
      for (let place = 0; place < top; place++) {
        const pair = word + 6 + 2 * place;
        predictions.topLogprobs[row * top + place] = (this.f32[pair] as number) - greatest - logZ;
        predictions.topIds[row * top + place] = this.i32[pair + 1] as number;
      }
    }
    return predictions;
  }

  private addressOf(slot: number): number {
    if (!(slot >= 0 && slot < this.shared.slots)) throw new RangeError(`no slot ${slot}`);
    return slot * this.layout.slotBytes;
  }
}

/** Bytes from a slot's beginning to its parts, and to the next slot. */
interface Layout {
  readonly targets: number;
  readonly results: number;
  readonly slotBytes: number;
}

function layoutOf(memory: Pick<LogitsMemory, "vocabularySize" | "rowsPerSlot" | "maxTop">): Layout {
  const {vocabularySize, rowsPerSlot, maxTop} = memory;
  const targets = aligned(4 * rowsPerSlot * vocabularySize);
  const results = aligned(targets + 4 * rowsPerSlot);
  return {targets, results, slotBytes: aligned(results + rowsPerSlot * resultBytes(maxTop))};
}

/** As the kernel writes it. */
function resultBytes(top: number): number {
  return 24 + 8 * top;
}

function aligned(bytes: number): number {
  return 16 * Math.ceil(bytes / 16);
}
