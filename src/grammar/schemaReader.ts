import * as l10n from "@vscode/l10n";
import {GrammarError} from "./grammarError";
import {
  impossible,
  isAnnotation,
  isSchema,
  own,
  type Schema,
  tooLargeSchema,
  without,
  wrongKeyword
} from "./schemaKeywords";
import {bothSchemas} from "./schemaMerge";

/** Schemas that are put into one, one after the other. */
const maxSteps = 200;

/** Where a schema stands in its document, and what it says. */
export interface PlacedSchema {
  readonly path: string;
  readonly schema: Schema;
}

/** Resolves references and `allOf`. Reports keywords that are not taken into account. */
export class SchemaReader {
  private depth = 0;

  constructor(
    private readonly root: unknown,
    private readonly report: (path: string, keyword: string) => void
  ) {}

  /** A schema of the same values without `$ref` and `allOf`. True stands for any value; nothing is valid under false. */
  resolved(value: unknown, path: string): PlacedSchema {
    let result = this.object(value, path);
    for (let step = 0; ; step++) {
      if (step > maxSteps) throw tooLargeSchema();
      const {schema} = result;
      if (Object.hasOwn(schema, "$ref")) result = this.withTarget(result);
      else if (Object.hasOwn(schema, "allOf")) result = this.withAll(result);
      else return result;
    }
  }

  private object(value: unknown, path: string): PlacedSchema {
    if (value === true) return {path, schema: {}};
    if (value === false) throw impossible(path);
    if (isSchema(value)) return {path, schema: value};
    throw new GrammarError(l10n.t('What stands at "{0}" of the JSON schema is no schema.', path));
  }

  private withTarget({path, schema}: PlacedSchema): PlacedSchema {
    const ref = own(schema, "$ref");
    if (typeof ref !== "string") throw wrongKeyword(path, "$ref");
    const target = this.object(this.target(ref, path), ref);
    const rest = without(schema, "$ref");
    return Object.keys(rest).every(isAnnotation) ? target : this.both({path, schema: rest}, target);
  }

  private withAll({path, schema}: PlacedSchema): PlacedSchema {
    const all = own(schema, "allOf");
    if (!Array.isArray(all) || all.length === 0) throw wrongKeyword(path, "allOf");
    let result: PlacedSchema = {path, schema: without(schema, "allOf")};
    for (const [i, one] of all.entries()) {
      const part = this.object(one, `${path}/allOf/${i}`);
      // References become parts of their own, so that two don't meet in one schema.
      const ref = own(part.schema, "$ref");
      if (++this.depth > maxSteps) throw tooLargeSchema();
      const target = ref === undefined ? part : this.resolved(part.schema, part.path);
      this.depth--;
      result = this.both(result, target);
    }
    return result;
  }

  private both(first: PlacedSchema, second: PlacedSchema): PlacedSchema {
    const {path} = first;
    return {
      path,
      schema: bothSchemas(first.schema, second.schema, path, (keyword) => this.report(second.path, keyword))
    };
  }

  private target(ref: string, path: string): unknown {
    const refuse = () =>
      new GrammarError(
        l10n.t(
          '"{0}" at "{1}" of the JSON schema leads nowhere: only places in the same schema can be referred to.',
          ref,
          path
        )
      );
    if (!/^#(\/|$)/.test(ref)) throw refuse();
    let target = this.root;
    for (const part of ref.split("/").slice(1)) {
      const key = unescaped(part);
      if (typeof target !== "object" || target === null || !Object.hasOwn(target, key)) throw refuse();
      target = (target as Readonly<Record<string, unknown>>)[key];
    }
    return target;
  }
}

/** A part of a JSON pointer in a URI. */
function unescaped(part: string): string {
  let text = part;
  try {
    text = decodeURIComponent(part);
  } catch {
    // A percent sign that is only that.
  }
  return text.replaceAll("~1", "/").replaceAll("~0", "~");
}
