import type {ModelFacts} from "../../gguf/facts";
import {ggmlType} from "../../gguf/ggmlTypes";
import type {GgufHeader, TensorInfo} from "../../gguf/header";
import type {KvCacheType} from "../../gguf/kvCache";
import {estimateMemory, kvCacheOfFacts} from "../../gguf/memory";
import {isList, keptText, type MetadataScalar, type MetadataValue} from "../../gguf/metadata";
import {jsonText} from "../../text/jsonText";
import type {
  ChatTemplate,
  FileSummary,
  Listing,
  MemoryStep,
  MetadataRow,
  ModelDetails,
  ModelPage,
  SpecialToken,
  TensorRow
} from "./protocol";
import {tensorGroups} from "./tensorGroups";

/**
 * Maximum characters in the rows of a table. No known model comes near it, and VS Code serializes a message without a pause.
 */
const maxCharacters = 1 << 19;

/** Maximum characters of a value, and items of a list, that are sent before the view asks for more. */
const maxValueLength = 300;
const maxItemLength = 60;
const maxItems = 8;

/** Maximum characters of a chat template, and number of templates: most models have one, some up to five. */
const maxTemplateLength = 1 << 16;
const maxTemplates = 8;

/** Context lengths that the memory is estimated for. */
const maxSteps = 8;
const minContext = 256;

/** The result of reading a model's files. */
export interface ReadModel {
  readonly file: FileSummary;
  readonly problem: string | null;
  readonly facts: ModelFacts | null;
  /** Header of the first file; null if only facts are known. */
  readonly header: GgufHeader | null;
  /** Tensors of all files. */
  readonly tensors: readonly TensorInfo[];
  /** Texts of the special tokens, by id. */
  readonly tokenTexts: ReadonlyMap<number, string>;
}

/** The page about a model that was read. `kvCache` is the setting. */
export function modelPage(
  {file, problem, facts, header, tensors, tokenTexts}: ReadModel,
  kvCache: KvCacheType
): ModelPage {
  const rows = tensors.map(tensorRow);
  return {
    file,
    problem,
    facts,
    details: header && modelDetails(header, tokenTexts),
    groups: tensorGroups(rows),
    memory: facts === null ? [] : memorySteps(facts, kvCache),
    kvCache: facts === null ? kvCache : kvCacheOfFacts(facts, kvCache),
    metadata: firstOf([...(header?.metadata ?? [])].map(metadataRow), ({key, value}) => key + value),
    tensors: firstOf(rows, ({name}) => name)
  };
}

function firstOf<Row>(rows: readonly Row[], keptText: (row: Row) => string): Listing<Row> {
  let characters = 0;
  const end = rows.findIndex((row) => {
    characters += keptText(row).length;
    return characters > maxCharacters;
  });
  return {rows: end < 0 ? rows : rows.slice(0, end), total: rows.length};
}

function tensorRow({name, type, dimensions, bytes}: TensorInfo): TensorRow {
  return {name, type: ggmlType(type)?.name ?? String(type), dimensions, bytes};
}

function metadataRow([key, value]: readonly [string, MetadataValue]): MetadataRow {
  if (isList(value)) {
    const {itemType, length, items} = value;
    const first = items.slice(0, maxItems).map((item) => beginning(scalarText(item), maxItemLength));
    return {key, itemType, value: first, length, cut: length > first.length};
  }
  const text = scalarText(value);
  const cut = text.length > maxValueLength || isCut(value);
  return {key, itemType: null, value: beginning(text, maxValueLength), length: cut ? bytesOf(value) : null, cut};
}

/** A metadata value in full, as far as the reader kept it: a string as it is, a list as JSON with an item per line. */
export function wholeValue({metadata}: GgufHeader, key: string): {text: string; cut: boolean} | null {
  const value = metadata.get(key);
  if (value === undefined) return null;
  if (!isList(value)) return {text: scalarText(value), cut: isCut(value)};
  const {items, length} = value;
  const lines = items.map((item) => (typeof item === "object" ? `${itemText(item.text)} …` : itemText(item)));
  return {text: lines.join("\n"), cut: items.length < length};
}

function itemText(item: Exclude<MetadataScalar, object>): string {
  return typeof item === "string" ? jsonText(item) : scalarText(item);
}

function scalarText(value: MetadataScalar): string {
  switch (typeof value) {
    case "string":
      return value;
    case "object":
      return value.text;
    case "number":
      return numberText(value);
    default:
      return String(value);
  }
}

/** A float32 with as few digits as tell it from all other float32s. */
function numberText(value: number): string {
  if (Number.isInteger(value) || Math.fround(value) !== value) return String(value);
  for (let digits = 1; digits < 9; digits++) {
    const short = Number(value.toPrecision(digits));
    if (Math.fround(short) === value) return String(short);
  }
  return String(value);
}

function beginning(text: string, longest: number): string {
  // The cut may have split a surrogate pair.
  return text.length <= longest ? text : text.slice(0, longest).replace(/[\ud800-\udbff]$/, "");
}

function isCut(value: MetadataScalar): boolean {
  return typeof value === "object";
}

function bytesOf(value: MetadataScalar): number {
  return typeof value === "object" ? value.bytes : new TextEncoder().encode(scalarText(value)).length;
}

/** Powers of two up to the trained context length, and that length as the last. */
export function memorySteps(facts: ModelFacts, kvCache: KvCacheType): MemoryStep[] {
  const {contextLength} = facts;
  if (contextLength === null || contextLength === 0) return [];
  const sizes = [contextLength];
  for (let size = 2 ** Math.ceil(Math.log2(contextLength) - 1); size >= minContext; size /= 2) sizes.unshift(size);
  return sizes.slice(-maxSteps).flatMap((contextSize) => {
    const parts = estimateMemory(facts, contextSize, kvCache);
    return parts === null ? [] : [{contextSize, ...parts}];
  });
}

/** Matches the key of a special token; its group is the token's role. */
const specialKey = /^tokenizer\.ggml\.(.+)_token_id$/s;
const infillRole = /^(fim_.*|prefix|suffix|middle)$/s;

/** Models have few roles; a hostile file may have any number. */
const maxSpecial = 64;

/** The special tokens in a file's metadata, by role. */
export function specialTokens({metadata}: GgufHeader): {readonly role: string; readonly id: number}[] {
  return [...metadata]
    .flatMap(([key, id]) => {
      const role = specialKey.exec(key)?.[1];
      return role !== undefined && typeof id === "number" && Number.isSafeInteger(id) && id >= 0 ? [{role, id}] : [];
    })
    .slice(0, maxSpecial);
}

function modelDetails(header: GgufHeader, texts: ReadonlyMap<number, string>): ModelDetails {
  const {metadata, version} = header;
  const architecture = textIn(metadata, "general.architecture") ?? "";
  const rope = (key: string) => `${architecture}.rope.${key}`;
  const tokens = specialTokens(header).map(
    ({role, id}): SpecialToken => ({role: beginning(role, maxItemLength), id, text: texts.get(id) ?? null})
  );
  return {
    version,
    rope: {
      dimensions: numberIn(metadata, rope("dimension_count")),
      base: numberIn(metadata, rope("freq_base")),
      scaling: textIn(metadata, rope("scaling.type")),
      factor: numberIn(metadata, rope("scaling.factor")) ?? numberIn(metadata, rope("scale_linear")),
      originalContext: numberIn(metadata, rope("scaling.original_context_length"))
    },
    vocabulary: {
      model: textIn(metadata, "tokenizer.ggml.model"),
      preTokenizer: textIn(metadata, "tokenizer.ggml.pre"),
      addsBos: booleanIn(metadata, "tokenizer.ggml.add_bos_token"),
      addsEos: booleanIn(metadata, "tokenizer.ggml.add_eos_token")
    },
    specialTokens: tokens.filter(({role}) => !infillRole.test(role)),
    infillTokens: tokens.filter(({role}) => infillRole.test(role)),
    chatTemplates: chatTemplates(metadata)
  };
}

function chatTemplates(metadata: GgufHeader["metadata"]): ChatTemplate[] {
  const templates = [...metadata].flatMap(([key, value]) => {
    const name = /^tokenizer\.chat_template(?:\.(.+))?$/s.exec(key);
    if (name === null || (typeof value !== "string" && !isCutString(value))) return [];
    const text = keptText(value);
    const cut = typeof value !== "string" || text.length > maxTemplateLength;
    return [{key, name: name[1] ?? "", text: beginning(text, maxTemplateLength), cut}];
  });
  return templates.slice(0, maxTemplates);
}

function isCutString(value: MetadataValue): value is Extract<MetadataScalar, object> {
  return typeof value === "object" && value.kind === "cut";
}

function textIn(metadata: GgufHeader["metadata"], key: string): string | null {
  const value = metadata.get(key);
  return typeof value === "string" && value !== "" ? beginning(value, maxValueLength) : null;
}

function numberIn(metadata: GgufHeader["metadata"], key: string): number | null {
  const value = metadata.get(key);
  return typeof value === "number" && Number.isFinite(value) ? Number(numberText(value)) : null;
}

function booleanIn(metadata: GgufHeader["metadata"], key: string): boolean | null {
  const value = metadata.get(key);
  return typeof value === "boolean" ? value : null;
}

/** Everything that is known about the model, as JSON in chunks. */
export function* exportJson(page: ModelPage, model: ReadModel): Generator<string> {
  const {file, problem, facts, details, groups, memory, kvCache} = page;
  const known = jsonText({file, problem, facts, details, tensorGroups: groups, memory, kvCache}, 2);
  yield `${known.slice(0, known.lastIndexOf("\n}"))},\n  "metadata": {`;
  let comma = "\n    ";
  for (const [key, value] of model.header?.metadata ?? []) {
    yield `${comma}${jsonText(key)}: ${jsonText(exported(value))}`;
    comma = ",\n    ";
  }
  yield '\n  },\n  "tensors": [';
  comma = "\n    ";
  for (const tensor of model.tensors) {
    yield `${comma}${jsonText(tensorRow(tensor))}`;
    comma = ",\n    ";
  }
  yield "\n  ]\n}\n";
}

function exported(value: MetadataValue): unknown {
  if (isList(value)) {
    const {itemType, length, items} = value;
    return {itemType, length, first: items.map(exported)};
  }
  if (typeof value === "bigint") return String(value);
  return typeof value === "object" ? {first: value.text, bytes: value.bytes} : value;
}
