import {type ArchitectureKind, architectureKind} from "./architectureKind";
import {displayName} from "./displayName";
import {fileTypeName} from "./fileTypes";
import {elements, ggmlType} from "./ggmlTypes";
import type {GgufHeader, TensorInfo} from "./header";
import {hasInfillTokens} from "./infill";
import {isList} from "./metadata";
import {noModel} from "./refusal";

/** What the header says about a model: enough to list it, to choose it and to estimate its memory. */
export interface ModelFacts {
  /** The model's own name (`general.name`), if it has one. */
  readonly name: string | null;
  readonly architecture: string;
  /** The quantization's usual name ("Q4_K_M"), if it is known. */
  readonly quantization: string | null;
  readonly parameters: number | null;
  /** Tokens of the context it was trained with. */
  readonly contextLength: number | null;
  readonly layers: number | null;
  /** Size of an embedding. */
  readonly embeddingLength: number | null;
  readonly heads: number | null;
  /** Heads with keys and values of their own, per layer; one number if all layers have the same. */
  readonly kvHeads: number | readonly number[] | null;
  readonly keyLength: number | null;
  readonly valueLength: number | null;
  /** All experts, and those used for one token; null for a dense model. */
  readonly experts: {readonly count: number; readonly used: number} | null;
  readonly vocabularySize: number | null;
  readonly licence: string | null;
  /** Bytes of all tensors in all files. */
  readonly tensorBytes: number | null;
  readonly capabilities: FactCapabilities;
}

export interface FactCapabilities {
  /** Predicts a next token. */
  readonly complete: boolean;
  /** Fills in the middle. Null if the vocabulary was not read. */
  readonly infill: boolean | null;
  /** Gives one vector per text. */
  readonly embed: boolean;
}

/**
 * Collects the facts of a model.
 *
 * @param fileBytes Bytes of all files, if known.
 * @param others Headers of a split model's other files. Null if some are not known: the facts that need all tensors are
 * null then.
 */
export function modelFacts(
  header: GgufHeader,
  fileBytes: number | null,
  others: readonly GgufHeader[] | null = []
): ModelFacts {
  const {metadata} = header;
  const architecture = displayName(metadata.get("general.architecture")) ?? "unknown";
  const own = (key: string): unknown => metadata.get(`${architecture}.${key}`);
  const tensors = allTensors(header, others);
  const layers = count(own("block_count"));
  const embeddingLength = count(own("embedding_length"));
  const heads = maxNumber(own("attention.head_count"));
  const headLength = heads === null || embeddingLength === null ? null : Math.floor(embeddingLength / heads);
  const tokens = metadata.get("tokenizer.ggml.tokens");
  return {
    name: displayName(metadata.get("general.name")) ?? null,
    architecture,
    quantization: quantizationOf(metadata.get("general.file_type"), tensors),
    parameters: parametersOf(metadata, tensors),
    contextLength: count(own("context_length")),
    layers,
    embeddingLength,
    heads,
    kvHeads: perLayer(own("attention.head_count_kv"), layers) ?? heads,
    keyLength: count(own("attention.key_length")) ?? headLength,
    valueLength: count(own("attention.value_length")) ?? headLength,
    experts: expertsOf(count(own("expert_count")), count(own("expert_used_count"))),
    vocabularySize: isList(tokens) ? tokens.length : count(own("vocab_size")),
    licence: displayName(metadata.get("general.license.name")) ?? displayName(metadata.get("general.license")) ?? null,
    tensorBytes: bytesOf(header, fileBytes, tensors),
    capabilities: capabilitiesOf(header, headerKind(header, others))
  };
}

/** The kind of a model. `others` as for {@link modelFacts}. */
export function headerKind(header: GgufHeader, others: readonly GgufHeader[] | null = []): ArchitectureKind {
  const architecture = header.metadata.get("general.architecture");
  const own = (key: string): unknown => header.metadata.get(`${architecture}.${key}`);
  return architectureKind({
    architecture: typeof architecture === "string" ? architecture : "",
    poolingType: own("pooling_type"),
    causal: own("attention.causal"),
    predictingLayers: own("nextn_predict_layers"),
    tensors: allTensors(header, others)
  });
}

/** The tensors of all files; null if some are not known. */
function allTensors(header: GgufHeader, others: readonly GgufHeader[] | null): readonly TensorInfo[] | null {
  const parts = count(header.metadata.get("split.count")) ?? 1;
  const headers = [header, ...(others ?? [])];
  if (others === null || headers.length < parts) return null;
  // A damaged header may list only some of its tensors.
  if (headers.some(({tensors, tensorCount}) => tensors === null || tensors.length < tensorCount)) return null;
  return headers.flatMap(({tensors}) => tensors ?? []);
}

function quantizationOf(fileType: unknown, tensors: readonly TensorInfo[] | null): string | null {
  return (typeof fileType === "number" ? fileTypeName(fileType) : undefined) ?? dominantType(tensors ?? []) ?? null;
}

/** The type of most of the numbers. */
function dominantType(tensors: readonly TensorInfo[]): string | undefined {
  const numbers = new Map<number, number>();
  for (const {type, dimensions} of tensors) numbers.set(type, (numbers.get(type) ?? 0) + elements(dimensions));
  const [dominant] = [...numbers].sort(([, a], [, b]) => b - a);
  return dominant === undefined ? undefined : ggmlType(dominant[0])?.name;
}

function parametersOf(metadata: GgufHeader["metadata"], tensors: readonly TensorInfo[] | null): number | null {
  if (tensors !== null && tensors.length > 0)
    return count(tensors.reduce((sum, {dimensions}) => sum + elements(dimensions), 0));
  return count(metadata.get("general.parameter_count")) ?? fromSizeLabel(metadata.get("general.size_label"));
}

const thousands: Readonly<Record<string, number>> = {K: 1e3, M: 1e6, B: 1e9, T: 1e12};

/** Parses "1.5B", "8x7B" (eight experts) and "30B-A3B" (the first number is the total). */
function fromSizeLabel(value: unknown): number | null {
  if (typeof value !== "string") return null;
  const found = /^(?:(\d{1,4})x)?(\d{1,6}(?:\.\d{1,6})?)([KMBT])(?![a-z])/i.exec(value);
  if (found === null) return null;
  const [, experts = "1", size, unit = ""] = found;
  return Math.round(Number(experts) * Number(size) * (thousands[unit.toUpperCase()] ?? 1));
}

function expertsOf(all: number | null, used: number | null): ModelFacts["experts"] {
  return all === null || all === 0 ? null : {count: all, used: used ?? all};
}

/** If not all tensors are known, the files' bytes: the headers are a small part of them. */
function bytesOf(header: GgufHeader, fileBytes: number | null, tensors: readonly TensorInfo[] | null): number | null {
  if (header.dataOffset === null) return null;
  const bytes = tensors?.reduce<number | null>((sum, one) => (sum === null ? null : addOrNull(sum, one.bytes)), 0);
  return bytes ?? (fileBytes === null ? null : Math.max(0, fileBytes - header.dataOffset));
}

function addOrNull(sum: number, bytes: number | null): number | null {
  return bytes === null ? null : count(sum + bytes);
}

function capabilitiesOf(header: GgufHeader, purpose: ArchitectureKind): FactCapabilities {
  if (noModel(header) !== null) return {complete: false, infill: false, embed: false};
  const complete = purpose === "generates";
  return {complete, infill: complete ? hasInfillTokens(header) : false, embed: purpose === "embeds"};
}

/** The value if it is a count. */
function count(value: unknown): number | null {
  return typeof value === "number" && Number.isSafeInteger(value) && value >= 0 ? value : null;
}

/** A number above 0, or the largest of a list with one number per layer. */
function maxNumber(value: unknown): number | null {
  const numbers = isList(value) ? value.items.map(count) : [count(value)];
  const max = numbers.reduce<number>((largest, number) => Math.max(largest, number ?? 0), 0);
  return max === 0 ? null : max;
}

/** One number, or one per layer if they differ. */
function perLayer(value: unknown, layers: number | null): number | readonly number[] | null {
  if (!isList(value)) return count(value);
  const numbers = value.items.map(count).filter((number) => number !== null);
  if (numbers.length !== value.length || (layers !== null && numbers.length < layers)) return null;
  const [first] = numbers;
  return first !== undefined && numbers.every((number) => number === first) ? first : numbers;
}
