import path from "node:path";
import {MessageChannel, Worker} from "node:worker_threads";
import {wholeBatches} from "../../../gguf/batches";
import type {Batch, ContextOptions, Evaluated, EvaluationContext, Evaluator} from "./evaluator";
import {type LibllamaFiles, NoLibllamaError} from "./libllamaFiles";
import {createLogitsMemory, rowsPerSlot} from "./logitsMemory";
import {noPredictions, PendingPredictions} from "./pendingPredictions";
import {errorOf, type ReducerAnswer} from "./reduction";
import type {LoadParams, ThreadData, ThreadReply, ThreadRequests} from "./threadMessages";

export interface NativeOptions extends LoadParams {
  /** llama.cpp's binaries that are in use. */
  readonly files: LibllamaFiles;
  /** Threads that reduce logits. */
  readonly reducers: number;
  readonly maxTop: number;
  /** The type of keys and values, as ggml numbers it. */
  readonly kvType: number;
  readonly allOutputs: boolean;
  readonly onProgress: (fraction: number) => void;
  /** Learned positions: there is no token beyond them. */
  readonly positions: number;
  /** Rejects where there is no memory for such a context. */
  readonly checkRoom: (
    room: Pick<ContextOptions, "size" | "batchSize"> & {readonly fullWindow: boolean}
  ) => Promise<void>;
}

/**
 * Loads a model into a thread of its own. Rejects where llama.cpp doesn't take the file (its log says why), or where this way to
 * evaluate does not work here ({@link NoLibllamaError}).
 */
export async function nativeEvaluator(options: NativeOptions): Promise<Evaluator> {
  const evaluator = new NativeEvaluator(options);
  try {
    await evaluator.load();
    return evaluator;
  } catch (error) {
    await evaluator.dispose();
    throw error;
  }
}

type Pending = {readonly resolve: (result: never) => void; readonly reject: (error: Error) => void};

class NativeEvaluator implements Evaluator {
  private readonly thread: Worker;
  private reducers: readonly Worker[] = [];
  private readonly pending = new Map<number, Pending>();
  readonly predictions = new PendingPredictions((isReading) => {
    for (const reducer of this.reducers) isReading ? reducer.ref() : reducer.unref();
  });
  private lastId = 0;
  private lastContext = 0;
  /** In tokens; 0 without one. */
  private slidingWindow = 0;
  private isLoaded = false;
  private failure: Error | undefined;

  constructor(private readonly options: NativeOptions) {
    const workerData: ThreadData = {files: options.files};
    this.thread = new Worker(path.join(__dirname, "evaluator.js"), {workerData});
    this.thread.on("message", (reply: ThreadReply) => this.settle(reply));
    // It begins with openLibllama, which throws where this way does not work.
    this.thread.on("error", (error) => this.fail(error));
    this.thread.unref();
  }

  get gpuLayers(): number {
    return this.options.gpuLayers;
  }

  async load(): Promise<void> {
    const {file, gpuLayers, useMmap, threads, maxTop, reducers} = this.options;
    const {vocabularySize, slidingWindow} = await this.ask("load", {file, gpuLayers, useMmap, threads});
    this.slidingWindow = slidingWindow;
    const sizes = {
      slots: reducers + 1,
      rowsPerSlot: rowsPerSlot(vocabularySize),
      maxTop: Math.min(maxTop, vocabularySize)
    };
    const memory = createLogitsMemory(vocabularySize, sizes);
    const ports: MessageChannel["port1"][] = [];
    this.reducers = Array.from({length: reducers}, () => {
      const {port1, port2} = new MessageChannel();
      ports.push(port1);
      const reducer = new Worker(path.join(__dirname, "reducer.js"), {workerData: memory});
      reducer.postMessage({port: port2}, [port2]);
      reducer.on("message", (answer: ReducerAnswer) => this.predictions.add(answer));
      reducer.on("error", endProcess);
      reducer.unref();
      return reducer;
    });
    await this.ask("useReducers", {memory, ports}, ports);
    this.isLoaded = true;
  }

  async createContext({size, batchSize, maxOutputs}: ContextOptions): Promise<EvaluationContext> {
    const {kvType, allOutputs, positions, checkRoom} = this.options;
    const fullWindow = this.slidingWindow > 0 && (await this.hasRoomForFullWindow(size, batchSize));
    if (!fullWindow) await checkRoom({size, batchSize, fullWindow});
    const context = ++this.lastContext;
    const abort = new SharedArrayBuffer(8);
    const params = {context, size, batchSize, maxOutputs, kvType, fullWindow, allOutputs, positions, abort};
    const {goesBack} = await this.ask("createContext", params);
    return new NativeContext(this, {context, size, goesBack, abort});
  }

  /** A sliding window's cache that holds all tokens can go back. It is made where one of twice the size would have room. */
  private async hasRoomForFullWindow(size: number, batchSize: number): Promise<boolean> {
    return await this.options.checkRoom({size: 2 * size, batchSize, fullWindow: true}).then(
      () => true,
      () => false
    );
  }

  async dispose(): Promise<void> {
    // A thread that has failed has nothing left.
    if (this.failure === undefined) await this.ask("dispose", null).catch(() => undefined);
    this.rejectAll(new Error("disposed of"));
    await Promise.all([this.thread, ...this.reducers].map((worker) => worker.terminate()));
  }

  async ask<K extends keyof ThreadRequests>(
    ask: K,
    params: ThreadRequests[K]["params"],
    transferred: MessageChannel["port1"][] = []
  ): Promise<ThreadRequests[K]["result"]> {
    if (this.failure !== undefined) throw this.failure;
    const id = ++this.lastId;
    // A thread keeps the process alive only while something is asked of it.
    this.thread.ref();
    return await new Promise((resolve, reject) => {
      this.pending.set(id, {resolve, reject});
      this.thread.postMessage({id, ask, params}, transferred);
    });
  }

  private settle(reply: ThreadReply): void {
    if ("fraction" in reply) {
      this.options.onProgress(reply.fraction);
      return;
    }
    const pending = this.pending.get(reply.id);
    this.pending.delete(reply.id);
    if (this.pending.size === 0) this.thread.unref();
    if ("problem" in reply) pending?.reject(errorOf(reply.problem));
    else pending?.resolve(reply.result as never);
  }

  private fail(error: Error): void {
    if (this.isLoaded) endProcess(error);
    this.rejectAll(new NoLibllamaError(error.message));
  }

  private rejectAll(error: Error): void {
    this.failure ??= error;
    for (const {reject} of this.pending.values()) reject(this.failure);
    this.pending.clear();
  }
}

interface ContextParts {
  readonly context: number;
  readonly size: number;
  readonly goesBack: boolean;
  readonly abort: SharedArrayBuffer;
}

/** What the context holds is known as soon as something is asked of it, and corrected where that went otherwise. */
class NativeContext implements EvaluationContext {
  /** The tokens that it holds are the first `length` of these. */
  private readonly tokens: Int32Array;
  length = 0;
  /** Batches that have not ended, and the last thing that was asked for. */
  private running = 0;
  private lastAsked = 0;
  /** A batch failed with others behind it: nobody knows what it holds. */
  private isUnknown = false;

  constructor(
    private readonly evaluator: NativeEvaluator,
    private readonly parts: ContextParts
  ) {
    this.tokens = new Int32Array(parts.size);
  }

  get goesBack(): boolean {
    return this.parts.goesBack;
  }

  async keepStart(tokens: Int32Array, multiple = 1): Promise<number> {
    let common = 0;
    const end = this.isUnknown ? 0 : Math.min(this.length, tokens.length);
    while (common < end && tokens[common] === this.tokens[common]) common++;
    const wanted = wholeBatches(common, multiple);
    if (wanted === this.length && !this.isUnknown) return wanted;
    this.isUnknown = false;
    this.length = wanted;
    const asked = ++this.lastAsked;
    const keeping = this.evaluator.ask("keep", {context: this.parts.context, length: common, multiple});
    // It can always be emptied.
    if (wanted === 0) {
      keeping.catch(() => undefined);
      return 0;
    }
    const kept = await keeping;
    if (asked === this.lastAsked) this.length = kept;
    return kept;
  }

  async evaluate(given: Batch, signal: AbortSignal): Promise<Evaluated> {
    signal.throwIfAborted();
    const {evaluator, parts} = this;
    const {tokens, targets, goesOn = 0} = given;
    const before = this.length;
    if (before + tokens.length + goesOn > parts.size) throw new RangeError("the context is full");
    const abort = new Uint8Array(parts.abort);
    if (this.running++ === 0) abort[0] = 0;
    const onAbort = () => {
      abort[0] = 1;
    };
    this.tokens.set(tokens, before);
    this.length = before + tokens.length;
    const asked = ++this.lastAsked;
    const {id, predictions} = evaluator.predictions.begin(given);
    signal.addEventListener("abort", onAbort);
    try {
      const {outcome, length, read} = await evaluator.ask("evaluate", {context: parts.context, batch: id, ...given});
      const isLast = asked === this.lastAsked;
      // Where it went on, it holds all choices but the last.
      if (goesOn > 0 && read !== undefined && "predictions" in read)
        this.tokens.set(read.predictions.topIds.subarray(0, length - before - tokens.length), before + tokens.length);
      if (isLast) this.length = length;
      else if (outcome !== "evaluated") this.isUnknown = true;
      if (signal.aborted) {
        // A device does not end a batch early.
        if (isLast && outcome === "evaluated") await this.keepStart(this.tokens.slice(0, before));
        throw signal.reason;
      }
      if (outcome !== "evaluated") throw new Error(`llama_decode: ${outcome}`);
      if (read !== undefined || targets.length === 0)
        evaluator.predictions.end(id, read ?? {predictions: noPredictions});
      return {predictions};
    } catch (error) {
      evaluator.predictions.end(id, {predictions: noPredictions});
      throw error;
    } finally {
      this.running--;
      signal.removeEventListener("abort", onAbort);
    }
  }

  async dispose(): Promise<void> {
    await this.evaluator.ask("disposeContext", {context: this.parts.context});
  }
}

/** A bug: without its threads a model answers nothing any more. A new process does. */
function endProcess(error: Error): never {
  throw error;
}
