/** A GGUF file with any keys, and tensors of zeros. Follows llama.cpp's `gguf.h`, not our reader. */
export interface MadeUpGguf {
  readonly version?: number;
  readonly entries?: readonly (readonly [key: string, value: GgufValue])[];
  readonly tensors?: readonly MadeUpTensor[];
}

export interface MadeUpTensor {
  readonly name: string;
  readonly dimensions: readonly number[];
  /** The type's number in `ggml.h`. Default: F32. */
  readonly type?: number;
  readonly offset?: number;
}

export type GgufValue =
  | {readonly type: Exclude<keyof typeof types, "array" | "string" | "bool">; readonly value: number | bigint}
  | {readonly type: "bool"; readonly value: boolean}
  | {readonly type: "string"; readonly value: string | Uint8Array}
  | {readonly type: "array"; readonly of: keyof typeof types; readonly values: readonly GgufValue[]};

const types = {
  uint8: 0,
  int8: 1,
  uint16: 2,
  int16: 3,
  uint32: 4,
  int32: 5,
  float32: 6,
  bool: 7,
  string: 8,
  array: 9,
  uint64: 10,
  int64: 11,
  float64: 12
};

export function ggufFile({version = 3, entries = [], tensors = []}: MadeUpGguf): Buffer {
  const header = Buffer.concat([
    Buffer.from("GGUF"),
    uint32(version),
    uint64(tensors.length),
    uint64(entries.length),
    ...entries.flatMap(([key, value]) => [string(key), uint32(types[value.type]), bytesOf(value)]),
    ...tensors.flatMap(({name, dimensions, type = 0, offset = 0}) => [
      string(name),
      uint32(dimensions.length),
      ...dimensions.map(uint64),
      uint32(type),
      uint64(offset)
    ])
  ]);
  return Buffer.concat([header, Buffer.alloc((32 - (header.length % 32)) % 32)]);
}

export const text = (value: string | Uint8Array): GgufValue => ({type: "string", value});
export const uint = (value: number): GgufValue => ({type: "uint32", value});
export const texts = (values: readonly string[]): GgufValue => ({
  type: "array",
  of: "string",
  values: values.map(text)
});
export const uints = (values: readonly number[]): GgufValue => ({
  type: "array",
  of: "uint32",
  values: values.map(uint)
});

function bytesOf(entry: GgufValue): Buffer {
  if (entry.type === "string") return string(entry.value);
  if (entry.type === "array")
    return Buffer.concat([uint32(types[entry.of]), uint64(entry.values.length), ...entry.values.map(bytesOf)]);
  const bytes = Buffer.alloc(8);
  switch (entry.type) {
    case "uint8":
      return bytes.subarray(0, bytes.writeUInt8(Number(entry.value)));
    case "bool":
      return bytes.subarray(0, bytes.writeUInt8(entry.value ? 1 : 0));
    case "int8":
      return bytes.subarray(0, bytes.writeInt8(Number(entry.value)));
    case "uint16":
      return bytes.subarray(0, bytes.writeUInt16LE(Number(entry.value)));
    case "int16":
      return bytes.subarray(0, bytes.writeInt16LE(Number(entry.value)));
    case "uint32":
      return uint32(Number(entry.value));
    case "int32":
      return bytes.subarray(0, bytes.writeInt32LE(Number(entry.value)));
    case "float32":
      return bytes.subarray(0, bytes.writeFloatLE(Number(entry.value)));
    case "uint64":
      return uint64(entry.value);
    case "int64":
      return bytes.subarray(0, bytes.writeBigInt64LE(BigInt(entry.value)));
    case "float64":
      return bytes.subarray(0, bytes.writeDoubleLE(Number(entry.value)));
  }
}

function string(value: string | Uint8Array): Buffer {
  const bytes = Buffer.from(value as string);
  return Buffer.concat([uint64(bytes.length), bytes]);
}

function uint32(value: number): Buffer {
  const bytes = Buffer.alloc(4);
  bytes.writeUInt32LE(value);
  return bytes;
}

function uint64(value: number | bigint): Buffer {
  const bytes = Buffer.alloc(8);
  bytes.writeBigUInt64LE(BigInt(value));
  return bytes;
}
