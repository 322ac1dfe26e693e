import type {Constraint} from "../contract/sampling";
import {type Options, UsageError} from "./arguments";
import {readText} from "./readText";

/** What --grammar-file or --schema-file asks for; undefined without them. */
export async function constraintOf(options: Options, files: readonly string[]): Promise<Constraint | undefined> {
  const {"grammar-file": grammar, "schema-file": schema} = options;
  if (grammar !== undefined && schema !== undefined)
    throw new UsageError("only one of --grammar-file and --schema-file can be given");
  if ((grammar ?? schema) === "-" && files.includes("-")) throw new UsageError("only one file can be standard input");
  if (grammar !== undefined) return {kind: "gbnf", grammar: await readText(grammar)};
  if (schema !== undefined) return {kind: "jsonSchema", schema: await readText(schema)};
  return undefined;
}
