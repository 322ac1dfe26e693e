import type {MessagePort} from "node:worker_threads";
import type {Batch} from "./evaluator";
import type {LibllamaFiles} from "./libllamaFiles";
import type {LogitsMemory} from "./logitsMemory";
import type {Read, ThreadProblem} from "./reduction";

/** What the evaluator's thread is asked. Contexts are numbered by the one who asks. */
export interface ThreadRequests {
  load: {readonly params: LoadParams; readonly result: LoadedModel};
  /** Where logits are put, and who reduces them. */
  useReducers: {
    readonly params: {readonly memory: LogitsMemory; readonly ports: readonly MessagePort[]};
    readonly result: null;
  };
  createContext: {readonly params: ContextParams; readonly result: CreatedContext};
  keep: {readonly params: KeepParams; readonly result: number};
  evaluate: {readonly params: EvaluateParams; readonly result: EvaluateResult};
  disposeContext: {readonly params: {readonly context: number}; readonly result: null};
  dispose: {readonly params: null; readonly result: null};
}

export interface LoadParams {
  readonly file: string;
  readonly gpuLayers: number;
  readonly useMmap: boolean;
  /** Threads that compute. */
  readonly threads: number;
}

export interface LoadedModel {
  readonly vocabularySize: number;
  /** Of its sliding window, in tokens; 0 without one. */
  readonly slidingWindow: number;
}

export interface ContextParams {
  readonly context: number;
  readonly size: number;
  readonly batchSize: number;
  readonly maxOutputs: number;
  /** Types of the keys and the values, as ggml numbers them. */
  readonly kvType: number;
  /** A sliding window's cache holds all tokens, so that it can go back. */
  readonly fullWindow: boolean;
  /** Learned positions; infinity where they are computed. */
  readonly positions: number;
  /** A byte: 1 ends the batch that is being evaluated. */
  readonly abort: SharedArrayBuffer;
  /** A graph of this model answers rightly only where all predictions are asked for. */
  readonly allOutputs: boolean;
}

export interface CreatedContext {
  readonly goesBack: boolean;
}

export interface KeepParams {
  readonly context: number;
  /** Tokens to be left, at most. */
  readonly length: number;
  /** A multiple of this many is left. */
  readonly multiple: number;
}

export interface EvaluateParams extends Batch {
  readonly context: number;
  /** Number under which the reducers post the predictions. */
  readonly batch: number;
}

export interface EvaluateResult {
  readonly outcome: "evaluated" | "aborted" | "noRoom" | "failed";
  /** Tokens that the context holds now. */
  readonly length: number;
  /** Absent where the reducers post them, or none were asked for. */
  readonly read?: Read;
}

export interface ThreadRequest<K extends keyof ThreadRequests = keyof ThreadRequests> {
  readonly id: number;
  readonly ask: K;
  readonly params: ThreadRequests[K]["params"];
}

/** A reply, or progress while a model loads. */
export type ThreadReply =
  | {readonly id: number; readonly result: unknown}
  | {readonly id: number; readonly problem: ThreadProblem}
  | {readonly fraction: number};

/** What a thread is started with. */
export interface ThreadData {
  readonly files: LibllamaFiles;
}
