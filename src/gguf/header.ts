import * as l10n from "@vscode/l10n";
import type {ByteSource} from "./byteSource";
import {tensorBytes} from "./ggmlTypes";
import {GgufError} from "./ggufError";
import {HeaderBudget, Keeper, maxHeaderLength} from "./headerBudget";
import {isList, markTexts} from "./infill";
import {damaged, Input, notGguf} from "./input";

/** What stands in front of a GGUF file's tensors. */
export interface GgufHeader {
  readonly version: number;
  /**
   * By key, in the file's order. What is large is only kept in part. Without the rest where the reading was `brief`; of a
   * model's files behind the first only which part each is (see {@link ReadOptions.budget}).
   */
  readonly metadata: ReadonlyMap<string, MetadataValue>;
  /** Items of all lists in the metadata, kept or not. */
  readonly listItems: number;
  /** Null where the reading was `brief`. */
  readonly tensors: readonly TensorInfo[] | null;
  /** Where the tensors' bytes begin in the file; null where the reading was `brief`. */
  readonly dataOffset: number | null;
  readonly tensorCount: number;
}

export type MetadataScalar = number | bigint | boolean | string | CutString;
export type MetadataValue = MetadataScalar | MetadataArray;

/** The beginning of a string that is too long to be kept. */
export interface CutString {
  readonly kind: "cut";
  readonly text: string;
  /** UTF-8 bytes of all of it. */
  readonly bytes: number;
}

export interface MetadataArray {
  readonly kind: "array";
  readonly itemType: ValueType;
  readonly length: number;
  /** The first ones. */
  readonly items: readonly MetadataScalar[];
  /** Where the items begin in the file: {@link stringsAt} reads more of them. */
  readonly offset: number;
  /** Of a vocabulary: which texts that mark a place to fill in are tokens of it. */
  readonly infillTexts: ReadonlySet<string>;
}

export interface TensorInfo {
  readonly name: string;
  readonly dimensions: readonly number[];
  /** A number of ggmlTypes.ts. */
  readonly type: number;
  /** From {@link GgufHeader.dataOffset}. */
  readonly offset: number;
  /** Null for a type that isn't known. */
  readonly bytes: number | null;
}

export interface ReadOptions {
  /** `brief` ends before the vocabulary (the first key under `tokenizer.`), which is most of a header. Default: `whole`. */
  readonly depth?: "brief" | "whole";
  readonly signal?: AbortSignal;
  /**
   * For a model in several files: one for all of them, which are read the first one first. Of the others the metadata is
   * looked through and not kept: all that says what the model is stands in the first.
   */
  readonly budget?: HeaderBudget;
}

/** Bytes of a value's text that are kept. Chat templates have up to some 30,000. */
const maxTextLength = 1 << 16;
/** The same in a list. */
const maxItemLength = 1 << 10;
/** Items of a list that are kept: per-layer lists entirely. */
const maxItems = 1024;
/** Bytes of a key (the format's limit) or of a tensor's name. */
const maxKeyLength = (1 << 16) - 1;
/** llama.cpp's GGML_MAX_DIMS. */
const maxDimensions = 4;

/** Where they are of another type, node-llama-cpp does not refuse the file but ends the process. */
const partNumbers: ReadonlySet<string> = new Set(["split.no", "split.count"]);

const firstBytes = 24;

/** What is above is no version but damage: there have been three. */
const maxVersion = 255;

const valueTypes = [
  "uint8",
  "int8",
  "uint16",
  "int16",
  "uint32",
  "int32",
  "float32",
  "bool",
  "string",
  "array",
  "uint64",
  "int64",
  "float64"
] as const;
export type ValueType = (typeof valueTypes)[number];

const sizes: Readonly<Record<Exclude<ValueType, "string" | "array">, number>> = {
  uint8: 1,
  int8: 1,
  uint16: 2,
  int16: 2,
  uint32: 4,
  int32: 4,
  float32: 4,
  bool: 1,
  uint64: 8,
  int64: 8,
  float64: 8
};

const strict = new TextDecoder("utf-8", {fatal: true, ignoreBOM: true});
const lossy = new TextDecoder("utf-8", {ignoreBOM: true});
/** A character for each byte. */
const bytewise = new TextDecoder("latin1");

/**
 * Reads a GGUF file's header, versions 2 and 3, as far as asked for and no further. Throws a {@link GgufError} for
 * whatever is none: nothing in the file decides how much memory is taken. Names are valid UTF-8; in values what isn't is
 * U+FFFD.
 */
export async function readHeader(source: ByteSource, options: ReadOptions = {}): Promise<GgufHeader> {
  const {header, problem} = await readPossible(source, options);
  if (problem !== null) throw problem;
  return header;
}

/**
 * As {@link readHeader}, but of a damaged header it gives what stands before the damage. Throws only for what is no GGUF
 * of a known version at all.
 */
export async function readPossible(
  source: ByteSource,
  {depth = "whole", signal, budget = new HeaderBudget()}: ReadOptions = {}
): Promise<{readonly header: GgufHeader; readonly problem: GgufError | null}> {
  const input = new Input(source, 0, budget.bytesLeft, signal);
  const version = await readVersion(source, input);
  const isFirst = budget.begin();
  const tensorCount = input.count();
  const metadata = new Map<string, MetadataValue>();
  const tensors: TensorInfo[] = [];
  const known = (more: Partial<GgufHeader>): GgufHeader => ({
    version,
    metadata: isFirst ? metadata : partOf(metadata),
    listItems: itemsOf(metadata),
    tensors: null,
    dataOffset: null,
    tensorCount,
    ...more
  });
  try {
    const isWhole = await readMetadata(input, budget, isFirst ? budget.keeper : new Keeper(), metadata, depth);
    if (!isWhole) return {header: known({}), problem: null};
    const alignment = metadata.get("general.alignment") ?? 32;
    if (typeof alignment !== "number" || alignment <= 0 || (alignment & (alignment - 1)) !== 0) throw damaged();
    await readTensors(input, budget, tensorCount, tensors);
    const dataOffset = Math.ceil(input.position / alignment) * alignment;
    return {header: known({tensors, dataOffset}), problem: null};
  } catch (error) {
    if (!(error instanceof GgufError)) throw error;
    return {header: known({tensors: tensors.length > 0 ? tensors : null}), problem: error};
  } finally {
    budget.pass(input.position);
  }
}

/** Which of a model's files it is. */
function partOf(metadata: GgufHeader["metadata"]): GgufHeader["metadata"] {
  return new Map([...metadata].filter(([key]) => partNumbers.has(key)));
}

function itemsOf(metadata: GgufHeader["metadata"]): number {
  let items = 0;
  for (const value of metadata.values()) if (isList(value)) items += value.length;
  return items;
}

/** False where it was ended before the tensors, as a brief reading is. */
async function readMetadata(
  input: Input,
  budget: HeaderBudget,
  keeper: Keeper,
  metadata: Map<string, MetadataValue>,
  depth: "brief" | "whole"
): Promise<boolean> {
  const entryCount = input.count();
  for (let i = 0; i < entryCount; i++) {
    budget.addEntry();
    const key = await readName(input, keeper);
    if (key === "" || metadata.has(key)) throw damaged();
    if (depth === "brief" && key.startsWith("tokenizer.")) return false;
    metadata.set(key, await readEntry(input, keeper, key));
  }
  return depth === "whole";
}

/** Bytes that a file lacks of its last tensor: more than 0 where it is the beginning of a download. */
export function missingBytes({tensors, dataOffset}: GgufHeader, fileBytes: number): number {
  if (tensors === null || dataOffset === null) return 0;
  const end = tensors.reduce((furthest, {offset, bytes}) => Math.max(furthest, offset + (bytes ?? 0)), 0);
  return Math.max(0, dataOffset + end - fileBytes);
}

/** Texts of a list of strings by index: the tokens with these ids, say. Reads the list up to the last of them. */
export async function stringsAt(
  source: ByteSource,
  array: MetadataArray,
  indices: Iterable<number>,
  signal?: AbortSignal
): Promise<ReadonlyMap<number, string>> {
  const wanted = new Set(indices);
  const texts = new Map<number, string>();
  if (array.itemType !== "string") return texts;
  const last = [...wanted].reduce((most, index) => Math.max(most, index), -1);
  const input = new Input(source, array.offset, maxHeaderLength, signal);
  const end = Math.min(array.length, last + 1);
  for (let i = 0; i < end; i++) {
    const from = i;
    i += input.passStrings(end - from, (passed) => wanted.has(from + passed));
    if (i >= end) break;
    const text = await readText(input, maxItemLength);
    if (wanted.has(i)) texts.set(i, textOf(text));
  }
  return texts;
}

/**
 * A string that a list has twice, as llama.cpp reads them: up to the first NUL. Null where there is none. Empty ones don't
 * count, nor do those of 64 KB and more. Takes 16 bytes of memory for each.
 */
export async function repeatedString(
  source: ByteSource,
  array: MetadataArray,
  signal?: AbortSignal
): Promise<string | null> {
  if (array.itemType !== "string") return null;
  const digests = new Float64Array(array.length);
  await seeStrings(source, array, signal, (i, string) => {
    digests[i] = digest(upToNul(string));
  });
  const sorted = digests.slice().sort();
  const repeated = new Set(sorted.filter((one, i) => one !== 0 && one === sorted[i - 1]));
  if (repeated.size === 0) return null;
  // Different strings may have the same digest.
  const seen = new Set<string>();
  let found: string | null = null;
  await seeStrings(source, array, signal, (i, string) => {
    if (found !== null || !repeated.has(digests[i] ?? 0)) return;
    const text = bytewise.decode(upToNul(string));
    if (seen.has(text)) found = lossy.decode(upToNul(string).slice(0, maxItemLength));
    seen.add(text);
  });
  return found;
}

function upToNul(string: Uint8Array): Uint8Array {
  const end = string.indexOf(0);
  return end < 0 ? string : string.subarray(0, end);
}

/** Shows a list's strings, but for some that are longer than the shortest window. */
async function seeStrings(
  source: ByteSource,
  array: MetadataArray,
  signal: AbortSignal | undefined,
  see: (index: number, string: Uint8Array) => void
): Promise<void> {
  const input = new Input(source, array.offset, maxHeaderLength, signal);
  for (let i = 0; i < array.length; ) {
    // A window that begins with this string.
    await input.need(Math.min(input.available + 1, input.remaining));
    const passed = input.passStrings(array.length - i, (before, bytes, from, to) => {
      see(i + before, bytes.subarray(from, to));
      return false;
    });
    if (passed === 0) await readText(input, 0);
    i += Math.max(1, passed);
  }
}

/** Some 53 bits that tell strings apart, by two ways of FNV-1a; 0 for the empty one. */
function digest(string: Uint8Array): number {
  if (string.length === 0) return 0;
  let a = 0x811c9dc5;
  let b = 0x050c5d1f;
  for (const byte of string) {
    a = Math.imul(a ^ byte, 0x01000193);
    b = Math.imul(b ^ byte, 0x01000193) ^ (a >>> 15);
  }
  return (a >>> 0) * 2 ** 21 + (b >>> 11) + 1;
}

/** A kept string, or as much of it as was kept. */
export function textOf(value: string | CutString): string {
  return typeof value === "string" ? value : value.text;
}

/** Reads no more than a file's first bytes. Throws a {@link GgufError} for what is no GGUF of a known version. */
export async function readVersion(
  source: ByteSource,
  input = new Input(source, 0, firstBytes, undefined)
): Promise<number> {
  await input.need(Math.min(firstBytes, source.size));
  const magic = bytewise.decode(input.take(4));
  if (magic !== "GGUF") throw notGguf(magic + bytewise.decode(input.take(firstBytes - 4)));
  if (source.size < firstBytes) throw damaged();
  const version = input.uint32();
  // As llama.cpp tells them: the bytes of a small number in the other order.
  if (version !== 0 && (version & 0xffff) === 0)
    throw new GgufError("otherVersion", (file) =>
      l10n.t('"{0}" was made for processors with the other byte order (big endian): choose another file of it.', file)
    );
  if (version < 1 || version > maxVersion) throw damaged();
  if (version < 2)
    throw new GgufError("otherVersion", (file) =>
      l10n.t(
        '"{0}" is a GGUF file of version {1}, which llama.cpp reads no more: choose a newer file of this model.',
        file,
        version
      )
    );
  if (version > 3)
    throw new GgufError("otherVersion", (file) =>
      l10n.t(
        '"{0}" is a GGUF file of version {1}, newer than this version knows: choose another file of this model, or a newer version of Tokenscope.',
        file,
        version
      )
    );
  return version;
}

async function readName(input: Input, keeper: Keeper): Promise<string> {
  await input.need(8);
  const bytes = input.count();
  if (bytes > maxKeyLength) throw damaged();
  keeper.keep(bytes);
  await input.need(bytes);
  try {
    return strict.decode(input.take(bytes));
  } catch {
    throw damaged();
  }
}

async function readEntry(input: Input, keeper: Keeper, key: string): Promise<MetadataValue> {
  const type = await readType(input);
  if (partNumbers.has(key) && type !== "uint16") throw damaged();
  if (type === "array") return await readArray(input, keeper, key);
  const value = await readScalar(input, type, maxTextLength);
  keepValue(keeper, value);
  return value;
}

async function readType(input: Input): Promise<ValueType> {
  await input.need(4);
  const type = valueTypes[input.uint32()];
  if (type === undefined) throw damaged();
  return type;
}

async function readArray(input: Input, keeper: Keeper, key: string): Promise<MetadataArray> {
  const itemType = await readType(input);
  await input.need(8);
  const length = input.count();
  const offset = input.position;
  // A list of lists: nobody writes them, and llama.cpp refuses them.
  if (itemType === "array") throw damaged();
  const items: MetadataScalar[] = [];
  const found = new Set<string>();
  keeper.keep(0);
  if (itemType === "string") {
    if (length * 8 > input.remaining) throw damaged();
    const marks = key === "tokenizer.ggml.tokens" ? markTexts : undefined;
    await readStrings(input, keeper, length, items, marks, found);
  } else {
    const bytes = sizes[itemType];
    if (length * bytes > input.remaining) throw damaged();
    const kept = Math.min(length, maxItems);
    await input.need(kept * bytes);
    for (let i = 0; i < kept; i++) items.push(await readScalar(input, itemType, 0));
    // What is no number is a bigint, which takes more.
    keeper.keep(kept * (bytes === 8 ? 32 : 8));
    input.skip((length - kept) * bytes);
  }
  return {kind: "array", itemType, length, items, offset, infillTexts: found};
}

async function readStrings(
  input: Input,
  keeper: Keeper,
  length: number,
  items: MetadataScalar[],
  marks: ReadonlySet<string> | undefined,
  found: Set<string>
): Promise<void> {
  for (let i = 0; i < length; i++) {
    if (i >= maxItems)
      i += input.passStrings(length - i, (_, ...string) => marks !== undefined && mayBeMark(...string));
    if (i >= length) break;
    const text = await readText(input, maxItemLength);
    if (typeof text === "string" && marks?.has(text)) found.add(text);
    if (i < maxItems) {
      items.push(text);
      keepValue(keeper, text);
    }
  }
}

/** All marks begin with `<` or `▁<`, and none is longer: few tokens have to be looked at. */
function mayBeMark(bytes: Uint8Array, from: number, to: number): boolean {
  if (to - from > 32) return false;
  return bytes[from] === 0x3c || (bytes[from] === 0xe2 && bytes[from + 3] === 0x3c);
}

async function readScalar(input: Input, type: ValueType, limit: number): Promise<MetadataScalar> {
  if (type === "string") return await readText(input, limit);
  if (type === "array") throw damaged();
  await input.need(sizes[type]);
  switch (type) {
    case "uint8":
      return input.uint8();
    case "int8":
      return input.int8();
    case "uint16":
      return input.uint16();
    case "int16":
      return input.int16();
    case "uint32":
      return input.uint32();
    case "int32":
      return input.int32();
    case "float32":
      return input.float32();
    case "bool":
      return input.uint8() !== 0;
    case "uint64":
      return asNumber(input.uint64());
    case "int64":
      return asNumber(input.int64());
    case "float64":
      return input.float64();
  }
}

function asNumber(value: bigint): number | bigint {
  const number = Number(value);
  return Number.isSafeInteger(number) ? number : value;
}

/** The next string, up to `limit` bytes of it. */
async function readText(input: Input, limit: number): Promise<string | CutString> {
  await input.need(8);
  const bytes = input.count();
  if (bytes > input.remaining) throw damaged();
  const kept = Math.min(bytes, limit);
  await input.need(kept);
  const taken = input.take(kept);
  if (kept === bytes) return lossy.decode(taken);
  input.skip(bytes - kept);
  // Streaming: a character that is cut through is left out.
  return {kind: "cut", text: new TextDecoder("utf-8", {ignoreBOM: true}).decode(taken, {stream: true}), bytes};
}

function keepValue(keeper: Keeper, value: MetadataScalar): void {
  if (typeof value === "string") keeper.keep(value.length * 2);
  else if (typeof value === "object") keeper.keep(value.text.length * 2);
  else keeper.keep(8);
}

/** Into `tensors`, so that they are there where a later one is damaged. */
async function readTensors(input: Input, budget: HeaderBudget, count: number, tensors: TensorInfo[]): Promise<void> {
  const {keeper} = budget;
  const names = new Set<string>();
  for (let i = 0; i < count; i++) {
    budget.addTensor();
    const name = await readName(input, keeper);
    if (names.has(name)) throw damaged();
    names.add(name);
    await input.need(4);
    const rank = input.uint32();
    if (rank > maxDimensions) throw damaged();
    await input.need(rank * 8 + 12);
    const dimensions = Array.from({length: rank}, () => input.count());
    const type = input.uint32();
    const offset = input.count();
    keeper.keep(rank * 8);
    tensors.push({name, dimensions, type, offset, bytes: tensorBytes(type, dimensions)});
  }
}
