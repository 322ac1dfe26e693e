import type {GgufFileInfo} from "node-llama-cpp";
import {architectures} from "../../gguf/architectures";
import {type Purpose, purposeOf} from "../../gguf/purpose";
import {automaticContextLimit, type ModelSpec} from "../api";

export function purposeOfModel(header: GgufFileInfo): Purpose {
  const own = ownMetadata(header) as {
    pooling_type?: unknown;
    attention?: {causal?: unknown};
    nextn_predict_layers?: unknown;
  };
  return purposeOf({
    architecture: architectureOf(header),
    poolingType: own.pooling_type,
    causal: own.attention?.causal,
    predictingLayers: own.nextn_predict_layers,
    tensors: header.fullTensorInfo ?? null
  });
}

/** Tokens of context as run. */
export function contextSizeOf(header: GgufFileInfo, {contextSize}: ModelSpec): number {
  // Not model.trainContextSize: it is 0 while only the vocabulary is loaded.
  const trained = ownMetadata(header)["context_length"];
  const known = typeof trained === "number" && trained > 1 ? trained : automaticContextLimit;
  const wanted = contextSize > 0 ? contextSize : Math.min(known, automaticContextLimit);
  return Math.min(wanted, positionsOf(header));
}

/** Positions that a model has learned one by one: llama.cpp ends the process at the next one. Infinity where it has not. */
export function positionsOf(header: GgufFileInfo): number {
  if (!architectures.get(architectureOf(header))?.has("learnedPositions")) return Number.POSITIVE_INFINITY;
  const positions = header.fullTensorInfo?.find(({name}) => name === "position_embd.weight");
  return Number(positions?.dimensions[1] ?? Number.POSITIVE_INFINITY);
}

/** Tokens in the vocabulary; 0 where the header lists none. */
export function vocabularySizeOf(header: GgufFileInfo): number {
  const tokens: unknown = header.metadata.tokenizer?.ggml?.tokens;
  return Array.isArray(tokens) ? tokens.length : 0;
}

function architectureOf({metadata}: GgufFileInfo): string {
  return metadata.general?.architecture ?? "";
}

/** The metadata under the architecture's own name (`llama.context_length` and its like). */
function ownMetadata(header: GgufFileInfo): Readonly<Record<string, unknown>> {
  const own = (header.metadata as Record<string, unknown>)[architectureOf(header)];
  return typeof own === "object" && own !== null ? (own as Record<string, unknown>) : {};
}
