/**
 * Takes a good GGUF file apart, so that any part can be changed, and puts it together again, well-formed or not.
 * Follows llama.cpp's `gguf.h`, not our reader.
 */
export interface GgufParts {
  readonly version: number;
  readonly entries: readonly Entry[];
  readonly tensors: readonly Tensor[];
  /** The tensors' bytes. */
  readonly data: Buffer;
}

export interface Entry {
  readonly key: Buffer;
  readonly type: number;
  /** The bytes in the file: a string starts with its length, a list with the type and number of its items. */
  readonly value: Buffer;
}

export interface Tensor {
  readonly name: Buffer;
  readonly dimensions: readonly bigint[];
  readonly type: number;
  readonly offset: bigint;
}

/** The offset of a number in the file that is a count, a length or a type. */
export interface Field {
  readonly kind: "length" | "type";
  readonly offset: number;
}

export const valueTypes = {uint32: 4, int32: 5, float32: 6, bool: 7, string: 8, array: 9, uint64: 10, float64: 12};

/** The size of a scalar by type number. Strings and lists have none. */
const sizes = [1, 1, 2, 2, 4, 4, 4, 1, undefined, undefined, 8, 8, 8];

const alignment = 32;

export function takeApart(
  bytes: Buffer
): GgufParts & {readonly fields: readonly Field[]; readonly headerBytes: number} {
  const fields: Field[] = [
    {kind: "length", offset: 8},
    {kind: "length", offset: 16}
  ];
  let at = 24;
  const length = (): number => {
    fields.push({kind: "length", offset: at});
    at += 8;
    return Number(bytes.readBigUInt64LE(at - 8));
  };
  const type = (): number => {
    fields.push({kind: "type", offset: at});
    at += 4;
    return bytes.readUInt32LE(at - 4);
  };
  const string = (): Buffer => {
    const size = length();
    at += size;
    return bytes.subarray(at - size, at);
  };
  const pass = (of: number): void => {
    if (of === valueTypes.string) string();
    else at += sizes[of] ?? 0;
  };
  const entries = Array.from({length: Number(bytes.readBigUInt64LE(16))}, (): Entry => {
    const key = string();
    const of = type();
    const from = at;
    if (of === valueTypes.array) {
      const items = type();
      const count = length();
      const known = fields.length;
      for (let i = 0; i < count; i++) pass(items);
      // A few of a hundred thousand string lengths are enough.
      if (fields.length > known + 20) fields.length = known + 20;
    } else pass(of);
    return {key, type: of, value: bytes.subarray(from, at)};
  });
  const tensors = Array.from({length: Number(bytes.readBigUInt64LE(8))}, (): Tensor => {
    const name = string();
    const rank = type();
    const dimensions = Array.from({length: rank}, () => BigInt(length()));
    const of = type();
    return {name, dimensions, type: of, offset: BigInt(length())};
  });
  const headerBytes = at;
  const data = bytes.subarray(Math.ceil(at / alignment) * alignment);
  return {version: bytes.readUInt32LE(4), entries, tensors, data, fields, headerBytes};
}

export function reassemble({version, entries, tensors, data}: GgufParts): Buffer {
  const header = Buffer.concat([
    Buffer.from("GGUF"),
    uint32(version),
    uint64(tensors.length),
    uint64(entries.length),
    ...entries.flatMap(({key, type, value}) => [uint64(key.length), key, uint32(type), value]),
    ...tensors.flatMap(({name, dimensions, type, offset}) => [
      uint64(name.length),
      name,
      uint32(dimensions.length),
      ...dimensions.map(uint64),
      uint32(type),
      uint64(offset)
    ])
  ]);
  return Buffer.concat([header, Buffer.alloc((alignment - (header.length % alignment)) % alignment), data]);
}

export function uint32(value: number): Buffer {
  const bytes = Buffer.alloc(4);
  bytes.writeUInt32LE(value);
  return bytes;
}

export function uint64(value: number | bigint): Buffer {
  const bytes = Buffer.alloc(8);
  bytes.writeBigUInt64LE(BigInt.asUintN(64, BigInt(value)));
  return bytes;
}

export function float32(value: number): Buffer {
  const bytes = Buffer.alloc(4);
  bytes.writeFloatLE(value);
  return bytes;
}

export function string(text: string | Buffer): Buffer {
  const bytes = Buffer.from(text as string);
  return Buffer.concat([uint64(bytes.length), bytes]);
}

export function strings(items: readonly (string | Buffer)[]): Buffer {
  return Buffer.concat([uint32(valueTypes.string), uint64(items.length), ...items.map(string)]);
}

/** The items of a list of strings. */
export function itemsOf(value: Buffer): Buffer[] {
  const count = Number(value.readBigUInt64LE(4));
  let at = 12;
  return Array.from({length: count}, () => {
    const size = Number(value.readBigUInt64LE(at));
    at += 8 + size;
    return value.subarray(at - size, at);
  });
}
