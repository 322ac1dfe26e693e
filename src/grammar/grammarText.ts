import {type JsonLayout, jsonRules} from "./jsonRules";
import {tooLargeSchema} from "./schemaKeywords";

/** What the grammar of a schema may have: half of what is read. */
const maxLength = 1 << 19;

/** Collects a grammar's rules. */
export class GrammarText {
  private readonly rules = new Map<string, string>();
  private length = 0;

  constructor(readonly layout: JsonLayout) {}

  /** Adds a rule with a name like the one that is wished for, and returns its name. */
  add(wished: string, text: string): string {
    const name = this.reserve(wished);
    this.set(name, text);
    return name;
  }

  /** A name for a rule whose text comes later. */
  reserve(wished: string): string {
    const base =
      wished
        .replaceAll(/[^a-zA-Z0-9]+/g, "-")
        .replaceAll(/^-|-$/g, "")
        .slice(0, 60) || "value";
    let name = base;
    for (let i = 2; this.rules.has(name) || jsonRules[this.layout].has(name) || name === "root"; i++)
      name = `${base}-${i}`;
    this.rules.set(name, "");
    return name;
  }

  set(name: string, text: string): void {
    this.length += name.length + text.length;
    if (this.length > maxLength) throw tooLargeSchema();
    this.rules.set(name, text);
  }

  /** The name of one of JSON's own rules, which is added with those that it uses. */
  json(name: string): string {
    const rule = jsonRules[this.layout].get(name);
    if (rule === undefined) throw new RangeError(`no rule ${name}`);
    if (this.rules.has(name)) return name;
    this.set(name, rule.text);
    for (const used of rule.uses) this.json(used);
    return name;
  }

  toString(): string {
    return [...this.rules].map(([name, text]) => `${name} ::= ${text}\n`).join("");
  }
}
