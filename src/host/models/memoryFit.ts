import * as l10n from "@vscode/l10n";
import {automaticContextLimit, contextsHeld, type MemoryEstimate, type MemoryUse} from "../../contract/models";
import type {ModelFacts} from "../../gguf/facts";
import type {KvCacheType} from "../../gguf/kvCache";
import {contextStep, estimateMemory, type MemoryParts, paddedContext} from "../../gguf/memory";
import {machineMemory} from "../../platform/machineMemory";
import {byteSize, count} from "../../text/numberText";
import type {Settings} from "../settings";

/** `tight`: little memory is left, or not all contexts fit at once. `unknown`: the header does not say enough. */
export type Verdict = "fits" | "tight" | "tooLarge" | "unknown";

/** A change that would make a model fit. */
export type FitAction =
  | {readonly kind: "contextSize"; readonly value: number}
  | {readonly kind: "gpuLayers"; readonly value: number}
  | {readonly kind: "smallerModel"};

export interface MemoryFit {
  readonly verdict: Verdict;
  /** Bytes of the kind of memory that is short, or else of main and device memory together. Null if unknown. */
  readonly needed: number | null;
  readonly free: number | null;
  /** Advice in one line; null if there is none. */
  readonly advice: string | null;
  readonly action: FitAction | null;
}

/** Free and total memory, in bytes. */
export interface FreeMemory {
  readonly free: MemoryUse;
  readonly total: MemoryUse;
}

/** How contexts are made, as it is set. */
export interface ContextSettings {
  /** Tokens; 0 is automatic. */
  readonly contextSize: number;
  readonly kvCache: KvCacheType;
}

/** Maximum share of the free memory that a model may use: other programs need some, and estimates can be off. */
const maxShareOfFree = 0.9;

/** Minimum context in tokens. With less, a model is of little use. */
const minContext = 512;

/** This machine's main memory. Only the engine knows the memory of its devices. */
export async function mainMemory(): Promise<FreeMemory> {
  const {free, total} = await machineMemory();
  return {free: {ram: free, vram: 0}, total: {ram: total, vram: 0}};
}

/** Whether a model fits, according to the engine's estimate. */
export function fitFromEstimate(estimate: MemoryEstimate): MemoryFit {
  const {contextSize, gpuLayers, free} = estimate;
  const verdict = verdictOf(estimate, contextSize, gpuLayers);
  const maxNeeded = neededMemory(estimate, contextSize, gpuLayers, estimate.contexts);
  const short = missingMemory(maxNeeded, free);
  const needed = short === null ? maxNeeded.ram + maxNeeded.vram : maxNeeded[short];
  const available = short === null ? free.ram + free.vram : free[short];
  if (verdict === "fits") return {verdict, needed, free: available, advice: null, action: null};
  const found = actionFor(estimate, short);
  // A model that fits, if tightly, need not be replaced.
  const action = verdict === "tight" && found.kind === "smallerModel" ? null : found;
  return {verdict, needed, free: available, advice: adviceText(needed, available, action, short), action};
}

/**
 * Whether a model fits, according to its header and the size of its files: for lists, and before a download.
 * Main memory and device memory are added up.
 */
export function fitFromHeader(
  facts: ModelFacts | null,
  bytes: number,
  {contextSize, kvCache}: ContextSettings,
  memory: FreeMemory
): MemoryFit {
  const free = {ram: memory.free.ram + memory.free.vram, vram: 0};
  const tokens =
    contextSize > 0 ? contextSize : Math.min(facts?.contextLength ?? automaticContextLimit, automaticContextLimit);
  const known = facts === null ? null : {...facts, tensorBytes: facts.tensorBytes ?? bytes};
  const parts = known === null ? null : estimateMemory(known, tokens, kvCache);
  const more = known === null ? null : estimateMemory(known, tokens + contextStep, kvCache);
  if (facts === null || parts === null || more === null) {
    // The weights alone may already be too large.
    const verdict = bytes > free.ram ? "tooLarge" : "unknown";
    const action: FitAction | null = verdict === "tooLarge" ? {kind: "smallerModel"} : null;
    const advice = action === null ? null : adviceText(bytes, free.ram, action, "ram");
    return {verdict, needed: verdict === "tooLarge" ? bytes : null, free: free.ram, advice, action};
  }
  return fitFromEstimate({
    weights: {ram: parts.weights + parts.vocabulary, vram: 0},
    context: {ram: contextBytes(parts), vram: 0},
    perToken: {ram: (contextBytes(more) - contextBytes(parts)) / contextStep, vram: 0},
    perLayer: 0,
    contexts: facts.capabilities.complete ? contextsHeld : 0,
    contextSize: tokens,
    gpuLayers: 0,
    layers: facts.layers ?? 0,
    free,
    total: {ram: memory.total.ram + memory.total.vram, vram: 0},
    device: "cpu"
  });
}

/** The verdict's label in a list; empty if unknown. */
export function verdictLabel(verdict: Verdict): string {
  switch (verdict) {
    case "fits":
      return l10n.t("fits");
    case "tight":
      return l10n.t("just fits");
    case "tooLarge":
      return l10n.t("too large");
    case "unknown":
      return "";
    default:
      return verdict satisfies never;
  }
}

/** The action's label on a button. */
export function actionLabel(action: FitAction): string {
  switch (action.kind) {
    case "contextSize":
      return l10n.t("Use a Context of {0} Tokens", count(action.value));
    case "gpuLayers":
      return l10n.t("Put {0} Layers on the GPU", action.value);
    case "smallerModel":
      return l10n.t("Select Another Model…");
    default:
      return action satisfies never;
  }
}

/** Follows the advice. */
export async function applyAdvice(
  settings: Pick<Settings, "setContextSize" | "setGpuLayers">,
  action: FitAction,
  selectModel: () => PromiseLike<unknown>
): Promise<void> {
  switch (action.kind) {
    case "contextSize":
      return await settings.setContextSize(action.value);
    case "gpuLayers":
      return await settings.setGpuLayers(action.value);
    case "smallerModel":
      await selectModel();
      return;
    default:
      return action satisfies never;
  }
}

/** Bytes needed for `contexts` contexts of another size, with another number of layers on the device. */
export function neededMemory(
  estimate: MemoryEstimate,
  contextSize: number,
  gpuLayers: number,
  contexts: number
): MemoryUse {
  const {weights, context, perToken, perLayer} = estimate;
  const fewerTokens = paddedContext(estimate.contextSize) - paddedContext(contextSize);
  const moved = Math.min(perLayer * (estimate.gpuLayers - gpuLayers), weights.vram + contexts * context.vram);
  const bytesPerContext = (kind: keyof MemoryUse): number => Math.max(0, context[kind] - perToken[kind] * fewerTokens);
  return {
    ram: weights.ram + contexts * bytesPerContext("ram") + moved,
    vram: Math.max(0, weights.vram + contexts * bytesPerContext("vram") - moved)
  };
}

/** The verdict on a model with another context size and another number of layers on the device. */
export function verdictOf(estimate: MemoryEstimate, contextSize: number, gpuLayers: number): Verdict {
  const {contexts, free} = estimate;
  const minNeeded = neededMemory(estimate, contextSize, gpuLayers, Math.min(1, contexts));
  if (missingMemory(minNeeded, free) !== null) return "tooLarge";
  const maxNeeded = neededMemory(estimate, contextSize, gpuLayers, contexts);
  const {ram, vram} = free;
  return maxNeeded.ram <= ram * maxShareOfFree && maxNeeded.vram <= vram * maxShareOfFree ? "fits" : "tight";
}

function contextBytes({kvCache, compute}: MemoryParts): number {
  return kvCache + compute;
}

/** The kind of memory that is too small. Device memory comes first. */
function missingMemory(needed: MemoryUse, free: MemoryUse): keyof MemoryUse | null {
  if (needed.vram > free.vram) return "vram";
  return needed.ram > free.ram ? "ram" : null;
}

/**
 * Chooses what to give up: first a large context, then speed (fewer layers on the device), and a small context last.
 * With the chosen action, {@link verdictOf} says that the model fits.
 */
function actionFor(estimate: MemoryEstimate, short: keyof MemoryUse | null): FitAction {
  const {contextSize, contexts, gpuLayers} = estimate;
  const fits = (tokens: number, layers: number): boolean => verdictOf(estimate, tokens, layers) === "fits";
  const smaller = contexts === 0 ? undefined : smallerContexts(contextSize).find((tokens) => fits(tokens, gpuLayers));
  if (smaller !== undefined && smaller >= automaticContextLimit) return {kind: "contextSize", value: smaller};
  if (short !== "ram")
    for (let layers = gpuLayers - 1; layers >= 0; layers--)
      if (fits(contextSize, layers)) return {kind: "gpuLayers", value: layers};
  return smaller === undefined ? {kind: "smallerModel"} : {kind: "contextSize", value: smaller};
}

/** Smaller context sizes, powers of two, largest first. */
function smallerContexts(contextSize: number): number[] {
  const sizes: number[] = [];
  for (let size = minContext; size < contextSize; size *= 2) sizes.unshift(size);
  return sizes;
}

function adviceText(needed: number, free: number, action: FitAction | null, short: keyof MemoryUse | null): string {
  const [needs, has] = [byteSize(needed), byteSize(free)];
  if (action === null) return l10n.t("Needs about {0} of the {1} that are free.", needs, has);
  switch (action.kind) {
    case "contextSize":
      return l10n.t("Needs about {0}, {1} are free: choose a context of {2} tokens.", needs, has, count(action.value));
    case "gpuLayers":
      return l10n.t("Needs about {0}, {1} are free: put fewer layers on the GPU ({2}).", needs, has, action.value);
    case "smallerModel":
      return short === "vram"
        ? l10n.t("Needs about {0} on the GPU, {1} are free there: choose a smaller quantization.", needs, has)
        : l10n.t("Needs about {0}, {1} are free: choose a smaller quantization.", needs, has);
    default:
      return action satisfies never;
  }
}
