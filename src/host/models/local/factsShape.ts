import * as v from "valibot";
import type {ModelFacts} from "../../../gguf/facts";
import {arrayOf} from "../../../text/guard";

const isNumber = (value: unknown): value is number => typeof value === "number";
const numberOrNull = v.nullable(v.number());
const textOrNull = v.nullable(v.string());

/** Facts as this version has them. Another one may have written the file. */
export const modelFactsShape: v.GenericSchema<unknown, ModelFacts> = v.object({
  name: textOrNull,
  architecture: v.string(),
  quantization: textOrNull,
  parameters: numberOrNull,
  contextLength: numberOrNull,
  layers: numberOrNull,
  embeddingLength: numberOrNull,
  heads: numberOrNull,
  kvHeads: v.nullable(v.union([v.number(), arrayOf(isNumber)])),
  keyLength: numberOrNull,
  valueLength: numberOrNull,
  experts: v.nullable(v.object({count: v.number(), used: v.number()})),
  vocabularySize: numberOrNull,
  licence: textOrNull,
  tensorBytes: numberOrNull,
  capabilities: v.object({complete: v.boolean(), infill: v.nullable(v.boolean()), embed: v.boolean()})
});
