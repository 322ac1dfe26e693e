import {ggmlType} from "./ggmlTypes";
import {type KvCacheType, kvCacheNumbers} from "./kvCache";

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
