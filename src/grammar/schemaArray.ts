import type {Conversion} from "./conversion";
import {repeated} from "./gbnf";
import {impossible, own, type Schema, wrongKeyword} from "./schemaKeywords";
import {bounds} from "./schemaString";

/**
 * An array. As in llama.cpp, what is written has all items of a tuple and none behind them, unless the schema says what may follow; what
 * is read may have fewer or more, unless the schema forbids it.
 */
export function arrayGrammar(conversion: Conversion, schema: Schema, path: string, name: string): string {
  const {text, layout} = conversion;
  const ws = text.json("ws");
  const {prefix, rest, prefixKeyword, restKeyword} = itemsOf(schema, path, layout === "read");
  const {min, max} = bounds(conversion, schema, path, "minItems", "maxItems");
  const first = prefix
    .slice(0, max)
    .map((item, i) => conversion.rule(item, `${path}/${prefixKeyword}/${i}`, `${name}-tuple-${i}`));
  const separator = layout === "read" ? `${ws} "," ${ws}` : `"," ${ws}`;
  const more = Math.max(0, max - first.length);
  const canHaveMore = rest !== false && more > 0;
  if (!canHaveMore && min > first.length) throw impossible(path);
  let items = "";
  if (canHaveMore) {
    const item = rest === true ? text.json("value") : conversion.rule(rest, `${path}/${restKeyword}`, `${name}-item`);
    const least = Math.max(0, min - first.length);
    items =
      first.length === 0 ? repeated(item, least, more, separator) : repeated(`( ${separator} ${item} )`, least, more);
  }
  // From the last item of a tuple to its first: each with what may follow it.
  const required = layout === "write" ? first.length : min;
  for (const [i, rule] of [...first.entries()].reverse()) {
    const here = [i === 0 ? "" : separator, rule, items].filter(Boolean).join(" ");
    items = i < required ? here : `( ${here} )?`;
  }
  return ['"["', ws, items, items === "" ? "" : ws, '"]"'].filter(Boolean).join(" ");
}

interface Items {
  /** Schemas of the first items, each its own. */
  readonly prefix: readonly unknown[];
  /** The schema of those behind them. */
  readonly rest: unknown;
  readonly prefixKeyword: string;
  readonly restKeyword: string;
}

function itemsOf(schema: Schema, path: string, isOpen: boolean): Items {
  const items = own(schema, "items");
  const prefixItems = own(schema, "prefixItems");
  // Before draft 2020-12, `items` could be a list, and `additionalItems` was what `items` is now.
  const isOld = Array.isArray(items);
  const prefix = isOld ? items : (prefixItems ?? []);
  // llama.cpp takes a schema instead of a list for that of all items.
  if (!Array.isArray(prefix)) return {prefix: [], rest: items ?? prefix, prefixKeyword: "", restKeyword: "prefixItems"};
  const restKeyword = isOld ? "additionalItems" : "items";
  const rest = own(schema, restKeyword);
  if (rest === null || Array.isArray(rest)) throw wrongKeyword(path, restKeyword);
  const byDefault = prefix.length === 0 || isOpen;
  return {prefix, rest: rest ?? byDefault, prefixKeyword: isOld ? "items" : "prefixItems", restKeyword};
}
