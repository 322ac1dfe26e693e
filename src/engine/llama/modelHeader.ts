import type {GgufFileInfo} from "node-llama-cpp";
import {automaticContextLimit, type ModelSpec} from "../api";

/** Architectures that have no next token to predict (llama.cpp: encoder-only). */
const encoderOnly = new Set([
  "bert",
  "modern-bert",
  "nomic-bert",
  "nomic-bert-moe",
  "neo-bert",
  "jina-bert-v2",
  "jina-bert-v3",
  "eurobert",
  "gemma-embedding",
  "t5encoder"
]);

/** Whether a model predicts tokens: it can be scored, and can complete. */
export function generates(header: GgufFileInfo): boolean {
  if (encoderOnly.has(header.metadata.general?.architecture ?? "")) return false;
  const {pooling_type: pooling, attention} = ownMetadata(header) as {
    pooling_type?: unknown;
    attention?: {causal?: unknown};
  };
  // A pooled model (1 mean, 2 CLS, 3 last, 4 rank) was trained to give one vector for a text.
  return attention?.causal !== false && !(typeof pooling === "number" && pooling > 0);
}

/** Tokens of context as run. */
export function contextSizeOf(header: GgufFileInfo, {contextSize}: ModelSpec): number {
  if (contextSize > 0) return contextSize;
  // Not model.trainContextSize: it is 0 while only the vocabulary is loaded.
  const trained = ownMetadata(header)["context_length"];
  return typeof trained === "number" && trained > 1 ? Math.min(trained, automaticContextLimit) : automaticContextLimit;
}

/** Tokens in the vocabulary; 0 where the header lists none. */
export function vocabularySizeOf(header: GgufFileInfo): number {
  const tokens: unknown = header.metadata.tokenizer?.ggml?.tokens;
  return Array.isArray(tokens) ? tokens.length : 0;
}

/** The metadata under the architecture's own name (`llama.context_length` and its like). */
function ownMetadata({metadata}: GgufFileInfo): Readonly<Record<string, unknown>> {
  const own = (metadata as Record<string, unknown>)[metadata.general?.architecture ?? ""];
  return typeof own === "object" && own !== null ? (own as Record<string, unknown>) : {};
}
