import * as l10n from "@vscode/l10n";
import {GrammarError} from "./grammarError";
import type {GrammarRules, Rule} from "./rules";

/** A rule that may stand at the beginning of another. */
interface Edge {
  readonly to: number;
  /** Something follows it in the other rule: recursion through here makes stacks grow without end. */
  readonly grows: boolean;
}

/**
 * Refuses grammars in which a rule begins with itself: their stacks would never end.
 *
 * llama.cpp takes a rule for possibly empty only if one of its alternates is written as nothing. So it refuses some grammars that would
 * do no harm, and overlooks some that have it build stacks without end. Refused is what llama.cpp refuses, and what it should.
 * @throws GrammarError
 */
export function refuseLeftRecursion(grammar: GrammarRules): void {
  const {rules} = grammar;
  const written = new Set<number>();
  for (const [id, {alternates}] of rules.entries()) if (alternates.some((items) => items.length === 0)) written.add(id);
  const culprit =
    recursiveRule(edgesOf(rules, written), () => true) ??
    recursiveRule(edgesOf(rules, possiblyEmpty(rules)), ({grows}) => grows);
  const rule = culprit === null ? undefined : rules[culprit];
  if (rule === undefined) return;
  const {name, place} = rule;
  throw new GrammarError(
    l10n.t(
      'Line {0}, column {1} of the grammar: the rule "{2}" begins with itself; write it so that the repeated part comes last.',
      place.line,
      place.column,
      name
    ),
    place
  );
}

/** Rules that may stand for nothing at all. */
function possiblyEmpty(rules: readonly Rule[]): ReadonlySet<number> {
  const empty = new Set<number>();
  const users = rules.map(() => new Set<number>());
  for (const [id, {alternates}] of rules.entries())
    for (const item of alternates.flat()) if (item.kind === "rule") users[item.rule]?.add(id);
  const open = new Set(rules.keys());
  for (const id of open) {
    // A set's items that are added during the loop are visited, too: a rule is looked at again once one that it uses may be empty.
    open.delete(id);
    const isEmpty = rules[id]?.alternates.some((items) =>
      items.every((item) => item.kind === "rule" && empty.has(item.rule))
    );
    if (isEmpty !== true || empty.has(id)) continue;
    empty.add(id);
    for (const user of users[id] ?? []) open.add(user);
  }
  return empty;
}

function edgesOf(rules: readonly Rule[], empty: ReadonlySet<number>): readonly (readonly Edge[])[] {
  return rules.map(({alternates}) => {
    const edges = new Map<string, Edge>();
    for (const items of alternates)
      for (const [i, item] of items.entries()) {
        if (item.kind !== "rule") break;
        const edge = {to: item.rule, grows: i + 1 < items.length};
        edges.set(`${edge.to},${edge.grows}`, edge);
        if (!empty.has(item.rule)) break;
      }
    return [...edges.values()];
  });
}

/** A rule on a cycle that has an edge of the wanted kind; null if there is none. */
function recursiveRule(edges: readonly (readonly Edge[])[], isBad: (edge: Edge) => boolean): number | null {
  const component = components(edges);
  for (const [from, outgoing] of edges.entries())
    for (const edge of outgoing) if (component[from] === component[edge.to] && isBad(edge)) return from;
  return null;
}

/** The strongly connected component of each rule (Tarjan's algorithm, without recursion: a grammar's rules can form a long chain). */
function components(edges: readonly (readonly Edge[])[]): Int32Array {
  const [index, low, component] = [-1, 0, -1].map((value) => new Int32Array(edges.length).fill(value)) as [
    Int32Array,
    Int32Array,
    Int32Array
  ];
  const open: number[] = [];
  let [visited, found] = [0, 0];
  for (const start of edges.keys()) {
    if (index[start] !== -1) continue;
    const path = [{rule: start, next: 0}];
    for (let top = path.at(-1); top !== undefined; top = path.at(-1)) {
      const {rule} = top;
      if (top.next === 0) {
        index[rule] = low[rule] = visited++;
        open.push(rule);
      }
      const edge = edges[rule]?.[top.next++];
      if (edge !== undefined) {
        if (index[edge.to] === -1) path.push({rule: edge.to, next: 0});
        else if (component[edge.to] === -1) low[rule] = Math.min(low[rule] ?? 0, index[edge.to] ?? 0);
        continue;
      }
      path.pop();
      const below = path.at(-1)?.rule;
      if (below !== undefined) low[below] = Math.min(low[below] ?? 0, low[rule] ?? 0);
      if (low[rule] !== index[rule]) continue;
      for (let member = open.pop(); member !== undefined; member = open.pop()) {
        component[member] = found;
        if (member === rule) break;
      }
      found++;
    }
  }
  return component;
}
