import type {Conversion} from "./conversion";
import {repeated} from "./gbnf";
import {maxRepetitions} from "./parseGrammar";
import {patternGrammar} from "./pattern";
import {impossible, own, type Schema, wrongKeyword} from "./schemaKeywords";

const formats: ReadonlyMap<string, string> = new Map([
  ["date", "date-string"],
  ["time", "time-string"],
  ["date-time", "date-time-string"],
  ...["uuid", "uuid1", "uuid2", "uuid3", "uuid4", "uuid5"].map((name) => [name, "uuid-string"] as const)
]);

/** A string. Its pattern counts before its format, and that before its length; what does not count is reported. */
export function stringGrammar(conversion: Conversion, schema: Schema, path: string): string {
  const {text} = conversion;
  const format = own(schema, "format");
  const pattern = own(schema, "pattern");
  const unused = (...keywords: readonly string[]) => {
    for (const keyword of keywords) if (Object.hasOwn(schema, keyword)) conversion.report(path, keyword);
  };
  if (pattern !== undefined) {
    if (typeof pattern !== "string" || !isRegularExpression(pattern)) throw wrongKeyword(path, "pattern");
    const expression = patternGrammar(pattern, text.json("char"));
    if (expression !== null) {
      unused("format", "minLength", "maxLength");
      return `"\\"" ${expression} "\\""`;
    }
    unused("pattern");
  }
  if (format !== undefined && typeof format !== "string") throw wrongKeyword(path, "format");
  const known = formats.get(format ?? "");
  if (known !== undefined) {
    unused("minLength", "maxLength");
    return text.json(known);
  }
  unused("format");
  const {min, max} = bounds(conversion, schema, path, "minLength", "maxLength");
  if (min === 0 && max === Number.POSITIVE_INFINITY) return text.json("string");
  return `"\\"" ${repeated(text.json("char"), min, max)} "\\""`;
}

/** Two counts. More than a grammar can count is reported. */
export function bounds(
  conversion: Conversion,
  schema: Schema,
  path: string,
  minKeyword: string,
  maxKeyword: string
): {readonly min: number; readonly max: number} {
  const count = (keyword: string) => {
    const value = own(schema, keyword);
    if (value === undefined) return undefined;
    if (typeof value !== "number" || !Number.isInteger(value) || value < 0) throw wrongKeyword(path, keyword);
    if (value > maxRepetitions) conversion.report(path, keyword);
    return value;
  };
  const min = count(minKeyword) ?? 0;
  const max = count(maxKeyword) ?? Number.POSITIVE_INFINITY;
  if (min > max) throw impossible(path);
  return {min: Math.min(min, maxRepetitions), max: max > maxRepetitions ? Number.POSITIVE_INFINITY : max};
}

function isRegularExpression(pattern: string): boolean {
  return ["u", ""].some((flags) => {
    try {
      new RegExp(pattern, flags);
      return true;
    } catch {
      return false;
    }
  });
}
