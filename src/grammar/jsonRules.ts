/**
 * How JSON is to be laid out.
 * - `write`: what a model shall write, as llama.cpp has it: little white space, properties in the schema's order, the required ones
 *   first, and no others than those that the schema names unless it allows others.
 * - `read`: what texts have that were written by others: white space and properties wherever JSON and the schema allow them.
 */
export type JsonLayout = "write" | "read";

/** The rules of JSON's own parts, and which others each uses. `ws` is white space. */
export interface JsonRule {
  readonly text: string;
  readonly uses: readonly string[];
}

/** As llama.cpp's: numbers of 16 digits at most, and white space that comes to an end, since models like to go on with it. */
const written: Readonly<Record<string, JsonRule>> = {
  ws: {text: '| " " | "\\n"{1,2} [ \\t]{0,20}', uses: []},
  char: {text: '[^"\\\\\\x7F\\x00-\\x1F] | [\\\\] (["\\\\bfnrt] | "u" [0-9a-fA-F]{4})', uses: []},
  integer: {text: '"-"? ([0] | [1-9] [0-9]{0,15})', uses: []},
  number: {text: 'integer ("." [0-9]{1,16})? ([eE] [-+]? ([0] | [1-9] [0-9]{0,15}))?', uses: ["integer"]},
  time: {
    text: '([01] [0-9] | "2" [0-3]) ":" [0-5] [0-9] ":" [0-5] [0-9] ( "." [0-9]{3} )? ( "Z" | [+-] ( [01] [0-9] | "2" [0-3] ) ":" [0-5] [0-9] )',
    uses: []
  }
};

const read: Readonly<Record<string, JsonRule>> = {
  ws: {text: "[ \\t\\n\\r]*", uses: []},
  char: {text: '[^"\\\\\\x00-\\x1F] | [\\\\] (["\\\\/bfnrt] | "u" [0-9a-fA-F]{4})', uses: []},
  integer: {text: '"-"? ([0] | [1-9] [0-9]*)', uses: []},
  number: {text: 'integer ("." [0-9]+)? ([eE] [-+]? [0-9]+)?', uses: ["integer"]},
  time: {
    text: '([01] [0-9] | "2" [0-3]) ":" [0-5] [0-9] ":" ([0-5] [0-9] | "60") ( "." [0-9]+ )? ( [zZ] | [+-] ( [01] [0-9] | "2" [0-3] ) ":" [0-5] [0-9] )',
    uses: []
  }
};

const both: Readonly<Record<string, JsonRule>> = {
  boolean: {text: '"true" | "false"', uses: []},
  null: {text: '"null"', uses: []},
  string: {text: '"\\"" char* "\\""', uses: ["char"]},
  value: {
    text: "object | array | string | number | boolean | null",
    uses: ["object", "array", "string", "number", "boolean", "null"]
  },
  object: {
    text: `"{" ws ( ${member(true)} ( ws "," ws ${member(true)} )* ws )? "}"`,
    uses: ["ws", "string", "value"]
  },
  array: {
    text: `"[" ws ( ${parts("value", "(", "ws", '","', "ws", "value", ")*", "ws")} )? "]"`,
    uses: ["ws", "value"]
  },
  date: {
    text: '[0-9]{4} "-" ( "0" [1-9] | "1" [0-2] ) "-" ( "0" [1-9] | [1-2] [0-9] | "3" [0-1] )',
    uses: []
  },
  "date-string": {text: '"\\"" date "\\""', uses: ["date"]},
  "time-string": {text: '"\\"" time "\\""', uses: ["time"]},
  "date-time-string": {text: '"\\"" date "T" time "\\""', uses: ["date", "time"]},
  "uuid-string": {
    text: '"\\"" [0-9a-fA-F]{8} ( "-" [0-9a-fA-F]{4} ){3} "-" [0-9a-fA-F]{12} "\\""',
    uses: []
  }
};

/** llama.cpp has white space in fewer places when it writes. */
const writtenPlaces: Readonly<Record<string, JsonRule>> = {
  object: {
    text: `"{" ws ( ${member(false)} ( "," ws ${member(false)} )* )? ws "}"`,
    uses: ["ws", "string", "value"]
  },
  array: {text: `"[" ws ( ${parts("value", "(", '","', "ws", "value", ")*")} )? ws "]"`, uses: ["ws", "value"]}
};

export const jsonRules: Readonly<Record<JsonLayout, ReadonlyMap<string, JsonRule>>> = {
  write: new Map(Object.entries({...both, ...written, ...writtenPlaces})),
  read: new Map(Object.entries({...both, ...read}))
};

function member(spaceBeforeColon: boolean): string {
  return parts("string", ...(spaceBeforeColon ? ["ws"] : []), '":"', "ws", "value");
}

function parts(...all: readonly string[]): string {
  return all.join(" ");
}
