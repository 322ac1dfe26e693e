import * as l10n from "@vscode/l10n";
import type {Conversion} from "./conversion";
import {literal} from "./gbnf";
import {GrammarError} from "./grammarError";
import {GrammarText} from "./grammarText";
import {integerRange} from "./integerRange";
import type {JsonLayout} from "./jsonRules";
import {parseGrammar} from "./parseGrammar";
import {arrayGrammar} from "./schemaArray";
import {
  ImpossibleSchema,
  impossible,
  isAnnotation,
  isSchema,
  type JsonType,
  jsonTypes,
  own,
  type Schema,
  subjectOf,
  tooLargeSchema,
  without,
  wrongKeyword
} from "./schemaKeywords";
import {objectGrammar} from "./schemaObject";
import {SchemaReader} from "./schemaReader";
import {stringGrammar} from "./schemaString";

/** A keyword that the grammar does not check. */
export interface UncheckedKeyword {
  /** A JSON pointer, as "#/properties/tags". */
  readonly path: string;
  readonly keyword: string;
}

export interface SchemaGrammar {
  /** GBNF. */
  readonly grammar: string;
  /** What the schema says and the grammar does not: the grammar takes more than the schema. */
  readonly unchecked: readonly UncheckedKeyword[];
}

/** Characters of a schema as JSON, and schemas in it that become rules. */
const maxLength = 1 << 20;
const maxRules = 5000;
/** Schemas within schemas. */
const maxDepth = 200;

/**
 * The grammar of the JSON texts that are valid under a schema. What a keyword means follows JSON Schema 2020-12 and the drafts before it,
 * as far as llama.cpp's converter goes and somewhat farther (docs/grammars.md).
 * @throws GrammarError if nothing is valid under it, it is no schema, or too large
 */
export function schemaGrammar(schema: unknown, layout: JsonLayout = "write"): SchemaGrammar {
  let length = 0;
  try {
    length = (JSON.stringify(schema) ?? "").length;
  } catch {
    throw tooLargeSchema();
  }
  if (length > maxLength) throw tooLargeSchema();
  const converter = new SchemaConverter(schema, layout);
  const result = converter.convert(schema);
  try {
    parseGrammar(result.grammar);
  } catch (error) {
    if (!(error instanceof GrammarError)) throw error;
    // A schema that is only a reference to itself, or one whose repetitions are too many together.
    throw new GrammarError(
      l10n.t("The JSON schema can't become a grammar: it refers to itself without end, or it repeats too much.")
    );
  }
  return result;
}

class SchemaConverter implements Conversion {
  readonly text: GrammarText;
  private readonly reader: SchemaReader;
  private readonly unchecked = new Map<string, UncheckedKeyword>();
  /** The rule for each schema, by its JSON: the same one again is the same rule, so that schemas may refer to themselves. Null: it is impossible. */
  private readonly known = new Map<string, string | null>();
  private depth = 0;

  constructor(
    root: unknown,
    readonly layout: JsonLayout
  ) {
    this.text = new GrammarText(layout);
    this.reader = new SchemaReader(root, (path, keyword) => this.report(path, keyword));
  }

  convert(schema: unknown): SchemaGrammar {
    const root = this.rule(schema, "#", "");
    const ws = this.text.json("ws");
    const rules = `root ::= ${this.layout === "read" ? `${ws} ${root} ${ws}` : root}\n${this.text}`;
    return {grammar: rules, unchecked: [...this.unchecked.values()]};
  }

  report(path: string, keyword: string): void {
    this.unchecked.set(JSON.stringify([path, keyword]), {path, keyword});
  }

  rule(value: unknown, valuePath: string, wished: string): string {
    if (this.known.size > maxRules || this.depth > maxDepth) throw tooLargeSchema();
    const {path, schema} = this.reader.resolved(value, valuePath);
    const key = JSON.stringify(Object.entries(schema).filter(([keyword]) => !isAnnotation(keyword)));
    const known = this.known.get(key);
    if (known === null) throw impossible(path);
    if (known !== undefined) return known;
    const name = this.text.reserve(wished || nameOf(path));
    this.known.set(key, name);
    this.depth++;
    try {
      this.text.set(name, this.expression(schema, path, name));
    } catch (error) {
      if (error instanceof ImpossibleSchema) {
        this.known.set(key, null);
        // What refers to it matches nothing.
        this.text.set(name, "[b-a]");
      }
      throw error;
    } finally {
      this.depth--;
    }
    return name;
  }

  private expression(schema: Schema, path: string, name: string): string {
    for (const keyword of ["anyOf", "oneOf"])
      if (Object.hasOwn(schema, keyword)) return this.alternatives(schema, path, name, keyword);
    const type = own(schema, "type");
    if (Array.isArray(type)) {
      if (type.length === 0) throw wrongKeyword(path, "type");
      // An integer is a number, too.
      const types = type.includes("number") ? type.filter((one) => one !== "integer") : type;
      return types.map((one, i) => this.rule({...schema, type: one}, path, `${name}-${i}`)).join(" | ");
    }
    if (type !== undefined && !jsonTypes.includes(type as JsonType)) throw wrongKeyword(path, "type");
    if (Object.hasOwn(schema, "const") || Object.hasOwn(schema, "enum")) return this.values(schema, path);
    const subject = (type as JsonType | undefined) ?? this.implied(schema);
    const used = subject === null ? [] : this.checked[subject];
    for (const keyword of Object.keys(schema)) {
      const isOther = subject !== null && subjectOf(keyword)?.includes(subject) === false;
      if (keyword !== "type" && !isAnnotation(keyword) && !used.includes(keyword) && !isOther)
        this.report(path, keyword);
    }
    return subject === null ? this.text.json("value") : this.typed(subject, schema, path, name);
  }

  /** Keywords that the grammar checks; some of their values are reported where they are looked at. */
  private readonly checked: Readonly<Record<JsonType, readonly string[]>> = {
    object: ["properties", "required", "additionalProperties"],
    array: ["items", "prefixItems", "additionalItems", "minItems", "maxItems"],
    string: ["minLength", "maxLength", "pattern", "format"],
    integer: ["minimum", "maximum", "exclusiveMinimum", "exclusiveMaximum"],
    number: [],
    boolean: [],
    null: []
  };

  /** The type that a schema without one is about, in llama.cpp's order; null if there is none. */
  private implied(schema: Schema): JsonType | null {
    for (const type of ["object", "array", "string", "number"] as const) {
      const found = Object.keys(schema).filter((keyword) => subjectOf(keyword)?.includes(type));
      const isOpen = found.every((keyword) => keyword === "additionalProperties" && own(schema, keyword) === true);
      if (found.length > 0 && !isOpen) return type;
    }
    return null;
  }

  private typed(type: JsonType, schema: Schema, path: string, name: string): string {
    switch (type) {
      case "object":
        return objectGrammar(this, schema, path, name);
      case "array":
        return arrayGrammar(this, schema, path, name);
      case "string":
        return stringGrammar(this, schema, path);
      case "integer":
        return this.integer(schema, path);
      default:
        return this.text.json(type);
    }
  }

  /** What stands beside the alternatives holds for each of them. */
  private alternatives(schema: Schema, path: string, name: string, keyword: string): string {
    const list = own(schema, keyword);
    if (!Array.isArray(list) || list.length === 0) throw wrongKeyword(path, keyword);
    const beside = without(schema, keyword);
    const isAlone = Object.keys(beside).every(isAnnotation);
    const rules: string[] = [];
    for (const [i, one] of list.entries()) {
      const place = `${path}/${keyword}/${i}`;
      try {
        rules.push(this.rule(isAlone ? one : {allOf: [beside, one]}, isAlone ? place : path, `${name}-${i}`));
      } catch (error) {
        // The others may still be possible.
        if (!(error instanceof ImpossibleSchema)) throw error;
      }
    }
    if (rules.length === 0) throw impossible(path);
    return rules.join(" | ");
  }

  private values(schema: Schema, path: string): string {
    const list = own(schema, "enum");
    if (list !== undefined && !Array.isArray(list)) throw wrongKeyword(path, "enum");
    const constant = own(schema, "const");
    let values: readonly unknown[] = list ?? [constant];
    if (list !== undefined && constant !== undefined)
      values = values.filter((value) => JSON.stringify(value) === JSON.stringify(constant));
    const type = own(schema, "type") as JsonType | undefined;
    values = values.filter((value) => type === undefined || hasType(value, type));
    if (values.length === 0) throw impossible(path);
    for (const keyword of Object.keys(schema)) {
      const isOther = subjectOf(keyword)?.some((type) => values.some((value) => hasType(value, type))) === false;
      if (!["enum", "const", "type"].includes(keyword) && !isAnnotation(keyword) && !isOther)
        this.report(path, keyword);
    }
    return values.map((value) => this.value(value)).join(" | ");
  }

  /** One value. In texts by others there may be white space in it. */
  private value(value: unknown): string {
    const text = JSON.stringify(value);
    if (this.layout === "write" || typeof value !== "object" || value === null) return literal(text);
    const ws = this.text.json("ws");
    const list = (open: string, items: readonly string[], close: string) =>
      [`"${open}"`, ws, items.join(` ${ws} "," ${ws} `), ws, `"${close}"`].filter(Boolean).join(" ");
    if (Array.isArray(value))
      return list(
        "[",
        value.map((one) => this.value(one)),
        "]"
      );
    const entries = Object.entries(value).map(
      ([name, one]) => `${literal(JSON.stringify(name))} ${ws} ":" ${ws} ${this.value(one)}`
    );
    return list("{", entries, "}");
  }

  private integer(schema: Schema, path: string): string {
    const bound = (keyword: string, round: (value: number) => number) => {
      const value = own(schema, keyword);
      if (value === undefined) return undefined;
      // In the drafts before 6, exclusive bounds are marks on the others.
      if (typeof value === "boolean") {
        this.report(path, keyword);
        return undefined;
      }
      if (typeof value !== "number") throw wrongKeyword(path, keyword);
      const rounded = round(value);
      if (Number.isSafeInteger(rounded)) return rounded;
      this.report(path, keyword);
      return undefined;
    };
    const endless = Number.POSITIVE_INFINITY;
    const min = Math.max(
      bound("minimum", Math.ceil) ?? -endless,
      bound("exclusiveMinimum", (value) => Math.floor(value) + 1) ?? -endless
    );
    const max = Math.min(
      bound("maximum", Math.floor) ?? endless,
      bound("exclusiveMaximum", (value) => Math.ceil(value) - 1) ?? endless
    );
    if (min > max) throw impossible(path);
    if (min === -endless && max === endless) return this.text.json("integer");
    return integerRange(min, max, this.layout === "write" ? 16 : endless);
  }
}

function hasType(value: unknown, type: JsonType): boolean {
  switch (type) {
    case "object":
      return isSchema(value);
    case "array":
      return Array.isArray(value);
    case "integer":
      return Number.isInteger(value);
    case "null":
      return value === null;
    default:
      return typeof value === type;
  }
}

/** A rule's name for what stands at a path. */
function nameOf(path: string): string {
  const parts = path.split("/").filter((part) => !["#", "properties", "$defs", "definitions"].includes(part));
  return parts.at(-1) ?? "schema";
}
