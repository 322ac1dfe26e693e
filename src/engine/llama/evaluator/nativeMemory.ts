import {wholeBatches} from "../../../gguf/batches";
import {type Libllama, type Pointer, partialState} from "./libllama";

/** Checkpoints of a context: the prompt's stable end, what two prompts have in common, and the one before. */
const maxCheckpoints = 3;

/** Bytes of a context's checkpoints together, at most. */
const maxCheckpointBytes = 256 << 20;

interface Checkpoint {
  /** Tokens that the context held. */
  readonly length: number;
  readonly state: Uint8Array;
}

const sequence = 0;

/**
 * What a context holds, as llama.cpp says. It goes back only where that is right:
 *
 * - A full KV cache can lose tokens from its end.
 * - The cache of a sliding window holds the last positions only. To go on from position p, it must have all that p looks back at.
 * - A recurrent state has no past. It goes back to a checkpoint, and the KV cache beside it (of a hybrid model) loses what came after.
 */
export class NativeMemory {
  private readonly memory: Pointer;
  private readonly isRecurrent: boolean;
  /** In tokens; 0 without one, or where its cache holds all tokens. */
  private readonly window: number;
  /** Oldest first. */
  private checkpoints: Checkpoint[] = [];

  constructor(
    private readonly api: Libllama,
    model: Pointer,
    private readonly context: Pointer,
    fullWindow: boolean
  ) {
    this.memory = api.memory(context);
    this.isRecurrent = api.isRecurrent(model) || api.isHybrid(model);
    this.window = fullWindow ? 0 : Math.max(0, api.slidingWindow(model));
  }

  /** Tokens that the context holds. */
  get length(): number {
    return this.api.lastPosition(this.memory, sequence) + 1;
  }

  /** Tokens can be taken back at any place. */
  get goesBack(): boolean {
    return !this.isRecurrent && this.window === 0;
  }

  /**
   * Leaves the first `length` of its tokens, rounded down to a multiple of `multiple`, or fewer where it can't go back to there.
   * Returns the number of tokens that are left.
   */
  keep(length: number, multiple: number): number {
    const wanted = wholeBatches(length, multiple);
    this.checkpoints = this.checkpoints.filter((checkpoint) => checkpoint.length <= length);
    if (wanted === this.length && (this.isRecurrent || this.holdsWindowOf(wanted))) return wanted;
    if (wanted > 0 && !this.isRecurrent && this.holdsWindowOf(wanted) && this.removeFrom(wanted)) return wanted;
    return this.goBackTo(wanted, multiple);
  }

  /** After a batch that did not end: leaves the first `length` tokens, or fewer. Returns the number of tokens that are left. */
  keepAfterFailure(length: number): number {
    // A recurrent state may be half-way to another one.
    return this.isRecurrent ? this.goBackTo(length, 1) : this.keep(length, 1);
  }

  /** To the last checkpoint before there, or to the beginning. */
  private goBackTo(wanted: number, multiple: number): number {
    const checkpoint = this.checkpoints.findLast((one) => one.length <= wanted && one.length % multiple === 0);
    if (checkpoint !== undefined && this.restore(checkpoint)) return checkpoint.length;
    this.clear();
    return 0;
  }

  /** Keeps the state, so that it can go back to here. Nothing is done where it can go back anyway. */
  takeCheckpoint(): void {
    if (this.goesBack) return;
    const {api, context, length} = this;
    if (this.checkpoints.some((checkpoint) => checkpoint.length === length)) return;
    const size = Number(api.stateSize(context, sequence, partialState));
    if (size === 0 || size > maxCheckpointBytes) return;
    const state = new Uint8Array(new SharedArrayBuffer(size));
    if (Number(api.getState(context, state, size, sequence, partialState)) !== size) return;
    this.checkpoints.push({length, state});
    let bytes = this.checkpoints.reduce((sum, checkpoint) => sum + checkpoint.state.length, 0);
    while (this.checkpoints.length > maxCheckpoints || bytes > maxCheckpointBytes)
      bytes -= this.checkpoints.shift()?.state.length ?? bytes;
  }

  /** Whether it has all that the position behind `length` tokens looks back at. */
  private holdsWindowOf(length: number): boolean {
    return this.api.firstPosition(this.memory, sequence) <= Math.max(0, length - this.window);
  }

  private removeFrom(position: number): boolean {
    return this.api.removePositions(this.memory, sequence, position, -1);
  }

  private restore({length, state}: Checkpoint): boolean {
    const {api, context} = this;
    if (Number(api.setState(context, state, state.length, sequence, partialState)) === 0) return false;
    return this.removeFrom(length) && this.length === length;
  }

  private clear(): void {
    this.api.clearMemory(this.memory, false);
    this.checkpoints = [];
  }
}
