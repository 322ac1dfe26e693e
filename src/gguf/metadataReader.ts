import type {Keeper} from "./headerBudget";
import {damaged, type Input} from "./headerReader";
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
export async function readEntry(input: Input, keeper: Keeper, key: string): Promise<MetadataValue> {
  const type = await readType(input);
  if (partKeys.has(key) && type !== "uint16") throw damaged();
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
  // llama.cpp refuses lists of lists.
  if (itemType === "array") throw damaged();
  const items: MetadataScalar[] = [];
  const found = new Set<string>();
  keeper.keep(0);
  if (itemType === "string") {
    if (length * 8 > input.remaining) throw damaged();
    const marks = key === "tokenizer.ggml.tokens" ? placeMarkTexts : undefined;
    await readStrings(input, keeper, length, items, marks, found);
  } else {
    const bytes = sizes[itemType];
    if (length * bytes > input.remaining) throw damaged();
    const kept = Math.min(length, maxItems);
    await input.need(kept * bytes);
    for (let i = 0; i < kept; i++) items.push(await readScalar(input, itemType, 0));
    // A 64-bit value may be a bigint, which takes more memory.
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

/** Fast check by the bytes: every mark begins with `<` or `▁<` and has at most 32 of them. */
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

/** The next string, of which at most `limit` bytes are kept. */
export async function readText(input: Input, limit: number): Promise<string | CutString> {
  await input.need(8);
  const bytes = input.count();
  if (bytes > input.remaining) throw damaged();
  const kept = Math.min(bytes, limit);
  await input.need(kept);
  const taken = input.take(kept);
  if (kept === bytes) return lossy.decode(taken);
  input.skip(bytes - kept);
  // Streaming leaves out a character that is cut in two.
  return {kind: "cut", text: new TextDecoder("utf-8", {ignoreBOM: true}).decode(taken, {stream: true}), bytes};
}

function keepValue(keeper: Keeper, value: MetadataScalar): void {
  if (typeof value === "string") keeper.keep(value.length * 2);
  else if (typeof value === "object") keeper.keep(value.text.length * 2);
  else keeper.keep(8);
}
