import {readFileSync} from "node:fs";
import path from "node:path";
import {setTimeout} from "node:timers/promises";
import type {ModelRef} from "../../src/contract/models";
import type {Progress} from "../../src/contract/progress";
import type {EngineMethod, EngineRequests} from "../../src/contract/requests";
import type {Notify} from "../../src/engine/backend";
import {handlers} from "../../src/engine/handlers";
import {llamaRuntime} from "../../src/engine/llama/runtime";
import {ModelPool} from "../../src/engine/modelPool";
import {root} from "../harness/paths";

/** The model that ships, Q8_0: 8192 tokens, context 1024, BOS, fill-in-the-middle. */
export const demonstration = path.join(root, "media/models/tokenscope-tiny-q8_0.gguf");
/** The same weights in F16, those that the reference logprobs were computed from. */
export const f16 = path.join(root, "test/fixtures/models/tokenscope-tiny-f16.gguf");

/** On the CPU, so that a test's numbers don't depend on the machine's other devices. */
export function spec(file: string, contextSize = 0): ModelRef {
  return {kind: "gguf", path: file, gpu: "off", gpuLayers: null, threads: 0, contextSize};
}

const own = {ModelPool, handlers, llamaRuntime};
const everywhere = globalThis as {tokenscopeEngine?: typeof own};
/**
 * A test file is a bundle with a copy of the engine in it, and mocha loads them all into one process, where llama.cpp has
 * one log: the engine of the first file serves all. Errors are therefore known by their name, not by their class.
 */
everywhere.tokenscopeEngine ??= own;
export const engineInProcess = everywhere.tokenscopeEngine;

export interface Asking {
  readonly signal?: AbortSignal;
  readonly stop?: AbortSignal;
  readonly onProgress?: (progress: Progress) => void;
}

/** The engine as the engine process and the headless runner have it, in this process. */
export class Engine {
  private readonly models: ModelPool;

  constructor(
    readonly model: ModelRef = spec(demonstration),
    notify: Notify = () => undefined
  ) {
    this.models = new engineInProcess.ModelPool(() => undefined, notify);
  }

  /** As the host's notification. */
  retain(models: readonly ModelRef[]): void {
    this.models.retain(models);
  }

  /** Asks with this engine's model, unless the parameters name another. */
  ask<M extends EngineMethod>(
    method: M,
    params: Omit<EngineRequests[M]["params"], "model"> & {readonly model?: ModelRef},
    {signal = new AbortController().signal, onProgress = () => undefined, ...rest}: Asking = {}
  ): Promise<EngineRequests[M]["result"]> {
    // The generic spread can't be seen to be complete: what was left out of the parameters is added here.
    const complete = {model: this.model, ...params} as unknown as EngineRequests[M]["params"];
    return engineInProcess.handlers[method](this.models, complete, {signal, onProgress, ...rest});
  }
}

/** Files that this process has mapped into its memory, the weights of models among them; only Linux tells. */
export function mappedFiles(): ReadonlySet<string> {
  const maps = readFileSync("/proc/self/maps", "utf8");
  return new Set(maps.split("\n").map((line) => line.slice(line.indexOf("/"))));
}

/** Why a test that looks at processes does not run. */
export const noProcesses = process.platform === "linux" ? undefined : "needs Linux's /proc";

/** Waits for what comes by itself, however long it takes; mocha's time limit ends a vain wait. */
export async function until(what: () => boolean): Promise<void> {
  while (!what()) await setTimeout(10);
}

/** The items of a list that may have holes where the index is wrong: a test then fails here and not three lines on. */
export function at<T>(items: {readonly [index: number]: T; readonly length: number}, index: number): T {
  const item = items[index];
  if (item === undefined) throw new RangeError(`no item ${index} among ${items.length}`);
  return item;
}
