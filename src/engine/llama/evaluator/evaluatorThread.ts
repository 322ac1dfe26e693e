/*
 * A thread of the engine process that owns one model's weights and contexts, and evaluates. It blocks while llama.cpp computes, which
 * is what it is for. Logits are copied into memory that it shares with the reducers, and are reduced there while the next batch is
 * evaluated; those of a few tokens it reduces itself, because handing them over takes longer.
 */
import "../../language";
import {type MessagePort, parentPort, workerData} from "node:worker_threads";
import {filledBatch, fullBatch, inFours} from "../../../gguf/batches";
import {paddedContext} from "../../../gguf/memory";
import type {Predictions} from "./evaluator";
import {addressOf, type Libllama, openLibllama, type Pointer, progressCallback, threadPool} from "./libllama";
import {freeSlot, type LogitsMemory, Reducer, waitForSlot} from "./logitsMemory";
import {NativeMemory} from "./nativeMemory";
import {setPredictions, unknownPredictions} from "./predictions";
import {problemOf, type Read, type ReducerTask} from "./reduction";
import type {
  ContextParams,
  CreatedContext,
  EvaluateParams,
  EvaluateResult,
  KeepParams,
  LoadedModel,
  LoadParams,
  ThreadData,
  ThreadReply,
  ThreadRequest,
  ThreadRequests
} from "./threadMessages";

/** Outputs that this thread reduces itself. */
const fewOutputs = 8;

/** Of a batch that is filled up: llama.cpp rounds otherwise where it multiplies by a single row (docs/decisions/scoring.md). */
const minOutputs = 8;

/** llama.cpp tells of each tensor that it has loaded. */
const progressStep = 0.01;

const loadMode = {copied: 0, mapped: 1};
const lazyModeOff = 0;
const flashAttentionAuto = -1;

/** llama_decode's answers. */
const outcomes: Readonly<Record<number, EvaluateResult["outcome"]>> = {0: "evaluated", 1: "noRoom", 2: "aborted"};

interface Context {
  readonly pointer: Pointer;
  readonly memory: NativeMemory;
  readonly tokens: Int32Array;
  readonly outputs: Int8Array;
  readonly addresses: {readonly tokens: bigint; readonly outputs: bigint};
  readonly maxOutputs: number;
  readonly allOutputs: boolean;
  readonly positions: number;
  /** Held, because llama.cpp reads it. */
  readonly abort: SharedArrayBuffer;
}

class EvaluatorThread {
  private model: Pointer = null;
  private threads = 1;
  private pool: ReturnType<typeof threadPool> = null;
  private readonly contexts = new Map<number, Context>();
  private logits: LogitsMemory | undefined;
  private reducer: Reducer | undefined;
  private ports: readonly MessagePort[] = [];
  private nextSlot = 0;

  constructor(
    private readonly api: Libllama,
    private readonly post: (reply: ThreadReply) => void
  ) {}

  readonly answers: {
    readonly [K in keyof ThreadRequests]: (params: ThreadRequests[K]["params"]) => ThreadRequests[K]["result"];
  } = {
    load: (params) => this.load(params),
    useReducers: ({memory, ports}) => {
      this.logits = memory;
      this.reducer = new Reducer(memory);
      this.ports = ports;
      return null;
    },
    createContext: (params) => this.createContext(params),
    keep: (params) => this.keep(params),
    evaluate: (params) => this.evaluate(params),
    disposeContext: ({context}) => {
      this.freeContext(context);
      return null;
    },
    dispose: () => {
      for (const context of [...this.contexts.keys()]) this.freeContext(context);
      this.pool?.free();
      if (this.model !== null) this.api.freeModel(this.model);
      this.model = null;
      return null;
    }
  };

  private load({file, gpuLayers, useMmap, threads}: LoadParams): LoadedModel {
    const {api} = this;
    let told = 0;
    const progress = progressCallback((fraction) => {
      if (fraction < told + progressStep) return;
      told = fraction;
      this.post({fraction});
    });
    try {
      this.model = api.loadModel(file, {
        ...api.modelDefaults(),
        n_gpu_layers: gpuLayers,
        load_mode: useMmap ? loadMode.mapped : loadMode.copied,
        lazy_mode: lazyModeOff,
        progress_callback: progress.address
      });
    } finally {
      progress.release();
    }
    if (this.model === null) throw new Error("Failed to load model");
    this.threads = threads;
    // A single thread is this one.
    this.pool = threads > 1 ? threadPool(api, threads) : null;
    return {
      vocabularySize: api.vocabularySize(api.vocabulary(this.model)),
      slidingWindow: Math.max(0, api.slidingWindow(this.model))
    };
  }

  private createContext(params: ContextParams): CreatedContext {
    const {api, threads} = this;
    const {size, maxOutputs, kvType, fullWindow, abort, allOutputs, positions} = params;
    // llama.cpp rounds the size up to this, but the batch to the size before.
    const room = paddedContext(size);
    const batchSize = Math.min(room, Math.max(fullBatch, params.batchSize));
    const pointer = api.newContext(this.model, {
      ...api.contextDefaults(),
      n_ctx: room,
      n_batch: batchSize,
      n_ubatch: batchSize,
      n_outputs_max: allOutputs ? batchSize : Math.min(batchSize, Math.max(minOutputs, maxOutputs)),
      n_threads: threads,
      n_threads_batch: threads,
      flash_attn_type: flashAttentionAuto,
      type_k: kvType,
      type_v: kvType,
      swa_full: fullWindow
    });
    if (pointer === null) throw new Error("Failed to create context");
    if (this.pool !== null) api.attachThreadPool(pointer, this.pool.pool, this.pool.pool);
    api.setAbortCallback(pointer, api.strlen, addressOf(abort));
    const memory = new NativeMemory(api, this.model, pointer, fullWindow);
    const maxBatch = api.maxBatch(pointer);
    const tokens = new SharedArrayBuffer(4 * maxBatch);
    const outputs = new SharedArrayBuffer(maxBatch);
    this.contexts.set(params.context, {
      pointer,
      memory,
      tokens: new Int32Array(tokens),
      outputs: new Int8Array(outputs),
      addresses: {tokens: addressOf(tokens), outputs: addressOf(outputs)},
      maxOutputs,
      allOutputs,
      positions,
      abort
    });
    return {goesBack: memory.goesBack};
  }

  private keep({context, length, multiple}: KeepParams): number {
    return this.contextOf(context).memory.keep(length, multiple);
  }

  private evaluate(params: EvaluateParams): EvaluateResult {
    const {goesOn = 0, checkpoint: _, ...again} = params;
    const first = this.evaluateOnce(params);
    if (goesOn === 0 || first.read === undefined || "problem" in first.read) return first;
    let result = first;
    const read = [first.read.predictions];
    const abort = new Uint8Array(this.contextOf(params.context).abort);
    for (let k = 0; k < goesOn && abort[0] === 0; k++) {
      const next = this.evaluateOnce({...again, tokens: Int32Array.of(read[k]?.topIds[0] as number)});
      if (next.read === undefined || "problem" in next.read) break;
      result = next;
      read.push(next.read.predictions);
    }
    return {...result, read: {predictions: joined(read, params.top)}};
  }

  private evaluateOnce(params: EvaluateParams): EvaluateResult {
    const {tokens, targets, checkpoint = false} = params;
    const context = this.contextOf(params.context);
    const {memory} = context;
    const before = memory.length;
    const outcome = outcomes[this.decode(context, params, before)] ?? "failed";
    if (outcome !== "evaluated") return {outcome, length: memory.keepAfterFailure(before)};
    // What the batch was filled up with goes.
    const length = memory.keep(before + tokens.length, 1);
    if (checkpoint) memory.takeCheckpoint();
    if (targets.length === 0) return {outcome, length};
    const rows = this.api.logits(context.pointer);
    if (rows === null) return {outcome: "failed", length};
    const skipped = readFrom(params) - outputsOf(context, params).first;
    const read = params.rows === true ? this.copyRows(rows, skipped, params) : this.reduce(rows, skipped, params);
    return read === undefined ? {outcome, length} : {outcome, length, read};
  }

  /** Returns llama_decode's answer. */
  private decode(context: Context, params: EvaluateParams, before: number): number {
    const {tokens, targets, filled = false} = params;
    const count = filled ? filledBatch(tokens.length, context.positions - before) : tokens.length;
    // llama.cpp ends the process for these.
    if (count === 0 || count > context.tokens.length || targets.length > context.maxOutputs)
      throw new RangeError(`a batch of ${count} tokens with ${targets.length} predictions`);
    const outputs = outputsOf(context, params);
    context.tokens.set(tokens);
    context.tokens.fill(tokens[0] as number, tokens.length, count);
    context.outputs.fill(0, 0, count);
    context.outputs.fill(1, outputs.first, outputs.first + outputs.count);
    return this.api.decode(context.pointer, {
      n_tokens: count,
      token: context.addresses.tokens,
      embd: null,
      pos: null,
      n_seq_id: null,
      seq_id: null,
      logits: context.addresses.outputs
    });
  }

  /** Reduces rows of logits, or leaves them to the reducers. */
  private reduce(rows: bigint, skipped: number, {batch: id, targets, top, sets}: EvaluateParams): Read | undefined {
    const {api, logits, reducer, ports} = this;
    if (logits === undefined || reducer === undefined) throw new Error("no memory for logits yet");
    const rowBytes = 4 * logits.vocabularySize;
    const isSmall = targets.length <= Math.min(fewOutputs, logits.rowsPerSlot);
    for (let first = 0; first < targets.length; first += logits.rowsPerSlot) {
      const count = Math.min(logits.rowsPerSlot, targets.length - first);
      const slot = this.nextSlot++ % logits.slots;
      waitForSlot(logits.control, slot);
      api.copy(reducer.slotBytes(slot), rows + BigInt((skipped + first) * rowBytes), count * rowBytes);
      if (isSmall) return reduceHere(reducer, logits, slot, {targets, top, ...(sets && {sets})});
      const part = {
        targets: targets.slice(first, first + count),
        ...(sets && {sets: sets.slice(first, first + count)})
      };
      const task: ReducerTask = {id, first, slot, count, top, ...part};
      ports[slot % ports.length]?.postMessage(task);
    }
    return undefined;
  }

  /** Copies rows of logits, and reduces them here: they are few. */
  private copyRows(rows: bigint, skipped: number, {targets, top}: EvaluateParams): Read {
    const {api, logits: memory, reducer} = this;
    if (memory === undefined || reducer === undefined) throw new Error("no memory for logits yet");
    const {vocabularySize, slots, rowsPerSlot, control} = memory;
    const predictions = unknownPredictions(targets.length, top);
    const logits = new Float32Array(targets.length * vocabularySize);
    const bytes = new Uint8Array(logits.buffer);
    api.copy(bytes, rows + BigInt(skipped * 4 * vocabularySize), bytes.length);
    for (let first = 0; first < targets.length; first += rowsPerSlot) {
      const part = targets.slice(first, first + rowsPerSlot);
      const slot = this.nextSlot++ % slots;
      waitForSlot(control, slot);
      const from = 4 * first * vocabularySize;
      reducer.slotBytes(slot).set(bytes.subarray(from, from + 4 * part.length * vocabularySize));
      const read = reduceHere(reducer, memory, slot, {targets: part, top});
      if ("problem" in read) return read;
      setPredictions(predictions, first, read.predictions, top);
    }
    return {predictions: {...predictions, logits}};
  }

  private contextOf(number: number): Context {
    const context = this.contexts.get(number);
    if (context === undefined) throw new Error(`no context ${number}`);
    return context;
  }

  private freeContext(number: number): void {
    const context = this.contexts.get(number);
    this.contexts.delete(number);
    if (context !== undefined) this.api.freeContext(context.pointer);
  }
}

/** The outputs that llama.cpp is asked for: those that are read, and more where their number makes a difference. */
function outputsOf({allOutputs}: Context, params: EvaluateParams): {readonly first: number; readonly count: number} {
  const {tokens, targets, filled = false} = params;
  if (targets.length === 0) return {first: 0, count: 0};
  if (allOutputs) return {first: 0, count: tokens.length};
  const first = readFrom(params);
  if (!filled) return {first, count: targets.length};
  const count = Math.max(minOutputs, inFours(targets.length));
  return {first: Math.max(0, Math.min(first, tokens.length - count)), count};
}

/** The place of the first token whose prediction is read. */
function readFrom({tokens, targets, readFrom: place = tokens.length - targets.length}: EvaluateParams): number {
  return place;
}

/** Predictions one behind the other, one in each part. */
function joined(parts: readonly Predictions[], top: number): Predictions {
  const whole = unknownPredictions(parts.length, top);
  for (const [place, part] of parts.entries()) setPredictions(whole, place, part, top);
  return whole;
}

/** What need not be copied to the owner. */
function transferred(result: ThreadRequests[keyof ThreadRequests]["result"]): ArrayBuffer[] {
  if (typeof result !== "object" || result === null || !("read" in result)) return [];
  const {read} = result;
  return read !== undefined && "predictions" in read && read.predictions.logits !== undefined
    ? [read.predictions.logits.buffer]
    : [];
}

function reduceHere(
  reducer: Reducer,
  {control}: LogitsMemory,
  slot: number,
  {targets, top, sets}: Pick<EvaluateParams, "targets" | "top" | "sets">
): Read {
  try {
    return {predictions: reducer.reduce(slot, targets.length, targets, top, sets)};
  } catch (error) {
    return {problem: problemOf(error)};
  } finally {
    freeSlot(control, slot);
  }
}

const port = parentPort;
if (port !== null) {
  const {files} = workerData as ThreadData;
  const thread = new EvaluatorThread(openLibllama(files), (reply) => port.postMessage(reply));
  const answer = <K extends keyof ThreadRequests>({id, ask, params}: ThreadRequest<K>) => {
    try {
      const result = thread.answers[ask](params);
      port.postMessage({id, result} satisfies ThreadReply, transferred(result));
    } catch (error) {
      port.postMessage({id, problem: problemOf(error)} satisfies ThreadReply);
    }
  };
  port.on("message", answer);
}
