/** How a tensor's numbers are stored: in blocks of `blockSize` elements and `blockBytes` bytes. */
export interface GgmlType {
  readonly name: string;
  readonly blockSize: number;
  readonly blockBytes: number;
}

/** By number, as in llama.cpp's `ggml.h` and `gguf-py/gguf/constants.py` (GGML_QUANT_SIZES). */
const ggmlTypes: ReadonlyMap<number, GgmlType> = new Map(
  (
    [
      [0, "F32", 1, 4],
      [1, "F16", 1, 2],
      [2, "Q4_0", 32, 18],
      [3, "Q4_1", 32, 20],
      [6, "Q5_0", 32, 22],
      [7, "Q5_1", 32, 24],
      [8, "Q8_0", 32, 34],
      [9, "Q8_1", 32, 36],
      [10, "Q2_K", 256, 84],
      [11, "Q3_K", 256, 110],
      [12, "Q4_K", 256, 144],
      [13, "Q5_K", 256, 176],
      [14, "Q6_K", 256, 210],
      [15, "Q8_K", 256, 292],
      [16, "IQ2_XXS", 256, 66],
      [17, "IQ2_XS", 256, 74],
      [18, "IQ3_XXS", 256, 98],
      [19, "IQ1_S", 256, 50],
      [20, "IQ4_NL", 32, 18],
      [21, "IQ3_S", 256, 110],
      [22, "IQ2_S", 256, 82],
      [23, "IQ4_XS", 256, 136],
      [24, "I8", 1, 1],
      [25, "I16", 1, 2],
      [26, "I32", 1, 4],
      [27, "I64", 1, 8],
      [28, "F64", 1, 8],
      [29, "IQ1_M", 256, 56],
      [30, "BF16", 1, 2],
      [31, "Q4_0_4_4", 32, 18],
      [32, "Q4_0_4_8", 32, 18],
      [33, "Q4_0_8_8", 32, 18],
      [34, "TQ1_0", 256, 54],
      [35, "TQ2_0", 256, 66],
      [39, "MXFP4", 32, 17],
      [40, "NVFP4", 64, 36],
      [41, "Q1_0", 128, 18],
      [42, "Q2_0", 64, 18]
    ] as const
  ).map(([type, name, blockSize, blockBytes]) => [type, {name, blockSize, blockBytes}])
);

/** The type with this number; undefined if it is unknown. */
export function ggmlType(type: number): GgmlType | undefined {
  return ggmlTypes.get(type);
}

/** Bytes of a tensor; null for an unknown type, or if the number is no safe integer. */
export function tensorBytes(type: number, dimensions: readonly number[]): number | null {
  const known = ggmlTypes.get(type);
  if (known === undefined) return null;
  const bytes = (elements(dimensions) / known.blockSize) * known.blockBytes;
  return bytes <= Number.MAX_SAFE_INTEGER ? Math.ceil(bytes) : null;
}

/** The number of elements of a tensor. */
export function elements(dimensions: readonly (number | bigint)[]): number {
  return dimensions.reduce<number>((product, size) => product * Number(size), 1);
}
