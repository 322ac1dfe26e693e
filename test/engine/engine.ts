import {readFileSync} from "node:fs";
import path from "node:path";
import {setTimeout} from "node:timers/promises";
import type {GgufModel, ModelRef} from "../../src/contract/models";
import type {Progress} from "../../src/contract/progress";
import type {EngineMethod, EngineRequests} from "../../src/contract/requests";
import type {ScorePart} from "../../src/contract/scoring";
import type {Notify} from "../../src/engine/backend";
import {handlers} from "../../src/engine/handlers";
import {isNative, openEvaluator} from "../../src/engine/llama/evaluator/openEvaluator";
import {loadVocabulary} from "../../src/engine/llama/loadedVocabulary";
import {llamaRuntime} from "../../src/engine/llama/runtime";
import {ModelPool} from "../../src/engine/modelPool";
import {modelRef} from "../harness/modelRef";
import {root} from "../harness/paths";

/** The model that ships, Q8_0: 8192 tokens, context 1024, BOS, fill-in-the-middle. */
export const demonstration = path.join(root, "media/models/tokenscope-tiny-q8_0.gguf");
/** The same weights in F16, from which the reference logprobs were computed. */
export const f16 = path.join(root, "test/fixtures/models/tokenscope-tiny-f16.gguf");

/** A model on the CPU, so that a test's numbers don't depend on the machine's devices. */
export function spec(file: string, contextSize = 0): GgufModel {
  return {...modelRef(file), contextSize};
}

/** Engines that hold models, the one that was used last at the end. */
const loaded: {retain(models: readonly ModelRef[]): void}[] = [];

/** Engines that hold models at once. A test drops its engines, and nothing else gives their threads and memory back. */
const maxLoaded = 6;

const own = {ModelPool, handlers, isNative, llamaRuntime, loadVocabulary, openEvaluator, loaded};
const everywhere = globalThis as {tokenscopeEngine?: typeof own};
/**
 * The engine of the first test file serves all: each file is a bundle with its own copy of the engine, but llama.cpp
 * has one log per process. So errors are recognized by their name, not by their class.
 */
everywhere.tokenscopeEngine ??= own;
export const engineInProcess = everywhere.tokenscopeEngine;

export interface Asking {
  readonly signal?: AbortSignal;
  readonly stop?: AbortSignal;
  readonly onProgress?: (progress: Progress) => void;
  readonly onPart?: (part: ScorePart) => void;
}

/** The engine of the engine process and the headless runner, in this process. */
export class Engine {
  private readonly models: ModelPool;

  constructor(
    readonly model: GgufModel = spec(demonstration),
    notify: Notify = () => undefined
  ) {
    this.models = new engineInProcess.ModelPool(() => undefined, notify);
  }

  /** Like the host's notification. */
  retain(models: readonly ModelRef[]): void {
    this.models.retain(models);
  }

  /** Sends a request. The default model is this engine's. */
  ask<M extends EngineMethod>(
    method: M,
    params: Omit<EngineRequests[M]["params"], "model"> & {readonly model?: ModelRef},
    {signal = new AbortController().signal, onProgress = () => undefined, ...rest}: Asking = {}
  ): Promise<EngineRequests[M]["result"]> {
    const {loaded} = engineInProcess;
    loaded.splice(0, loaded.length, ...loaded.filter((engine) => engine !== this), this);
    if (loaded.length > maxLoaded) loaded.shift()?.retain([]);
    // TypeScript can't see that the spread is complete: the model is added here.
    const complete = {model: this.model, ...params} as unknown as EngineRequests[M]["params"];
    return engineInProcess.handlers[method](this.models, complete, {signal, onProgress, ...rest});
  }
}

/** Files mapped into this process's memory, such as weights (Linux only). */
export function mappedFiles(): ReadonlySet<string> {
  const maps = readFileSync("/proc/self/maps", "utf8");
  return new Set(maps.split("\n").map((line) => line.slice(line.indexOf("/"))));
}

/** Why a test that reads /proc is skipped; undefined if it is not. */
export const noProcesses = process.platform === "linux" ? undefined : "needs Linux's /proc";

/** Waits for a condition; mocha's limit is the hang guard. */
export async function until(what: () => boolean): Promise<void> {
  while (!what()) await setTimeout(10);
}

/** Checked access to a list, so that a wrong index fails here and not later. */
export function at<T>(items: {readonly [index: number]: T; readonly length: number}, index: number): T {
  const item = items[index];
  if (item === undefined) throw new RangeError(`no item ${index} among ${items.length}`);
  return item;
}
