import {readFileSync} from "node:fs";
import path from "node:path";
import {llamaSource} from "../harness/llamaSource";

/** A case of llama.cpp's tests/test-json-schema-to-grammar.cpp: a schema, and the grammar that it becomes; null: it is refused. */
export interface GrammarCase {
  readonly name: string;
  readonly schema: unknown;
  readonly grammar: string | null;
}

/** A case of llama.cpp's tests/test-grammar-integration.cpp: a schema, and texts that its grammar takes and refuses. */
export interface TextCase {
  readonly name: string;
  readonly schema: unknown;
  readonly yes: readonly string[];
  readonly no: readonly string[];
}

export function grammarCases(): readonly GrammarCase[] {
  return calls("test-json-schema-to-grammar.cpp", "test").flatMap((tokens) => {
    const [status] = tokens.filter(({kind}) => kind === "word");
    const [name, schema, grammar] = tokens.filter(({kind}) => kind === "text");
    if (name === undefined || schema === undefined || grammar === undefined) return [];
    return {
      name: name.value,
      schema: JSON.parse(schema.value),
      grammar: status?.value === "FAILURE" ? null : grammar.value
    };
  });
}

export function textCases(): readonly TextCase[] {
  return calls("test-grammar-integration.cpp", "test_schema").flatMap((tokens) => {
    const lists: string[][] = [];
    const before: string[] = [];
    for (const {kind, value} of tokens) {
      if (value === "{" && kind === "mark") lists.push([]);
      else if (kind === "text") (lists.at(-1) ?? before).push(value);
    }
    const [name, schema] = before;
    const [yes, no] = lists;
    if (name === undefined || schema === undefined || yes === undefined || no === undefined) return [];
    return {name, schema: JSON.parse(schema), yes, no};
  });
}

interface CppToken {
  readonly kind: "text" | "word" | "mark";
  readonly value: string;
}

/** What stands between the parentheses of each call of a function, without comments. */
function calls(file: string, name: string): readonly (readonly CppToken[])[] {
  const source = readFileSync(path.join(llamaSource("tests"), file), "utf8");
  const found: CppToken[][] = [];
  let open: CppToken[] | null = null;
  let depth = 0;
  let before = "";
  for (const match of source.matchAll(
    /\/\/[^\n]*|R"""\(([\s\S]*?)\)"""|"((?:[^"\\\n]|\\.)*)"|'(?:[^'\\]|\\.)+'|(\w+)|([(){}])/g
  )) {
    const [, raw, text, word, mark] = match;
    if (mark === "(" && open === null && before === name) {
      open = [];
      depth = 1;
    } else if (open !== null) {
      if (mark === "(") depth++;
      if (mark === ")" && --depth === 0) {
        found.push(open);
        open = null;
      } else if (raw !== undefined) open.push({kind: "text", value: raw});
      else if (text !== undefined) open.push({kind: "text", value: JSON.parse(`"${text}"`)});
      else if (word !== undefined) open.push({kind: "word", value: word});
      else if (mark !== undefined) open.push({kind: "mark", value: mark});
    }
    if (word !== undefined || mark !== undefined) before = word ?? "";
  }
  return found;
}
