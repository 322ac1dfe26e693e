/**
 * What a model would have written in place of a token: branches of tokens, each behind some tokens of another one. A tree is never
 * changed; what changes it gives another one. It is saved as JSON.
 */

/** N tokens. */
export interface BranchTokens {
  readonly ids: readonly number[];
  /** The tokens on one line, with nothing invisible. */
  readonly labels: readonly string[];
  /** Natural logprobs in the model's own distribution. */
  readonly logprobs: readonly number[];
}

/** Where a branch comes from: a token that was chosen, or what the model has written. */
export type BranchOrigin =
  | {readonly kind: "alternative"}
  | {readonly kind: "greedy"}
  | {readonly kind: "sampled"; readonly temperature: number; readonly seed: number};

export interface Branch extends BranchTokens {
  readonly id: number;
  /** The branch that it grows from; null: the place in the text. */
  readonly parent: number | null;
  /** So many of the parent's tokens stand before it. */
  readonly at: number;
  readonly origin: BranchOrigin;
  /** What the user calls it; "": nothing. */
  readonly name: string;
  /** All text from the place to the branch's end. */
  readonly text: string;
  /** Its text ends with a whole character. */
  readonly isWhole: boolean;
  /** Why it ends. Null: one token was chosen. */
  readonly stop: "end" | "maxTokens" | "context" | "stopped" | null;
  /** Logprobs of the text's next tokens behind it; null where unscored. Null: not asked for. */
  readonly rest: readonly (number | null)[] | null;
}

export type NewBranch = Omit<Branch, "id" | "name" | "rest">;

export interface BranchTree {
  /** Ids are not used again. */
  readonly nextId: number;
  /** In the order in which they came: a branch stands behind its parent. */
  readonly branches: readonly Branch[];
}

export const noBranches: BranchTree = {nextId: 1, branches: []};

/** Limits of a tree, so that it can be saved and drawn. */
export const maxBranches = 200;
export const maxBranchTokens = 20_000;
export const maxNameLength = 100;

export function branchOf(tree: BranchTree, id: number): Branch | undefined {
  return tree.branches.find((branch) => branch.id === id);
}

/** Adds branches, as many as there is room for. */
export function addBranches(tree: BranchTree, added: readonly NewBranch[]): BranchTree {
  const branches = [...tree.branches];
  let {nextId} = tree;
  let tokens = sizeOf(tree);
  for (const one of added) {
    tokens += one.ids.length;
    if (branches.length >= maxBranches || tokens > maxBranchTokens) break;
    branches.push({...one, id: nextId++, name: "", rest: null});
  }
  return {nextId, branches};
}

/** Whether there is no room for another branch. */
export function isFull(tree: BranchTree): boolean {
  return tree.branches.length >= maxBranches || sizeOf(tree) >= maxBranchTokens;
}

function sizeOf({branches}: BranchTree): number {
  return branches.reduce((sum, {ids}) => sum + ids.length, 0);
}

/** Takes away a branch and all that grows from it. */
export function pruneBranch(tree: BranchTree, id: number): {tree: BranchTree; pruned: readonly Branch[]} {
  const gone = new Set<number | null>([id]);
  // Children stand behind their parents.
  for (const {id: own, parent} of tree.branches) if (gone.has(parent)) gone.add(own);
  const isGone = (branch: Branch) => gone.has(branch.id);
  return {
    tree: {...tree, branches: tree.branches.filter((branch) => !isGone(branch))},
    pruned: tree.branches.filter(isGone)
  };
}

/** Brings back what was pruned, at its old place, where what it grew from is there. */
export function restoreBranches(tree: BranchTree, pruned: readonly Branch[]): BranchTree {
  const ids = new Set<number | null>([null, ...tree.branches.map(({id}) => id)]);
  const branches = [...tree.branches];
  for (const branch of pruned) {
    if (!ids.has(branch.parent) || ids.has(branch.id) || branches.length >= maxBranches) continue;
    ids.add(branch.id);
    branches.push(branch);
  }
  return {...tree, branches: branches.sort((a, b) => a.id - b.id)};
}

export function changeBranch(tree: BranchTree, id: number, change: Partial<Pick<Branch, "name" | "rest">>): BranchTree {
  return {...tree, branches: tree.branches.map((one) => (one.id === id ? {...one, ...change} : one))};
}

/** A branch that chooses this token at this place. */
export function knownAlternative(
  {branches}: BranchTree,
  parent: number | null,
  at: number,
  id: number
): Branch | undefined {
  return branches.find(
    (one) => one.origin.kind === "alternative" && one.parent === parent && one.at === at && one.ids[0] === id
  );
}

/** All tokens from the place to a branch's end, or before its token `end`. */
export function pathOf(tree: BranchTree, id: number, end?: number): BranchTokens {
  const parts: BranchTokens[] = [];
  let at = end ?? Number.POSITIVE_INFINITY;
  for (let one = branchOf(tree, id); one !== undefined; one = branchOf(tree, one.parent ?? 0)) {
    const count = at;
    const part = (list: readonly (number | string)[]) => list.slice(0, count);
    parts.unshift({
      ids: part(one.ids) as number[],
      labels: part(one.labels) as string[],
      logprobs: part(one.logprobs) as number[]
    });
    at = one.at;
  }
  return {
    ids: parts.flatMap(({ids}) => ids),
    labels: parts.flatMap(({labels}) => labels),
    logprobs: parts.flatMap(({logprobs}) => logprobs)
  };
}

/** The seed of the next sample at a place: one that no sample there has had. */
export function nextSeed({branches}: BranchTree, parent: number, temperature: number, first: number): number {
  return branches.reduce(
    (seed, {parent: own, origin}) =>
      own === parent && origin.kind === "sampled" && origin.temperature === temperature
        ? Math.max(seed, origin.seed + 1)
        : seed,
    first
  );
}

/** A row of the tree: depth first, each branch before what grows from it. */
export interface BranchRow {
  readonly branch: Branch;
  /** From 1. */
  readonly level: number;
  /** Among the branches of its parent, from 1. */
  readonly place: number;
  readonly siblings: number;
  readonly children: number;
}

export function branchRows({branches}: BranchTree, isOpen: (id: number) => boolean = () => true): BranchRow[] {
  const children = new Map<number | null, Branch[]>();
  for (const branch of branches) children.set(branch.parent, [...(children.get(branch.parent) ?? []), branch]);
  const rows: BranchRow[] = [];
  const walk = (parent: number | null, level: number): void => {
    const own = children.get(parent) ?? [];
    for (const [index, branch] of own.entries()) {
      const count = children.get(branch.id)?.length ?? 0;
      rows.push({branch, level, place: index + 1, siblings: own.length, children: count});
      if (isOpen(branch.id)) walk(branch.id, level + 1);
    }
  };
  walk(null, 1);
  return rows;
}

/** What tokens cost together. */
export interface BranchTotals {
  readonly tokens: number;
  /** Sum of the natural logprobs. */
  readonly logprob: number;
  /** Of one token; null without any. */
  readonly mean: number | null;
  readonly perplexity: number | null;
}

/** Tokens without a score are not counted. */
export function totalsOf(logprobs: readonly (number | null)[]): BranchTotals {
  let logprob = 0;
  let tokens = 0;
  for (const one of logprobs) {
    if (one === null) continue;
    logprob += one;
    tokens++;
  }
  const mean = tokens === 0 ? null : logprob / tokens;
  return {tokens, logprob, mean, perplexity: mean === null ? null : Math.exp(-mean)};
}

/** What the rest of a text costs behind a branch, beside what it costs in the text. */
export interface RestCost {
  /** Of the tokens that have a score in both. */
  readonly before: BranchTotals;
  readonly after: BranchTotals;
  /** N differences in nats, more where it costs more; null where one has no score. */
  readonly differences: readonly (number | null)[];
  /** From this token on none costs {@link recovered} more; N where the last one does. */
  readonly recoversAt: number;
}

/** Nats: half a bit. */
export const recovered = Math.LN2 / 2;

export function restCost(before: readonly (number | null)[], after: readonly (number | null)[]): RestCost {
  const differences = after.map((one, index) => {
    const old = before[index] ?? null;
    return one === null || old === null ? null : old - one;
  });
  const inBoth = (list: readonly (number | null)[]) =>
    differences.map((difference, index) => (difference === null ? null : (list[index] ?? null)));
  return {
    before: totalsOf(inBoth(before)),
    after: totalsOf(inBoth(after)),
    differences,
    recoversAt: 1 + differences.findLastIndex((difference) => difference !== null && difference > recovered)
  };
}
