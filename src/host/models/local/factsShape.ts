import type {ModelFacts} from "../../../gguf/facts";

type Check = (value: unknown) => boolean;

const isNumber: Check = (value) => typeof value === "number";
const isText: Check = (value) => typeof value === "string";
const isBoolean: Check = (value) => typeof value === "boolean";
const orNull =
  (check: Check): Check =>
  (value) =>
    value === null || check(value);

const shape: Readonly<Record<keyof ModelFacts, Check>> = {
  name: orNull(isText),
  architecture: isText,
  quantization: orNull(isText),
  parameters: orNull(isNumber),
  contextLength: orNull(isNumber),
  layers: orNull(isNumber),
  embeddingLength: orNull(isNumber),
  heads: orNull(isNumber),
  kvHeads: orNull((value) => isNumber(value) || (Array.isArray(value) && value.every(isNumber))),
  keyLength: orNull(isNumber),
  valueLength: orNull(isNumber),
  experts: orNull((value) => has(value, {count: isNumber, used: isNumber})),
  vocabularySize: orNull(isNumber),
  licence: orNull(isText),
  tensorBytes: orNull(isNumber),
  capabilities: (value) => has(value, {complete: isBoolean, infill: orNull(isBoolean), embed: isBoolean})
};

/** Whether a value from a file has the shape of this version's facts. */
export function isModelFacts(value: unknown): value is ModelFacts {
  return has(value, shape);
}

function has(value: unknown, checks: Readonly<Record<string, Check>>): boolean {
  if (typeof value !== "object" || value === null) return false;
  const fields = value as Record<string, unknown>;
  return Object.entries(checks).every(([field, check]) => check(fields[field]));
}
