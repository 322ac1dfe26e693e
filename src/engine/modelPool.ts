import {
  type EstimateParams,
  type HeldModel,
  type Holding,
  isSameModel,
  type MemoryEstimate,
  type MemoryReport,
  type ModelRef,
  modelKey
} from "../contract/models";
import type {Backend, EngineLog, Notify, RequestContext} from "./backend";
import {LlamaBackend} from "./llama/llamaBackend";
import {estimateFile, heldMemory} from "./llama/memory";
import {checkModelFile, type FileStamp} from "./llama/modelFile";
import {llamaRuntime} from "./llama/runtime";
import {type Account, MemoryLedger, newAccount} from "./memoryLedger";

interface OpenModel {
  /** {@link modelKey} of the model. */
  readonly key: string;
  readonly model: ModelRef;
  readonly stamp: string;
  readonly backend: Promise<Backend>;
  /** The memory that is put down to it. */
  readonly account: Account;
  /** Its vocabulary has been read. */
  described: boolean;
  users: number;
  replaced: boolean;
}

/** One that measures and one that completes (docs/decisions/engine.md). */
const maxModels = 2;

/**
 * Holds the models in use. One more takes the place of that which was used longest ago, and another spec or another file
 * under the same name that of its predecessor. What is replaced is given back when the last request on it has ended.
 */
export class ModelPool {
  /** Used longest ago first. */
  private models: OpenModel[] = [];
  /** Resolves when what is replaced and unused has been given back. */
  private leaving: Promise<void> = Promise.resolve();
  private readonly ledger = new MemoryLedger(heldMemory);

  constructor(
    readonly log: EngineLog,
    private readonly notify: Notify = () => undefined
  ) {}

  /** Runs `work` with the model that `spec` names. */
  async use<T>(
    spec: ModelRef,
    {signal, onProgress}: RequestContext,
    work: (backend: Backend) => Promise<T>
  ): Promise<T> {
    const open = this.opened(spec, stampOf(await checkModelFile(spec.path)));
    open.users++;
    try {
      // Its vocabulary is read first, which takes a second where that is large.
      if (!open.described) onProgress({stage: "load", fraction: 0});
      const backend = await this.described(open);
      open.described = true;
      // Cancelled while it waited: tokenizing can't be stopped half-way, so it is not begun.
      signal.throwIfAborted();
      return await work(backend);
    } finally {
      await this.ledger.charge(open.account);
      open.users--;
      this.disposeIfUnused(open);
    }
  }

  /** Gives back what is not listed. */
  retain(specs: readonly ModelRef[]): void {
    const wanted = new Set(specs.map(modelKey));
    for (const open of this.models.filter(({key}) => !wanted.has(key))) this.replace(open);
  }

  /** What is held, as of the last request's end. */
  async holding(): Promise<Holding> {
    await this.leaving;
    const models: HeldModel[] = [];
    for (const {model, backend} of this.models) {
      const ready = await backend.catch(() => undefined);
      if (ready !== undefined) models.push({model, device: ready.loadedOn});
    }
    return {
      models,
      memory: {
        ram: this.ledger.held?.ram ?? 0,
        vram: Math.max(0, sum(this.models.map(({account}) => account.vram)))
      }
    };
  }

  /** What a model will need, and what there is: without the models that would not stay beside it. */
  async estimate({model: spec, beside = []}: EstimateParams, {signal}: RequestContext): Promise<MemoryEstimate> {
    const stamp = stampOf(await checkModelFile(spec.path));
    const open = this.models.find((one) => one.key === modelKey(spec) && one.stamp === stamp);
    const estimate = await (open === undefined
      ? estimateFile(spec, this.log, signal)
      : open.backend.then((backend) => backend.estimate()));
    // llama.cpp has looked at the vocabulary for it: native memory, of which V8 does not see that it is garbage.
    globalThis.gc?.();
    await this.ledger.rest();
    const staying = new Set(beside.map(modelKey));
    const given = this.models.filter((one) => !staying.has(one.key)).map(({account}) => account);
    const {free, total} = estimate;
    return {
      ...estimate,
      free: {
        ram: Math.min(total.ram, free.ram + sum(given.map(({unmapped}) => unmapped))),
        vram: Math.min(total.vram, free.vram + sum(given.map(({vram}) => vram)))
      }
    };
  }

  /** The estimate, and what the model really takes if it is loaded. */
  async memory(params: EstimateParams, context: RequestContext): Promise<MemoryReport> {
    const estimate = await this.estimate(params, context);
    const open = this.models.find(({key}) => key === modelKey(params.model));
    const loaded = open !== undefined && (await open.backend).loadedOn !== null;
    return {
      estimate,
      used: loaded ? {ram: Math.max(0, open.account.ram), vram: Math.max(0, open.account.vram)} : null
    };
  }

  /** The open model for a spec and a state of its file; the last one of the list from now on. */
  private opened(spec: ModelRef, stamp: string): OpenModel {
    const key = modelKey(spec);
    let open = this.models.find((one) => one.key === key && one.stamp === stamp);
    if (open !== undefined) this.models = this.models.filter((one) => one !== open);
    else {
      const same = this.models.filter(({model}) => isSameModel(model, spec));
      const others = this.models.filter(({model}) => !isSameModel(model, spec));
      for (const one of [...same, ...others.slice(0, Math.max(0, others.length + 1 - maxModels))]) this.replace(one);
      open = {
        key,
        model: spec,
        stamp,
        backend: this.start(spec, this.leaving),
        account: newAccount(),
        described: false,
        users: 0,
        replaced: false
      };
    }
    this.models.push(open);
    return open;
  }

  /** Waits for the memory that is being given back, because how much of a model goes on the device depends on it. */
  private async start(spec: ModelRef, leaving: Promise<void>): Promise<Backend> {
    await leaving;
    const first = this.models.length === 1;
    await llamaRuntime(spec.gpu, spec.threads, this.log);
    // The runtime is no model's.
    if (first) await this.ledger.rest();
    return new LlamaBackend(spec, this.log, this.notify);
  }

  /** A model that doesn't load is not kept: the next request looks at the file again. */
  private async described(open: OpenModel): Promise<Backend> {
    try {
      const backend = await open.backend;
      await backend.describe({signal: new AbortController().signal, onProgress: () => undefined});
      return backend;
    } catch (error) {
      this.replace(open);
      throw error;
    }
  }

  private replace(open: OpenModel): void {
    this.models = this.models.filter((one) => one !== open);
    open.replaced = true;
    this.disposeIfUnused(open);
  }

  private disposeIfUnused(open: OpenModel): void {
    if (!open.replaced || open.users > 0) return;
    const gone = open.backend
      .then((backend) => backend.dispose())
      .then(() => this.ledger.rest())
      .catch((error: unknown) => this.log("error", String(error)));
    this.leaving = Promise.all([this.leaving, gone]).then(() => undefined);
  }
}

function stampOf({size, modified}: FileStamp): string {
  return `${size} ${modified}`;
}

function sum(numbers: readonly number[]): number {
  return numbers.reduce((total, number) => total + number, 0);
}
