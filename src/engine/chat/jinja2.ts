import type {parse} from "@huggingface/jinja";

type Program = ReturnType<typeof parse>;

interface Node {
  readonly type: string;
  [field: string]: unknown;
}

const identifier = (value: string): Node => ({type: "Identifier", value});
const call = (callee: Node, args: readonly unknown[]): Node => ({type: "CallExpression", callee, args});

const nothing = {
  text: {type: "StringLiteral", value: ""},
  list: {type: "ArrayLiteral", value: []},
  object: {type: "ObjectLiteral", value: new Map()}
} as const;

/** Filters that Jinja2 applies to an undefined value too, and what it then takes for it. */
const ofUndefined: Readonly<Record<string, keyof typeof nothing>> = {
  trim: "text",
  upper: "text",
  lower: "text",
  title: "text",
  capitalize: "text",
  replace: "text",
  indent: "text",
  string: "text",
  length: "list",
  list: "list",
  join: "list",
  map: "list",
  selectattr: "list",
  rejectattr: "list",
  sort: "list",
  unique: "list",
  reverse: "list",
  items: "object"
};

/** Functions for what the library's values don't have, by the names that {@link asJinja2} gives them. */
export const jinja2Functions = {
  "str.strip": (text: string, characters: string) => stripped(text, characters, true, true),
  "str.lstrip": (text: string, characters: string) => stripped(text, characters, true, false),
  "str.rstrip": (text: string, characters: string) => stripped(text, characters, false, true)
} as const;

/**
 * Rewrites a parsed template so that the library's interpreter, which is stricter, runs it as Jinja2 does: a loop over an undefined value
 * and most filters of one do nothing, and `strip`, `lstrip` and `rstrip` take the characters to remove.
 */
export function asJinja2(program: Program): Program {
  return rewritten(program) as Program;
}

function rewritten(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(rewritten);
  if (value instanceof Map) return new Map([...value].map(([key, item]) => [rewritten(key), rewritten(item)]));
  if (typeof value !== "object" || value === null) return value;
  const node = Object.fromEntries(Object.entries(value).map(([field, item]) => [field, rewritten(item)])) as Node;
  switch (node.type) {
    case "For":
      return {...node, iterable: iterable(node["iterable"] as Node)};
    case "FilterExpression": {
      const filter = node["filter"] as Node;
      const name = filter.type === "Identifier" ? filter["value"] : (filter["callee"] as Node | undefined)?.["value"];
      const kind = ofUndefined[String(name)];
      return kind === undefined ? node : {...node, operand: orNothing(node["operand"] as Node, kind)};
    }
    case "CallExpression":
      return stripCall(node);
    default:
      return node;
  }
}

function iterable(node: Node): Node {
  if (node.type === "SelectExpression") return {...node, lhs: orNothing(node["lhs"] as Node, "list")};
  return orNothing(node, "list");
}

/** `operand | default(…)`. */
function orNothing(operand: Node, kind: keyof typeof nothing): Node {
  return {type: "FilterExpression", operand, filter: call(identifier("default"), [nothing[kind]])};
}

function stripCall(node: Node): Node {
  const callee = node["callee"] as Node;
  const args = node["args"] as readonly unknown[];
  if (callee.type !== "MemberExpression" || callee["computed"] === true || args.length !== 1) return node;
  const name = `str.${String((callee["property"] as Node)["value"])}`;
  return name in jinja2Functions ? call(identifier(name), [callee["object"], ...args]) : node;
}

function stripped(text: string, characters: string, atStart: boolean, atEnd: boolean): string {
  const removed = new Set(characters);
  const all = [...text];
  let [start, end] = [0, all.length];
  while (atStart && start < end && removed.has(all[start] ?? "")) start++;
  while (atEnd && end > start && removed.has(all[end - 1] ?? "")) end--;
  return all.slice(start, end).join("");
}
