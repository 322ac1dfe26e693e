import type {Conversion} from "./conversion";
import {charClass, literal} from "./gbnf";
import type {GrammarText} from "./grammarText";
import {impossible, isSchema, own, type Schema, wrongKeyword} from "./schemaKeywords";

/** So many properties of an object are read in any order, each once: their grammar has a rule for each set of those to come. */
const maxUnordered = 6;

/** UTF-16 units of a property's name that is told apart from others. */
const maxKeyLength = 100;

interface Member {
  readonly name: string;
  readonly required: boolean;
  /** The rule for name and value. */
  readonly rule: string;
}

interface Members {
  readonly named: readonly Member[];
  /** The rule for a property that the schema does not name; null if there may be none. */
  readonly others: string | null;
}

/** An object. */
export function objectGrammar(conversion: Conversion, schema: Schema, path: string, name: string): string {
  const members = membersOf(conversion, schema, path, name);
  const {text} = conversion;
  const ws = text.json("ws");
  if (members.named.length === 0 && members.others === null) return `"{" ${ws} "}"`;
  if (conversion.layout === "write") return inOrder(text, members, name);
  if (members.named.length <= maxUnordered) return unordered(text, members, name);
  // In any order without counting: neither that a property is missing nor that it is there twice.
  if (Object.hasOwn(schema, "required")) conversion.report(path, "required");
  const any = text.add(
    `${name}-any`,
    [...members.named.map(({rule}) => rule), members.others].filter(Boolean).join(" | ")
  );
  return `"{" ${ws} ( ${any} ( ${ws} "," ${ws} ${any} )* ${ws} )? "}"`;
}

function membersOf(conversion: Conversion, schema: Schema, path: string, name: string): Members {
  const {text, layout} = conversion;
  const ws = text.json("ws");
  const properties = own(schema, "properties") ?? {};
  const required = own(schema, "required") ?? [];
  const hasPatterns = Object.hasOwn(schema, "patternProperties");
  const given = own(schema, "additionalProperties");
  if (!isSchema(properties)) throw wrongKeyword(path, "properties");
  // A boolean is what the drafts before 4 had: it is about the object itself.
  if (!Array.isArray(required)) throw wrongKeyword(path, "required");
  const colon = `${ws} ":" ${ws}`;
  const named: Member[] = [];
  const unnamed = required.filter((one) => typeof one === "string" && !Object.hasOwn(properties, one));
  const missing = unnamed.map((one): [string, unknown] => [String(one), hasPatterns ? true : (given ?? true)]);
  for (const [property, value] of [...Object.entries(properties), ...missing]) {
    const isRequired = required.includes(property);
    if (value === false) {
      if (isRequired) throw impossible(path);
      continue;
    }
    const rule = conversion.rule(value, `${path}/properties/${pointerPart(property)}`, property);
    const member = text.add(`${name}-${property}-kv`, `${literal(JSON.stringify(property))} ${colon} ${rule}`);
    named.push({name: property, required: isRequired, rule: member});
  }
  // llama.cpp writes no other properties unless they are allowed in so many words; JSON Schema allows them unless they are forbidden.
  const byDefault = layout === "read" || !Object.hasOwn(schema, "properties");
  const additional = hasPatterns ? true : (given ?? byDefault);
  if (additional === false) return {named, others: null};
  const value =
    additional === true
      ? text.json("value")
      : conversion.rule(additional, `${path}/additionalProperties`, `${name}-additional`);
  const known = [...Object.keys(properties), ...missing.map(([property]) => property)];
  const key = known.length === 0 ? text.json("string") : otherKeys(text, known, name);
  // llama.cpp writes no white space before the colon of these.
  const otherColon = layout === "read" ? colon : `":" ${ws}`;
  return {named, others: text.add(`${name}-additional-kv`, `${key} ${otherColon} ${value}`)};
}

/** As llama.cpp: the required properties, then the others, each in the schema's order; then those that it does not name. */
function inOrder(text: GrammarText, {named, others}: Members, name: string): string {
  const ws = text.json("ws");
  const comma = `"," ${ws}`;
  const required = named.filter(({required}) => required).map(({rule}) => rule);
  const optional = named.filter(({required}) => !required);
  // From the last one to the first: each with those that may follow it.
  let rest = others === null ? "" : `( ${comma} ${others} )*`;
  const starts = others === null ? [] : [`${others} ${rest}`];
  for (const {rule, name: property} of optional.reverse()) {
    starts.unshift([rule, rest].filter(Boolean).join(" "));
    rest = text.add(`${name}-${property}-rest`, [`( ${comma} ${rule} )?`, rest].filter(Boolean).join(" "));
  }
  const start = starts.join(" | ");
  const body = [required.join(` ${comma} `)];
  if (start !== "") body.push(required.length === 0 ? `( ${start} )?` : `( ${comma} ( ${start} ) )?`);
  return ['"{"', ws, ...body.filter(Boolean), ws, '"}"'].join(" ");
}

/** Each property once, in any order: a rule for each set of the properties that may still come. */
function unordered(text: GrammarText, {named, others}: Members, name: string): string {
  const ws = text.json("ws");
  const rules = new Map<number, string>();
  const all = (1 << named.length) - 1;
  const mustFollow = (left: number) => named.some(({required}, i) => required && (left >> i) % 2 === 1);
  /** What may come once a property has been read and those in `left` have not. */
  const after = (left: number): string => {
    if (left === 0 && others === null) return "";
    const known = rules.get(left);
    if (known !== undefined) return known;
    const rule = text.reserve(`${name}-left`);
    rules.set(left, rule);
    text.set(rule, `${mustFollow(left) ? "" : "| "}${ws} "," ${ws} ( ${members(left)} )`);
    return rule;
  };
  const members = (left: number): string =>
    [
      ...named.flatMap(({rule}, i) => ((left >> i) % 2 === 1 ? `${rule} ${after(left & ~(1 << i))}` : [])),
      ...(others === null ? [] : [`${others} ${after(left)}`])
    ].join(" | ");
  const body = `( ${members(all)} ) ${ws}`;
  return `"{" ${ws} ${mustFollow(all) ? body : `( ${body} )?`} "}"`;
}

/** A JSON string that is none of the names: a rule for each beginning that they share. */
function otherKeys(text: GrammarText, names: readonly string[], name: string): string {
  const char = text.json("char");
  interface Node {
    readonly children: Map<string, Node>;
    isName: boolean;
  }
  const root: Node = {children: new Map(), isName: false};
  // Longer ones, which nobody has, would nest too deeply: they are read as any other.
  for (const one of names.filter(({length}) => length <= maxKeyLength)) {
    let node = root;
    for (const character of JSON.stringify(one).slice(1, -1)) {
      const child = node.children.get(character) ?? {children: new Map(), isName: false};
      node.children.set(character, child);
      node = child;
    }
    node.isName = true;
  }
  const rule = (node: Node): string => {
    if (node.children.size === 0) return `${char}+`;
    const points = [...node.children.keys()].map((character) => character.codePointAt(0) ?? 0);
    const options = [...node.children].map(([character, child]) => `${literal(character)} ${rule(child)}`);
    options.push(`${charClass(complement([...points, 0x22, 0x5c]))} ${char}*`);
    // Names with escapes are told apart up to their first one.
    if (!node.children.has("\\")) options.push(`"\\\\" ( ["\\\\/bfnrt] | "u" [0-9a-fA-F]{4} ) ${char}*`);
    return text.add(`${name}-key`, node.isName ? options.join(" | ") : `| ${options.join(" | ")}`);
  };
  return text.add(`${name}-additional-k`, `"\\"" ${rule(root)} "\\""`);
}

/** Printable characters but these. */
function complement(points: readonly number[]): readonly (readonly [number, number])[] {
  const ranges: [number, number][] = [];
  let from = 0x20;
  for (const point of points.toSorted((a, b) => a - b)) {
    if (point > from) ranges.push([from, point - 1]);
    from = Math.max(from, point + 1);
  }
  ranges.push([from, 0x10ffff]);
  return ranges;
}

function pointerPart(name: string): string {
  return name.replaceAll("~", "~0").replaceAll("/", "~1");
}
