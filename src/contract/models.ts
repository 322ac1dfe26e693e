import type {ArchitectureKind} from "../gguf/architectureKind";
import type {KvCacheType} from "../gguf/kvCache";
import type {DeviceState} from "./devices";

/**
 * The contract between the extension host and the engine process: requests, replies, progress and errors.
 * Nothing in it assumes llama.cpp: another backend (a server, say) answers the same requests, or says in its
 * capabilities that it can't.
 *
 * Offsets are UTF-8 byte offsets into the text of the request. Logprobs are natural. A lone surrogate in a text counts
 * as U+FFFD, the way every UTF-8 encoder writes it, so UTF-16 lengths are unchanged.
 */

/** Which model answers, and how it is run. Every request names it, so a new engine process needs no set-up. */
export type ModelRef = GgufModel;

/** A GGUF file, run on this machine. */
export interface GgufModel {
  readonly kind: "gguf";
  /** Absolute path. */
  readonly path: string;
  readonly gpu: GpuChoice;
  /** Layers whose weights go on the device; null: as many as its memory holds. */
  readonly gpuLayers: number | null;
  /** CPU threads; 0 leaves the choice to the backend, which leaves a core to the editor. */
  readonly threads: number;
  /** Tokens of context; 0 means what the model was trained on, {@link automaticContextLimit} at most. */
  readonly contextSize: number;
  /** The type in which keys and values are held, where the model's heads allow it (gguf/kvCache.ts). */
  readonly kvCache: KvCacheType;
}

/** The same text for references to the same model that is run in the same way. */
export function modelKey(model: ModelRef): string {
  return JSON.stringify(Object.entries(model).sort());
}

/** Whether a model is this file. The path is absolute. */
export function isModelFile(model: ModelRef, file: string): boolean {
  return model.kind === "gguf" && model.path === file;
}

/** The same model, however it is run: its vocabulary is the same. */
export function isSameModel(a: ModelRef, b: ModelRef): boolean {
  return a.kind === "gguf" ? isModelFile(b, a.path) : modelKey(a) === modelKey(b);
}

export const gpuChoices = ["auto", "metal", "cuda", "vulkan", "off"] as const;

export type GpuChoice = (typeof gpuChoices)[number];

export const automaticContextLimit = 4096;

/** Contexts of a model that may exist at once: one for scoring, and one for completion. */
export const contextsHeld = 2;

/** What a backend can do with a model. A feature asks here, never for the backend's kind. */
export interface Capabilities {
  /** Writes a continuation of a text. */
  readonly generate: boolean;
  /** What it was made for. */
  readonly purpose: ArchitectureKind;
  /** Completes between a prefix and a suffix, with tokens of its own for it. */
  readonly infill: boolean;
  /** Tokens tile the text's bytes, so that spans can be shown. False where the tokenizer rewrites text. */
  readonly spans: boolean;
  /** The tokens of a given text get logprobs, so that it can be scored. */
  readonly promptLogprobs: boolean;
  /** A score can have ranks, and entropies. */
  readonly ranks: boolean;
  readonly entropy: boolean;
  /** Ranks, entropies and alternatives cost next to nothing: a score has them unless none are asked for. */
  readonly detailIsFree: boolean;
  /** Alternatives that a token can have; null: as many as there are tokens in the vocabulary. */
  readonly maxAlternatives: number | null;
}

/** What is known of a model without loading its weights. */
export interface ModelDescription {
  /** A name for people: the model's own, or else its file's. */
  readonly name: string;
  /** File name without its folder. */
  readonly file: string;
  readonly architecture: string;
  readonly quantization: string;
  readonly parameters: number | null;
  readonly vocabularySize: number;
  /** Tokens of context as run (see {@link ModelRef.contextSize}). */
  readonly contextSize: number;
  /** The vocabulary asks for BOS in front of a text. */
  readonly addsBos: boolean;
  readonly capabilities: Capabilities;
}

/** A {@link ModelDescription} of a model that ran. */
export interface RunningModel extends ModelDescription {
  /** Lower-case hex SHA-256 of the model file. */
  readonly sha256: string;
  /** What it ran on: "cpu", "cuda", "metal", "vulkan". */
  readonly device: string;
  /** Layers whose weights are on the device, of all. Absent where the backend doesn't know. */
  readonly layers?: {readonly onDevice: number; readonly all: number};
}

export interface DescribeParams {
  readonly model: ModelRef;
}

/** Bytes in main memory and on the device. What a device shares with main memory (Metal, integrated GPUs) is `vram`. */
export interface MemoryUse {
  readonly ram: number;
  readonly vram: number;
}

export interface EstimateParams {
  readonly model: ModelRef;
  /** Models that stay loaded beside it; what all others hold counts as free, because they will be given back. */
  readonly beside?: readonly ModelRef[];
}

/** What a model will need once it is loaded, and what there is. Nothing is loaded for it but the file's header. */
export interface MemoryEstimate {
  /** Weights, and the vocabulary as it is held in memory. */
  readonly weights: MemoryUse;
  /** KV cache and compute buffers of one context of {@link contextSize} tokens. */
  readonly context: MemoryUse;
  /** What {@link context} grows by with each of its last tokens. */
  readonly perToken: MemoryUse;
  /** What a layer moves from the device to main memory when it is not put there: its weights and its part of all contexts. */
  readonly perLayer: number;
  /** Contexts that may be held at once ({@link contextsHeld}); 0 for a model that predicts no tokens. */
  readonly contexts: number;
  /** Tokens. */
  readonly contextSize: number;
  /** Layers on the device, of {@link layers}. */
  readonly gpuLayers: number;
  readonly layers: number;
  readonly free: MemoryUse;
  readonly total: MemoryUse;
  /** "cpu", "cuda", "metal", "vulkan". */
  readonly device: string;
}

/** What a loaded model takes, beside what had been estimated for it. */
export interface MemoryReport {
  readonly estimate: MemoryEstimate;
  /** The engine's growth since it began to load: resident bytes (mapped weights included), and the device's. Null: not loaded. */
  readonly used: MemoryUse | null;
}

/** What the engine process holds; told when that has changed. */
export interface Holding {
  readonly models: readonly HeldModel[];
  /** Bytes: of the whole process, mapped files included; of devices, what its models have taken. */
  readonly memory: MemoryUse;
}

export interface HeldModel {
  readonly model: ModelRef;
  /** What its weights are on. Null while only its vocabulary is loaded. */
  readonly device: DeviceState["device"] | null;
}
