import {type JsonNumber, jsonNumber, numberOfJson} from "../text/jsonNumber";
import {type Summary, summaryOf, type TextSums} from "./summary";

/** A summary as JSON keeps it: its sums. Another version may have kept fewer of them, or more. */
export type KeptSums = {readonly [Key in keyof TextSums]?: JsonNumber};

/** What is taken for a sum that was not kept: the metrics that need it have no value. */
const unknown: TextSums = {
  tokens: 0,
  scored: 0,
  nats: Number.NaN,
  squaredDeviations: null,
  top1Hits: null,
  top10Hits: null,
  bytes: null,
  characters: null,
  words: null,
  minK: null,
  reached: 0
};

export function keptSums(sums: TextSums): KeptSums {
  return mapSums((key) => jsonNumber(sums[key]));
}

/** Every metric of this version, as far as it follows from what was kept. */
export function summaryOfKept(kept: KeptSums): Summary {
  return summaryOf(mapSums((key) => numberOfJson(kept[key] ?? null) ?? unknown[key]) as TextSums);
}

function mapSums<T>(entryOf: (key: keyof TextSums) => T): Record<keyof TextSums, T> {
  const keys = Object.keys(unknown) as (keyof TextSums)[];
  return Object.fromEntries(keys.map((key) => [key, entryOf(key)] as const)) as Record<keyof TextSums, T>;
}
