import * as v from "valibot";
import type {RunningModel} from "../contract/models";
import {restoredSummary, type SavedSums} from "../metrics/savedSums";
import type {Summary} from "../metrics/summary";
import type {Windowing} from "../metrics/windowing";
import {wholeNumber} from "../text/guard";
import {isJsonNumber} from "../text/jsonNumber";

/** Checks of scores that were saved and are read again: another version may have written them, or anyone. */

/** What is shown of the model that made a score. */
export type ScoredModel = Pick<RunningModel, "name" | "file" | "quantization" | "device" | "sha256">;

/** Its other fields stay as they are, for JSON. */
export const scoredModelSchema: v.GenericSchema<unknown, ScoredModel> = v.looseObject({
  name: v.string(),
  file: v.string(),
  quantization: v.string(),
  device: v.string(),
  sha256: v.string()
});

export const windowingSchema: v.GenericSchema<unknown, Windowing> = v.object({
  mode: v.picklist(["document", "llama-perplexity"]),
  bos: v.boolean(),
  window: wholeNumber,
  stride: wholeNumber
});

/** A text's sums (metrics/savedSums.ts), as the summary that follows from them. */
export const summarySchema: v.GenericSchema<unknown, Summary> = v.pipe(
  v.custom<SavedSums>(isSavedSums),
  v.transform(restoredSummary)
);

function isSavedSums(value: unknown): value is SavedSums {
  if (typeof value !== "object" || value === null || Array.isArray(value)) return false;
  const {tokens, scored} = value as SavedSums;
  return v.is(wholeNumber, tokens) && v.is(wholeNumber, scored) && Object.values(value).every(isJsonNumber);
}
