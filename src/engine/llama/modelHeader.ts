import type {GgufFileInfo} from "node-llama-cpp";
import {automaticContextLimit, type GgufModel} from "../../contract/models";
import {type ArchitectureKind, architectureKind} from "../../gguf/architectureKind";
import {architectures} from "../../gguf/architectures";
import {elements} from "../../gguf/ggmlTypes";
import type {KvCacheType} from "../../gguf/kvCache";
import {possibleKvCache} from "../../gguf/possibleKvCache";

export function purposeOfModel(header: GgufFileInfo): ArchitectureKind {
  const own = ownMetadata(header) as {
    pooling_type?: unknown;
    attention?: {causal?: unknown};
    nextn_predict_layers?: unknown;
  };
  return architectureKind({
    architecture: architectureOf(header),
    poolingType: own.pooling_type,
    causal: own.attention?.causal,
    predictingLayers: own.nextn_predict_layers,
    tensors: header.fullTensorInfo ?? null
  });
}

/** The context that the model was trained on, in tokens; null if the header doesn't say. */
export function trainedContextOf(header: GgufFileInfo): number | null {
  // Not model.trainContextSize: it is 0 while only the vocabulary is loaded.
  const trained = ownMetadata(header)["context_length"];
  return typeof trained === "number" && trained > 1 ? trained : null;
}

/** The sliding window that the header names, in tokens; null if it names none. */
export function slidingWindowOf(header: GgufFileInfo): number | null {
  const {attention} = ownMetadata(header) as {attention?: {sliding_window?: unknown}};
  const window = attention?.sliding_window;
  return typeof window === "number" && window > 0 ? window : null;
}

/** The sliding window that a model was trained with, in tokens, if llama.cpp runs it without one (models/phi3.cpp). */
export function slidingWindowLeftOut(header: GgufFileInfo): number | null {
  return architectureOf(header) === "phi3" ? slidingWindowOf(header) : null;
}

/** The context that the model is run with, in tokens. */
export function contextSizeOf(header: GgufFileInfo, {contextSize}: GgufModel): number {
  const known = trainedContextOf(header) ?? automaticContextLimit;
  const wanted = contextSize > 0 ? contextSize : Math.min(known, automaticContextLimit);
  return Math.min(wanted, positionsOf(header));
}

/** The type in which a context's keys and values are held. */
export function kvCacheOf(header: GgufFileInfo, {kvCache}: GgufModel): KvCacheType {
  const own = ownMetadata(header) as {embedding_length?: unknown; attention?: Readonly<Record<string, unknown>>};
  const attention = own.attention ?? {};
  const heads = Math.max(...[attention["head_count"]].flat().map(Number));
  const usual = Number(own.embedding_length) / heads;
  // Layers with a sliding window may have lengths of their own.
  const keys = [attention["key_length"] ?? usual, attention["key_length_swa"] ?? []].flat();
  const values = [attention["value_length"] ?? usual, attention["value_length_swa"] ?? []].flat();
  return possibleKvCache(kvCache, [...keys, ...values].map(Number));
}

/** The number of learned positions: llama.cpp ends the process beyond them. Infinity if positions are not learned. */
export function positionsOf(header: GgufFileInfo): number {
  if (!architectures.get(architectureOf(header))?.has("learnedPositions")) return Number.POSITIVE_INFINITY;
  const positions = header.fullTensorInfo?.find(({name}) => name === "position_embd.weight");
  return Number(positions?.dimensions[1] ?? Number.POSITIVE_INFINITY);
}

/** The number of tokens in the vocabulary; 0 if the header lists none. */
export function vocabularySizeOf(header: GgufFileInfo): number {
  const tokens: unknown = header.metadata.tokenizer?.ggml?.tokens;
  return Array.isArray(tokens) ? tokens.length : 0;
}

function architectureOf({metadata}: GgufFileInfo): string {
  return metadata.general?.architecture ?? "";
}

/** The metadata under the architecture's own name (`llama.context_length` and its like). */
export function ownMetadata(header: GgufFileInfo): Readonly<Record<string, unknown>> {
  const own = (header.metadata as Record<string, unknown>)[architectureOf(header)];
  return typeof own === "object" && own !== null ? (own as Record<string, unknown>) : {};
}

/** Parameters that are used for a token: of a mixture of experts, those of the experts in use. */
export function activeParameters(header: GgufFileInfo): number {
  const {expert_count: experts, expert_used_count: used} = ownMetadata(header);
  const share = typeof experts === "number" && experts > 0 && typeof used === "number" ? used / experts : 1;
  return (header.fullTensorInfo ?? []).reduce(
    (sum, tensor) => sum + elements(tensor.dimensions) * (tensor.name.includes("_exps.") ? share : 1),
    0
  );
}

/**
 * llama.cpp's graph of CogVLM answers with the predictions of a batch's first tokens, whichever were asked for. They are right
 * only if all are asked for.
 */
export function needsAllPredictions({metadata}: GgufFileInfo): boolean {
  return metadata.general?.architecture === "cogvlm";
}
