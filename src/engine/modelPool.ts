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
import type {EngineLog, Notify, RequestContext} from "./backend";
import {backendKind} from "./backends";
import {FileCounter} from "./files/fileCounter";
import {heldMemory} from "./heldMemory";
import {type Account, MemoryLedger, newAccount} from "./memoryLedger";
import {Model} from "./model";
import {Scheduler} from "./scheduler";

interface OpenModel {
  readonly ref: ModelRef;
  /** {@link modelKey} of `ref`. */
  readonly key: string;
  /** Tells one state of its file from another. */
  readonly stamp: string;
  readonly model: Promise<Model>;
  /** The memory that is charged to it. */
  readonly account: Account;
  /** Its vocabulary has been read. */
  described: boolean;
  users: number;
  replaced: boolean;
}

/** One model that scores and one that completes (docs/decisions/engine.md). */
const maxModels = 2;

/**
 * Holds the models in use. One more takes the place of the one that was used longest ago; the same model run in another way,
 * or another file under the same name, takes the place of its predecessor. A replaced model is given back when the last
 * request on it has ended.
 */
export class ModelPool {
  /** Used longest ago first. */
  private models: OpenModel[] = [];
  /** Resolves when what is replaced and unused has been given back. */
  private leaving: Promise<void> = Promise.resolve();
  private readonly ledger = new MemoryLedger(heldMemory);
  readonly scheduler = new Scheduler();
  readonly files = new FileCounter(this.scheduler);

  constructor(
    readonly log: EngineLog,
    private readonly notify: Notify = () => undefined
  ) {}

  /** Runs `work` with a model, which is opened where it is not. */
  async use<T>(ref: ModelRef, {signal, onProgress}: RequestContext, work: (model: Model) => Promise<T>): Promise<T> {
    const open = this.opened(ref, await backendKind(ref).stamp(ref));
    open.users++;
    try {
      // Its vocabulary is read first, which takes a second where that is large.
      if (!open.described) onProgress({stage: "load", fraction: 0});
      const model = await this.described(open);
      open.described = true;
      // Cancelled while it waited: tokenizing can't be stopped half-way, so it is not begun.
      signal.throwIfAborted();
      return await work(model);
    } finally {
      await this.ledger.charge(open.account);
      open.users--;
      this.disposeIfUnused(open);
    }
  }

  /** Gives back what is not listed. */
  retain(refs: readonly ModelRef[]): void {
    const wanted = new Set(refs.map(modelKey));
    for (const open of this.models.filter(({key}) => !wanted.has(key))) this.replace(open);
  }

  /** What is held, as of the last request's end. */
  async holding(): Promise<Holding> {
    await this.leaving;
    const models: HeldModel[] = [];
    for (const {ref, model} of this.models) {
      const ready = await model.catch(() => undefined);
      if (ready !== undefined) models.push({model: ref, device: ready.loadedOn});
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
  async estimate({model: ref, beside = []}: EstimateParams, {signal}: RequestContext): Promise<MemoryEstimate> {
    const stamp = await backendKind(ref).stamp(ref);
    const open = this.models.find((one) => one.key === modelKey(ref) && one.stamp === stamp);
    const estimate = await (open === undefined
      ? backendKind(ref).estimate(ref, this.log, signal)
      : open.model.then((model) => model.estimate()));
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
    const loaded = open !== undefined && (await open.model).loadedOn !== null;
    return {
      estimate,
      used: loaded ? {ram: Math.max(0, open.account.ram), vram: Math.max(0, open.account.vram)} : null
    };
  }

  /** The open model for a reference and a state of its file; the last one of the list from now on. */
  private opened(ref: ModelRef, stamp: string): OpenModel {
    const key = modelKey(ref);
    let open = this.models.find((one) => one.key === key && one.stamp === stamp);
    if (open !== undefined) this.models = this.models.filter((one) => one !== open);
    else {
      const same = this.models.filter((one) => isSameModel(one.ref, ref));
      const others = this.models.filter((one) => !isSameModel(one.ref, ref));
      for (const one of [...same, ...others.slice(0, Math.max(0, others.length + 1 - maxModels))]) this.replace(one);
      open = {
        ref,
        key,
        stamp,
        model: this.start(ref, this.leaving),
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
  private async start(ref: ModelRef, leaving: Promise<void>): Promise<Model> {
    await leaving;
    const kind = backendKind(ref);
    const isFirst = this.models.length === 1;
    await kind.prepare(ref, this.log);
    // What all models share is no model's.
    if (isFirst) await this.ledger.rest();
    const {scheduler, log, notify} = this;
    return new Model(ref, kind.open(ref, {scheduler, log, notify}));
  }

  /** A model that doesn't load is not kept: the next request looks at the file again. */
  private async described(open: OpenModel): Promise<Model> {
    try {
      const model = await open.model;
      await model.describe();
      return model;
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
    const gone = open.model
      .then((model) => model.dispose())
      .then(() => this.ledger.rest())
      .catch((error: unknown) => this.log("error", String(error)));
    this.leaving = Promise.all([this.leaving, gone]).then(() => undefined);
  }
}

function sum(numbers: readonly number[]): number {
  return numbers.reduce((total, number) => total + number, 0);
}
