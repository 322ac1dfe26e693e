import {ggmlType} from "./ggmlTypes";

/** The types in which keys and values can be held. The smaller ones round them, so scores differ. */
export const kvCacheTypes = ["f16", "q8_0", "q4_0"] as const;

export type KvCacheType = (typeof kvCacheTypes)[number];

/** The types' numbers in ggml ({@link ggmlType}). */
export const kvCacheNumbers: Readonly<Record<KvCacheType, number>> = {f16: 1, q8_0: 8, q4_0: 2};

/**
 * The type in which a model's keys and values are held: the wanted one, or F16 where a head's keys or values are not whole blocks
 * of it. llama.cpp makes no context then (`llama_init_from_model`).
 *
 * @param headLengths Numbers in a head's keys, and in its values; null if unknown.
 */
export function possibleKvCache(wanted: KvCacheType, headLengths: readonly (number | null)[]): KvCacheType {
  const {blockSize = 1} = ggmlType(kvCacheNumbers[wanted]) ?? {};
  const wholeBlocks = headLengths.every((length) => length !== null && length > 0 && length % blockSize === 0);
  return wholeBlocks ? wanted : "f16";
}
