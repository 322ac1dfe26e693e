import {type JsonNumber, jsonNumber, numberOfJson} from "../text/jsonNumber";
import {type Summary, summaryOf, type TextSums} from "./summary";

/** A summary as it is saved in JSON: its sums. Another version may have saved fewer of them, or more. */
export type SavedSums = {readonly [Key in keyof TextSums]?: JsonNumber};

/** Replaces sums that were not saved. The metrics that need them have no value then. */
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

export function savedSums(sums: TextSums): SavedSums {
  return mapSums((key) => jsonNumber(sums[key]));
}

/** Every metric of this version that follows from the saved sums. */
export function restoredSummary(saved: SavedSums): Summary {
  return summaryOf(mapSums((key) => numberOfJson(saved[key] ?? null) ?? unknown[key]) as TextSums);
}

function mapSums<T>(entryOf: (key: keyof TextSums) => T): Record<keyof TextSums, T> {
  const keys = Object.keys(unknown) as (keyof TextSums)[];
  return Object.fromEntries(keys.map((key) => [key, entryOf(key)] as const)) as Record<keyof TextSums, T>;
}
