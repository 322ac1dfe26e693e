import * as l10n from "@vscode/l10n";
import {EngineError} from "../contract/errors";
import type {NextParams, SampleParams} from "../contract/sampling";
import {type SamplerSettings, samplerNames} from "../sampling/settings";

/** A value, and the numbers that it may be. */
interface Range {
  readonly name: string;
  readonly value: number;
  readonly min: number;
  readonly max: number;
  readonly whole?: boolean;
}

/** Far above any sensible value. */
const maxCount = 999_999_999;
const maxPenalty = 1000;

/** Throws EngineError for what can't be asked for. */
export function checkNext({samplers, top, draws}: NextParams): void {
  checkSamplers(samplers);
  checkRange({name: "top", value: top, min: 0, max: maxCount, whole: true});
  if (draws === undefined) return;
  checkRange({name: "draws", value: draws.count, min: 0, max: 10_000_000, whole: true});
  checkSeed(draws.seed);
}

/** Throws EngineError for what can't be asked for. */
export function checkSample({samplers, count, seed, maxTokens}: SampleParams): void {
  checkSamplers(samplers);
  checkRange({name: "count", value: count, min: 1, max: 10_000, whole: true});
  checkRange({name: "maxTokens", value: maxTokens, min: 1, max: maxCount, whole: true});
  checkSeed(seed);
}

function checkSeed(value: number): void {
  checkRange({name: "seed", value, min: 0, max: 2 ** 48, whole: true});
}

function checkSamplers(settings: SamplerSettings): void {
  const {order, temperature, topK, topP, minP, typicalP, xtc, penalties, dry} = settings;
  const known: readonly string[] = samplerNames;
  const unknown = order.find((name, i) => !known.includes(name) || order.indexOf(name) !== i);
  if (unknown !== undefined)
    throw new EngineError(
      "invalidRequest",
      l10n.t(
        'The order of samplers can\'t have "{0}" there: it takes each of {1} once at most.',
        unknown,
        samplerNames.join(", ")
      )
    );
  const share = {min: 0, max: 1};
  const lookBack = {min: -1, max: maxCount, whole: true};
  const penalty = {min: -maxPenalty, max: maxPenalty};
  const ranges: readonly Range[] = [
    {name: "temperature", value: temperature, min: 0, max: maxPenalty},
    {name: "topK", value: topK, min: 0, max: maxCount, whole: true},
    {name: "topP", value: topP, ...share},
    {name: "minP", value: minP, ...share},
    {name: "typicalP", value: typicalP, ...share},
    {name: "xtc.probability", value: xtc.probability, ...share},
    {name: "xtc.threshold", value: xtc.threshold, ...share},
    {name: "penalties.lastTokens", value: penalties.lastTokens, ...lookBack},
    {name: "penalties.repeat", value: penalties.repeat, min: 0.001, max: maxPenalty},
    {name: "penalties.frequency", value: penalties.frequency, ...penalty},
    {name: "penalties.presence", value: penalties.presence, ...penalty},
    {name: "dry.multiplier", value: dry.multiplier, min: 0, max: maxPenalty},
    {name: "dry.base", value: dry.base, min: 0, max: maxPenalty},
    {name: "dry.allowedLength", value: dry.allowedLength, min: 0, max: maxCount, whole: true},
    {name: "dry.lastTokens", value: dry.lastTokens, ...lookBack}
  ];
  for (const range of ranges) checkRange(range);
}

function checkRange({name, value, min, max, whole = false}: Range): void {
  if (value >= min && value <= max && (!whole || Number.isInteger(value))) return;
  throw new EngineError(
    "invalidRequest",
    whole
      ? l10n.t("{0} can't be {1}: choose a whole number from {2} to {3}.", name, value, min, max)
      : l10n.t("{0} can't be {1}: choose a number from {2} to {3}.", name, value, min, max)
  );
}
