import {impossible, isAnnotation, isSchema, own, type Schema} from "./schemaKeywords";

/** Tells that a keyword is not taken into account. */
export type Report = (keyword: string) => void;

/** A schema of the values that are valid under both. What can't be said in one schema is reported, and said as in the first. */
export function bothSchemas(first: Schema, second: Schema, path: string, report: Report): Schema {
  const [a, b] = [withoutForbidden(first, second), withoutForbidden(second, first)];
  const entries = new Map<string, unknown>(Object.entries(a));
  for (const [keyword, value] of Object.entries(b)) {
    const other = entries.get(keyword);
    if (!entries.has(keyword)) entries.set(keyword, value);
    else if (!isAnnotation(keyword) && JSON.stringify(other) !== JSON.stringify(value)) {
      if (keyword === "allOf" && Array.isArray(other) && Array.isArray(value)) {
        entries.set(keyword, [...other, ...value]);
      } else if ((keyword === "anyOf" || keyword === "oneOf") && Array.isArray(other)) {
        // One of these, and one of those.
        entries.set(
          keyword,
          other.map((one) => ({allOf: [one, {[keyword]: value}]}))
        );
      } else entries.set(keyword, bothValues(keyword, other, value, path, report));
    }
  }
  return Object.fromEntries(entries);
}

function bothValues(keyword: string, a: unknown, b: unknown, path: string, report: Report): unknown {
  switch (keyword) {
    case "properties":
      if (isSchema(a) && isSchema(b)) {
        const all = new Map(Object.entries(a));
        for (const [name, schema] of Object.entries(b))
          all.set(name, all.has(name) ? both(all.get(name), schema) : schema);
        return Object.fromEntries(all);
      }
      break;
    case "required":
      if (Array.isArray(a) && Array.isArray(b)) return [...new Set<unknown>([...a, ...b])];
      break;
    case "type": {
      const common = commonTypes([a].flat(), [b].flat());
      if (common.length === 0) throw impossible(path);
      return common.length === 1 ? common[0] : common;
    }
    case "enum":
      if (Array.isArray(a) && Array.isArray(b)) {
        const texts = new Set(b.map((value) => JSON.stringify(value)));
        return a.filter((value) => texts.has(JSON.stringify(value)));
      }
      break;
    case "const":
      throw impossible(path);
    case "items":
    case "additionalItems":
    case "additionalProperties":
      if (!Array.isArray(a) && !Array.isArray(b)) return both(a, b);
      break;
    default:
      if (typeof a === "number" && typeof b === "number") {
        if (/^(min|exclusiveMin)/.test(keyword)) return Math.max(a, b);
        if (/^(max|exclusiveMax)/.test(keyword)) return Math.min(a, b);
      }
  }
  report(keyword);
  return a;
}

/** Values that are valid under both of two schemas, each of which may be true or false. */
function both(a: unknown, b: unknown): unknown {
  if (a === true || b === false) return b;
  return b === true || a === false ? a : {allOf: [a, b]};
}

/** The schema without the properties that the other one does not allow. */
function withoutForbidden(schema: Schema, other: Schema): Schema {
  const properties = own(schema, "properties");
  const additional = own(other, "additionalProperties");
  if (!isSchema(properties) || additional === undefined || additional === true) return schema;
  const known = own(other, "properties");
  const entries = Object.entries(properties).map(([name, value]) => [
    name,
    isSchema(known) && Object.hasOwn(known, name) ? value : both(value, additional)
  ]);
  return {...schema, properties: Object.fromEntries(entries)};
}

function commonTypes(a: readonly unknown[], b: readonly unknown[]): readonly unknown[] {
  const within = (one: readonly unknown[], other: readonly unknown[]) =>
    one.filter((type) => other.includes(type) || (type === "integer" && other.includes("number")));
  return [...new Set([...within(a, b), ...within(b, a)])];
}
