import * as l10n from "@vscode/l10n";
import {GrammarError} from "./grammarError";

/** A JSON schema that is an object: what it says about a value. */
export type Schema = Readonly<Record<string, unknown>>;

export type JsonType = "object" | "array" | "string" | "integer" | "number" | "boolean" | "null";

export const jsonTypes: readonly JsonType[] = ["object", "array", "string", "integer", "number", "boolean", "null"];

/** Keywords that say nothing about which values are valid: JSON Schema's own, and VS Code's. */
const annotations = new Set([
  "$schema",
  "$id",
  "id",
  "$anchor",
  "$comment",
  "$defs",
  "definitions",
  "$vocabulary",
  "title",
  "description",
  "default",
  "examples",
  "deprecated",
  "readOnly",
  "writeOnly",
  "contentEncoding",
  "contentMediaType",
  "contentSchema",
  "markdownDescription",
  "deprecationMessage",
  "markdownDeprecationMessage",
  "enumDescriptions",
  "markdownEnumDescriptions",
  "enumItemLabels",
  "defaultSnippets",
  "doNotSuggest",
  "suggestSortText",
  "errorMessage",
  "patternErrorMessage",
  "allowComments",
  "allowTrailingCommas"
]);

/** What keywords apply to; they say nothing about values of other types. */
const subjects: ReadonlyMap<string, readonly JsonType[]> = new Map(
  Object.entries({
    object: [
      "properties",
      "required",
      "additionalProperties",
      "patternProperties",
      "propertyNames",
      "minProperties",
      "maxProperties",
      "dependencies",
      "dependentRequired",
      "dependentSchemas",
      "unevaluatedProperties"
    ],
    array: [
      "items",
      "prefixItems",
      "additionalItems",
      "minItems",
      "maxItems",
      "uniqueItems",
      "contains",
      "minContains",
      "maxContains",
      "unevaluatedItems"
    ],
    string: ["minLength", "maxLength", "pattern", "format"],
    number: ["minimum", "maximum", "exclusiveMinimum", "exclusiveMaximum", "multipleOf"]
  }).flatMap(([type, keywords]) =>
    keywords.map((keyword) => [keyword, type === "number" ? ["number", "integer"] : [type as JsonType]] as const)
  )
);

export function isAnnotation(keyword: string): boolean {
  return annotations.has(keyword);
}

/** The type of values that a keyword is about; undefined for one that is about all, or unknown. */
export function subjectOf(keyword: string): readonly JsonType[] | undefined {
  return subjects.get(keyword);
}

export function isSchema(value: unknown): value is Schema {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}

/** A keyword's value, which may be called like something that every object has. */
export function own(schema: Schema, keyword: string): unknown {
  return Object.hasOwn(schema, keyword) ? schema[keyword] : undefined;
}

/** The same schema without some keywords. */
export function without(schema: Schema, ...keywords: readonly string[]): Schema {
  return Object.fromEntries(Object.entries(schema).filter(([keyword]) => !keywords.includes(keyword)));
}

export function wrongKeyword(path: string, keyword: string): GrammarError {
  return new GrammarError(
    l10n.t('"{0}" at "{1}" of the JSON schema has a value that JSON Schema does not allow.', keyword, path)
  );
}

/** The error for a schema under which nothing is valid. */
export class ImpossibleSchema extends GrammarError {}

export function impossible(path: string): ImpossibleSchema {
  return new ImpossibleSchema(l10n.t('No value can be valid at "{0}" of the JSON schema.', path));
}

export function tooLargeSchema(): GrammarError {
  return new GrammarError(l10n.t("The JSON schema is too large or nests too deeply: use a part of it."));
}
