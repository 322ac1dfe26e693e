import {type GpuChoice, gpuChoices} from "../contract/models";
import {type KvCacheType, kvCacheTypes} from "../gguf/kvCache";
import {type ColourMeasure, colourMeasures} from "../metrics/colourChoice";
import {isBudgetSetting} from "../text/tokenBudget";

/**
 * All settings by their keys in package.json, without "tokenscope.", each with the guard for its values. Default, scope and
 * description stand in package.json alone (test/unit/manifest.test.ts compares them).
 */
export const settingsTable = {
  model: isString,
  completionModel: isString,
  modelFolders: isStrings,
  gpu: isGpuChoice,
  gpuLayers: isLayerCount,
  huggingFaceEndpoint: isString,
  npmRegistry: isWebAddress,
  threads: isInteger(0, 1024),
  contextSize: isInteger(0, 1 << 20),
  kvCache: isKvCacheType,
  selectionContext: isBoolean,
  colorBy: isColourMeasure,
  colorThreshold: isThreshold,
  "heatmap.lineFigures": isBoolean,
  codeLens: isBoolean,
  "logprobs.live": isBoolean,
  budget: isBudgetSetting,
  idleMinutes: isNumber(0, 10_080),
  countOnStart: isBoolean,
  titleButton: isBoolean,
  "inlineCompletion.enabled": isBoolean,
  "inlineCompletion.delay": isInteger(0, 10_000),
  "inlineCompletion.maxTokens": isInteger(1, 1024),
  "inlineCompletion.minConfidence": isNumber(0, 1),
  "inlineCompletion.exclude": isStrings,
  "inlineCompletion.alternatives": isInteger(1, 20)
} satisfies Record<string, (value: unknown) => boolean>;

export type SettingKey = keyof typeof settingsTable;

export type SettingValue<Key extends SettingKey> = (typeof settingsTable)[Key] extends (
  value: unknown
) => value is infer Value
  ? Value
  : never;

function isString(value: unknown): value is string {
  return typeof value === "string";
}

function isWebAddress(value: unknown): value is string {
  return isString(value) && /^\s*https?:\/\//i.test(value);
}

function isStrings(value: unknown): value is readonly string[] {
  return Array.isArray(value) && value.every(isString);
}

function isBoolean(value: unknown): value is boolean {
  return typeof value === "boolean";
}

function isGpuChoice(value: unknown): value is GpuChoice {
  return gpuChoices.some((choice) => choice === value);
}

function isKvCacheType(value: unknown): value is KvCacheType {
  return kvCacheTypes.some((type) => type === value);
}

function isColourMeasure(value: unknown): value is ColourMeasure {
  return colourMeasures.some((measure) => measure === value);
}

/** Null: the measure's own. */
function isThreshold(value: unknown): value is number | null {
  return value === null || isNumber(0, Number.POSITIVE_INFINITY)(value);
}

/** "auto": as many layers as the device's memory holds. */
function isLayerCount(value: unknown): value is number | "auto" {
  return value === "auto" || isInteger(0, 1024)(value);
}

function isNumber(min: number, max: number): (value: unknown) => value is number {
  return (value): value is number => typeof value === "number" && value >= min && value <= max;
}

function isInteger(min: number, max: number): (value: unknown) => value is number {
  return (value): value is number => isNumber(min, max)(value) && Number.isSafeInteger(value);
}
