import type {KeptBytes} from "./headerBudget";
import {damaged, type HeaderReader} from "./headerReader";
import {placeMarkTexts} from "./infillTexts";
import {
  type CutString,
  type MetadataArray,
  type MetadataScalar,
  type MetadataValue,
  type ValueType,
  valueTypes
} from "./metadata";

/** Max bytes that are kept of a string value. Chat templates have up to about 30,000. */
const maxTextLength = 1 << 16;
/** Max bytes that are kept of a string in a list. */
export const maxItemLength = 1 << 10;
/** Max items that are kept of a list: enough for a list with one item per layer. */
const maxItems = 1024;

/** With another type than uint16, node-llama-cpp ends the process instead of refusing the file. */
export const partKeys: ReadonlySet<string> = new Set(["split.no", "split.count"]);

/** Bytes of a value. */
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

const lossy = new TextDecoder("utf-8", {ignoreBOM: true});

/** Reads the value of a metadata key. */
export async function readEntry(reader: HeaderReader, memory: KeptBytes, key: string): Promise<MetadataValue> {
  const type = await readType(reader);
  if (partKeys.has(key) && type !== "uint16") throw damaged();
  if (type === "array") return await readArray(reader, memory, key);
  const value = await readScalar(reader, type, maxTextLength);
  keepValue(memory, value);
  return value;
}

async function readType(reader: HeaderReader): Promise<ValueType> {
  await reader.need(4);
  const type = valueTypes[reader.uint32()];
  if (type === undefined) throw damaged();
  return type;
}

async function readArray(reader: HeaderReader, memory: KeptBytes, key: string): Promise<MetadataArray> {
  const itemType = await readType(reader);
  await reader.need(8);
  const length = reader.count();
  const offset = reader.position;
  // llama.cpp refuses lists of lists.
  if (itemType === "array") throw damaged();
  const items: MetadataScalar[] = [];
  const found = new Set<string>();
  memory.keep(0);
  if (itemType === "string") {
    if (length * 8 > reader.remaining) throw damaged();
    const marks = key === "tokenizer.ggml.tokens" ? placeMarkTexts : undefined;
    await readStrings(reader, memory, length, items, marks, found);
  } else {
    const bytes = sizes[itemType];
    if (length * bytes > reader.remaining) throw damaged();
    const kept = Math.min(length, maxItems);
    await reader.need(kept * bytes);
    for (let i = 0; i < kept; i++) items.push(await readScalar(reader, itemType, 0));
    // A 64-bit value may be a bigint, which takes more memory.
    memory.keep(kept * (bytes === 8 ? 32 : 8));
    reader.skip((length - kept) * bytes);
  }
  return {kind: "array", itemType, length, items, offset, infillTexts: found};
}

async function readStrings(
  reader: HeaderReader,
  memory: KeptBytes,
  length: number,
  items: MetadataScalar[],
  marks: ReadonlySet<string> | undefined,
  found: Set<string>
): Promise<void> {
  for (let i = 0; i < length; i++) {
    if (i >= maxItems)
      i += reader.passStrings(length - i, (_, ...string) => marks !== undefined && mayBeMark(...string));
    if (i >= length) break;
    const text = await readText(reader, maxItemLength);
    if (typeof text === "string" && marks?.has(text)) found.add(text);
    if (i < maxItems) {
      items.push(text);
      keepValue(memory, text);
    }
  }
}

/** Fast check by the bytes: every mark begins with `<` or `▁<` and has at most 32 of them. */
function mayBeMark(bytes: Uint8Array, from: number, to: number): boolean {
  if (to - from > 32) return false;
  return bytes[from] === 0x3c || (bytes[from] === 0xe2 && bytes[from + 3] === 0x3c);
}

async function readScalar(reader: HeaderReader, type: ValueType, limit: number): Promise<MetadataScalar> {
  if (type === "string") return await readText(reader, limit);
  if (type === "array") throw damaged();
  await reader.need(sizes[type]);
  switch (type) {
    case "uint8":
      return reader.uint8();
    case "int8":
      return reader.int8();
    case "uint16":
      return reader.uint16();
    case "int16":
      return reader.int16();
    case "uint32":
      return reader.uint32();
    case "int32":
      return reader.int32();
    case "float32":
      return reader.float32();
    case "bool":
      return reader.uint8() !== 0;
    case "uint64":
      return asNumber(reader.uint64());
    case "int64":
      return asNumber(reader.int64());
    case "float64":
      return reader.float64();
  }
}

function asNumber(value: bigint): number | bigint {
  const number = Number(value);
  return Number.isSafeInteger(number) ? number : value;
}

/** The next string, of which at most `limit` bytes are kept. */
export async function readText(reader: HeaderReader, limit: number): Promise<string | CutString> {
  await reader.need(8);
  const bytes = reader.count();
  if (bytes > reader.remaining) throw damaged();
  const kept = Math.min(bytes, limit);
  await reader.need(kept);
  const taken = reader.take(kept);
  if (kept === bytes) return lossy.decode(taken);
  reader.skip(bytes - kept);
  // Streaming leaves out a character that is cut in two.
  return {kind: "cut", text: new TextDecoder("utf-8", {ignoreBOM: true}).decode(taken, {stream: true}), bytes};
}

function keepValue(memory: KeptBytes, value: MetadataScalar): void {
  if (typeof value === "string") memory.keep(value.length * 2);
  else if (typeof value === "object") memory.keep(value.text.length * 2);
  else memory.keep(8);
}
