import {gpuChoices, type ModelRef} from "../../contract/models";
import {isDocumentRange} from "../../host/documents/documentRange";
import {isJsonNumber} from "../../text/jsonNumber";
import {utf8Length} from "../../text/textOffsets";
import {
  type FromView,
  type KeptText,
  protocolVersion,
  type ScoredModel,
  type ScrollAnchor,
  type Source,
  type ViewState
} from "./protocol";

type Fields<T> = {readonly [K in keyof T]?: unknown};

/** The message as its type says, or null for anything else. Token indexes are checked against `tokens`, the count. */
export function readMessage(message: unknown, tokens: number): FromView | null {
  if (!isObject<{type: string; token: number; showing: string | null}>(message)) return null;
  switch (message.type) {
    case "ready":
      return message.showing === null || typeof message.showing === "string"
        ? {type: "ready", showing: message.showing}
        : null;
    case "alternatives":
    case "select":
      return isIndex(message.token, tokens) ? {type: message.type, token: message.token} : null;
    case "hello":
    case "copyJson":
    case "scoreAgain":
    case "cancel":
      return {type: message.type};
    default:
      return null;
  }
}

/** The state of a view of this version, or null: a state may come from another version of this extension. */
export function readViewState(state: unknown): ViewState | null {
  if (!isObject<ViewState>(state) || state.version !== protocolVersion || !isSource(state.source)) return null;
  const scored = isKeptText(state.scored) ? state.scored : null;
  const tokens = scored?.ids.length ?? 0;
  return {
    version: protocolVersion,
    source: state.source,
    scored,
    token: isIndex(state.token, tokens) ? state.token : 0,
    scroll: isAnchor(state.scroll, tokens) ? state.scroll : null
  };
}

export function isKeptText(value: unknown): value is KeptText {
  if (!isObject<KeptText>(value)) return false;
  const {id, text, ids, contextIds, finished, byteEnds, texts, logprobs, spec, model, windowing, summary, warnings} =
    value;
  if (typeof id !== "string" || typeof text !== "string" || !isModel(model) || !isWindowing(windowing)) return false;
  if (!isModelRef(spec)) return false;
  if (!isArrayOf(ids, Number.isInteger) || !isArrayOf(contextIds, Number.isInteger)) return false;
  if (typeof finished !== "boolean") return false;
  return (
    (byteEnds === null
      ? isArrayOf(texts, isString, ids.length)
      : texts === null && isTiling(byteEnds, ids.length, utf8Length(text))) &&
    isArrayOf(logprobs, isJsonNumber, ids.length) &&
    isSummary(summary) &&
    isArrayOf(warnings, isString)
  );
}

function isSource(value: unknown): value is Source {
  if (!isDocumentRange(value)) return false;
  const {title, isSelection} = value as Fields<Source>;
  return typeof title === "string" && typeof isSelection === "boolean";
}

function isModel(value: unknown): value is ScoredModel {
  if (!isObject<ScoredModel>(value)) return false;
  const {name, file, sha256, quantization, device} = value;
  return [name, file, sha256, quantization, device].every(isString);
}

function isModelRef(value: unknown): value is ModelRef {
  if (!isObject<ModelRef>(value)) return false;
  const {kind, path, gpu, gpuLayers, threads, contextSize} = value;
  return (
    kind === "gguf" &&
    isString(path) &&
    gpuChoices.some((choice) => choice === gpu) &&
    (gpuLayers === null || isOffset(gpuLayers)) &&
    isOffset(threads) &&
    isOffset(contextSize)
  );
}

function isWindowing(value: unknown): value is KeptText["windowing"] {
  return (
    isObject<KeptText["windowing"]>(value) &&
    (value.mode === "document" || value.mode === "llama-perplexity") &&
    typeof value.bos === "boolean" &&
    isOffset(value.window) &&
    isOffset(value.stride)
  );
}

function isSummary(value: unknown): value is KeptText["summary"] {
  return (
    isObject<KeptText["summary"]>(value) &&
    [value.tokens, value.scored].every(isOffset) &&
    Object.values(value).every(isJsonNumber)
  );
}

function isAnchor(value: unknown, tokens: number): value is ScrollAnchor {
  return isObject<ScrollAnchor>(value) && isIndex(value.token, tokens) && Number.isFinite(value.offset);
}

/** `count` ends in order, none beyond the text's. */
function isTiling(ends: unknown, count: number, length: number): boolean {
  let previous = 0;
  return isArrayOf(
    ends,
    (end) => {
      const ascends = isOffset(end) && end >= previous && end <= length;
      previous = Number(end);
      return ascends;
    },
    count
  );
}

function isObject<T>(value: unknown): value is Fields<T> {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}

function isArrayOf(value: unknown, is: (item: unknown) => boolean, length?: number): value is unknown[] {
  return Array.isArray(value) && (length === undefined || value.length === length) && value.every(is);
}

function isString(value: unknown): value is string {
  return typeof value === "string";
}

function isOffset(value: unknown): value is number {
  return Number.isSafeInteger(value) && (value as number) >= 0;
}

function isIndex(value: unknown, count: number): value is number {
  return isOffset(value) && value < count;
}
