/** The types in which keys and values can be held. The smaller ones round them, so scores differ. */
export const kvCacheTypes = ["f16", "q8_0", "q4_0"] as const;

export type KvCacheType = (typeof kvCacheTypes)[number];

/** The types' numbers in ggml (`ggmlTypes.ts`). */
export const kvCacheNumbers: Readonly<Record<KvCacheType, number>> = {f16: 1, q8_0: 8, q4_0: 2};
