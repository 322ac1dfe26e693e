import * as v from "valibot";
import type {Hello} from "../../contract/webview";
import {copyTargets} from "../../sampling/copySettings";
import {type SamplerName, type SamplerSettings, samplerNames} from "../../sampling/settings";
import {parsed, wholeNumber} from "../../text/guard";
import {
  drawCounts,
  type FromView,
  maxSeed,
  type NextOptions,
  protocolVersion,
  shownTokens,
  tableFormats
} from "./protocol";

/** Far above any sensible value; the engine checks again. */
const maxCount = 999_999_999;

const share = numberFrom(0, 1);
const count = v.pipe(numberFrom(0, maxCount), v.integer());
const lookBack = v.pipe(numberFrom(-1, maxCount), v.integer());
const penalty = numberFrom(-1000, 1000);
const factor = numberFrom(0, 1000);

const eachOnce = v.pipe(
  v.array(v.picklist(samplerNames)),
  v.maxLength(samplerNames.length),
  v.check((names) => new Set(names).size === names.length)
);

export const samplersSchema: v.GenericSchema<unknown, SamplerSettings> = v.object({
  order: eachOnce,
  temperature: factor,
  topK: count,
  topP: share,
  minP: share,
  typicalP: share,
  xtc: v.object({probability: share, threshold: share}),
  penalties: v.object({
    lastTokens: lookBack,
    repeat: numberFrom(0.001, 1000),
    frequency: penalty,
    presence: penalty
  }),
  dry: v.object({
    multiplier: factor,
    base: factor,
    allowedLength: count,
    lastTokens: lookBack,
    breakers: v.pipe(v.array(v.pipe(v.string(), v.maxLength(100))), v.maxLength(100))
  })
});

const options: v.GenericSchema<unknown, NextOptions> = v.pipe(
  v.object({
    samplers: samplersSchema,
    arrangement: v.pipe(eachOnce, v.length(samplerNames.length)),
    draws: v.nullable(v.object({count: v.picklist(drawCounts), seed: v.pipe(wholeNumber, v.maxValue(maxSeed))}))
  }),
  v.check(({samplers, arrangement}) => isInOrder(samplers.order, arrangement))
);

const row = {place: wholeNumber, row: v.pipe(wholeNumber, v.maxValue(shownTokens - 1))};

const message: v.GenericSchema<unknown, FromView | Hello> = v.variant("type", [
  v.object({type: v.picklist(["hello", "ready", "tryAgain", "focusEditor"])}),
  v.object({type: v.literal("setOptions"), options}),
  v.object({type: v.picklist(["insert", "copyToken"]), ...row}),
  v.object({type: v.literal("copyTable"), format: v.picklist(tableFormats)}),
  v.object({type: v.literal("copySettings"), target: v.picklist(copyTargets)})
]);

const viewState = v.object({version: v.literal(protocolVersion)});

/** The message as its type says, or null for anything else. */
export function parseMessage(value: unknown): FromView | Hello | null {
  return parsed(message, value);
}

/** Options that were saved, or null: another version of this extension may have saved them. */
export function parseOptions(value: unknown): NextOptions | null {
  return parsed(options, value);
}

/** Whether a view of this version saved the state. */
export function isViewState(state: unknown): boolean {
  return parsed(viewState, state) !== null;
}

function isInOrder(part: readonly SamplerName[], all: readonly SamplerName[]): boolean {
  return part.every((name, i) => i === 0 || all.indexOf(part[i - 1] as SamplerName) < all.indexOf(name));
}

function numberFrom(min: number, max: number) {
  return v.pipe(v.number(), v.minValue(min), v.maxValue(max));
}
