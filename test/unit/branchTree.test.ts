import {strict as assert} from "node:assert";
import fc from "fast-check";
import {
  addBranches,
  type BranchTree,
  branchOf,
  branchRows,
  changeBranch,
  isFull,
  knownAlternative,
  maxBranches,
  maxBranchTokens,
  type NewBranch,
  nextSeed,
  noBranches,
  pathOf,
  pruneBranch,
  recovered,
  restCost,
  restoreBranches,
  totalsOf
} from "../../src/metrics/branchTree";
import {cases} from "../harness/thorough";

function branch(parent: number | null, at: number, ids: readonly number[], more: Partial<NewBranch> = {}): NewBranch {
  return {
    parent,
    at,
    ids,
    labels: ids.map((id) => `t${id}`),
    logprobs: ids.map((id) => -id / 10),
    origin: {kind: "greedy"},
    text: ids.join(" "),
    isWhole: true,
    stop: "maxTokens",
    ...more
  };
}

/** 1 ─ 2 (behind all of 1), 3 (behind one token of 2), 4 beside 1. */
const small = addBranches(noBranches, [
  branch(null, 0, [5], {origin: {kind: "alternative"}}),
  branch(1, 1, [6, 7, 8]),
  branch(2, 1, [9], {origin: {kind: "alternative"}}),
  branch(null, 0, [4], {origin: {kind: "alternative"}})
]);

/** A tree grown at random: each branch at a random place of one that is there. */
const anyTree = fc
  .array(fc.record({parent: fc.nat(), at: fc.nat(), ids: fc.array(fc.nat(1000), {minLength: 1, maxLength: 5})}), {
    maxLength: 30
  })
  .map((grown) =>
    grown.reduce<BranchTree>((tree, {parent, at, ids}) => {
      const places = [null, ...tree.branches.map(({id}) => id)];
      const place = places[parent % places.length] ?? null;
      const length = place === null ? 0 : (branchOf(tree, place)?.ids.length ?? 0);
      return addBranches(tree, [branch(place, length === 0 ? 0 : at % (length + 1), ids)]);
    }, noBranches)
  );

const check = (property: fc.IProperty<[BranchTree, number]>) =>
  fc.assert(property, {seed: 18, numRuns: cases(200, 5000)});
const withBranch = (holds: (tree: BranchTree, id: number) => void) =>
  check(
    fc.property(anyTree, fc.nat(), (tree, choice) => {
      const one = tree.branches[choice % Math.max(1, tree.branches.length)];
      if (one !== undefined) holds(tree, one.id);
    })
  );

describe("A tree of branches", () => {
  it("gives the tokens from the place to a branch's end, or before one of its tokens", () => {
    assert.deepEqual(pathOf(small, 1).ids, [5]);
    assert.deepEqual(pathOf(small, 2).ids, [5, 6, 7, 8]);
    assert.deepEqual(pathOf(small, 2, 2).ids, [5, 6, 7]);
    assert.deepEqual(pathOf(small, 3), {ids: [5, 6, 9], labels: ["t5", "t6", "t9"], logprobs: [-0.5, -0.6, -0.9]});
    assert.deepEqual(pathOf(small, 3, 0).ids, [5, 6]);
    assert.deepEqual(pathOf(small, 99).ids, []);
  });

  it("has rows, depth first, of what is open", () => {
    const shape = (rows: ReturnType<typeof branchRows>) =>
      rows.map(({branch: {id}, level, place, siblings, children}) => [id, level, place, siblings, children]);
    assert.deepEqual(shape(branchRows(small)), [
      [1, 1, 1, 2, 1],
      [2, 2, 1, 1, 1],
      [3, 3, 1, 1, 0],
      [4, 1, 2, 2, 0]
    ]);
    assert.deepEqual(
      branchRows(small, (id) => id !== 1).map(({branch: {id}}) => id),
      [1, 4]
    );
  });

  it("finds an alternative that was tried, and seeds that were not", () => {
    assert.equal(knownAlternative(small, null, 0, 4)?.id, 4);
    assert.equal(knownAlternative(small, 2, 1, 9)?.id, 3);
    assert.equal(knownAlternative(small, 2, 2, 9), undefined);
    assert.equal(knownAlternative(small, 1, 1, 6), undefined, "a continuation is no alternative");
    const sampled = (seed: number, temperature = 0.8) => ({origin: {kind: "sampled", temperature, seed}}) as const;
    const grown = addBranches(small, [branch(4, 1, [1], sampled(7)), branch(4, 1, [2], sampled(8))]);
    assert.equal(nextSeed(grown, 4, 0.8, 1), 9);
    assert.equal(nextSeed(grown, 4, 0.8, 20), 20);
    assert.equal(nextSeed(grown, 4, 1, 1), 1);
    assert.equal(nextSeed(grown, 1, 0.8, 1), 1);
  });

  it("is named, and told what the rest costs", () => {
    const changed = changeBranch(changeBranch(small, 2, {name: "best"}), 2, {rest: [-1, null]});
    assert.deepEqual(branchOf(changed, 2)?.name, "best");
    assert.deepEqual(branchOf(changed, 2)?.rest, [-1, null]);
    assert.deepEqual(branchOf(small, 2)?.name, "", "the tree before is as it was");
    assert.deepEqual(changeBranch(small, 99, {name: "none"}), small);
  });

  it("has as many branches and tokens as can be saved", () => {
    const many = addBranches(
      noBranches,
      Array.from({length: maxBranches + 5}, () => branch(null, 0, [1]))
    );
    assert.equal(many.branches.length, maxBranches);
    assert.ok(isFull(many));
    const long = addBranches(noBranches, [branch(null, 0, new Array(maxBranchTokens).fill(1)), branch(null, 0, [1])]);
    assert.equal(long.branches.length, 1);
    assert.ok(isFull(long));
    assert.ok(!isFull(small));
  });

  it("loses with a branch all that grows from it and nothing else, and gets back just that", () =>
    withBranch((tree, id) => {
      const {tree: rest, pruned} = pruneBranch(tree, id);
      const ids = new Set<number | null>([null, ...rest.branches.map((one) => one.id)]);
      assert.ok(!ids.has(id));
      assert.ok(
        rest.branches.every(({parent}) => ids.has(parent)),
        "no branch is left without its parent"
      );
      // By itself: a branch goes if the one that is pruned is above it.
      const isBelow = (one: number | null): boolean =>
        one !== null && (one === id || isBelow(branchOf(tree, one)?.parent ?? null));
      assert.deepEqual(
        pruned.map((one) => one.id),
        tree.branches.filter((one) => isBelow(one.id)).map((one) => one.id)
      );
      assert.deepEqual(restoreBranches(rest, pruned), tree);
      assert.deepEqual(restoreBranches(tree, pruned), tree, "what is there does not come twice");
    }));

  it("gives back nothing whose parent is gone", () => {
    const {tree, pruned} = pruneBranch(small, 3);
    const without = pruneBranch(tree, 1).tree;
    assert.deepEqual(restoreBranches(without, pruned), without);
  });

  it("has paths that are the parent's beginning and its own tokens, whose totals are the parts' sums", () =>
    withBranch((tree, id) => {
      const own = branchOf(tree, id);
      assert.ok(own);
      const before = own.parent === null ? {ids: [], logprobs: []} : pathOf(tree, own.parent, own.at);
      const path = pathOf(tree, id);
      assert.deepEqual(path.ids, [...before.ids, ...own.ids]);
      assert.equal(path.labels.length, path.ids.length);
      const [all, first, last] = [path.logprobs, before.logprobs, own.logprobs].map(totalsOf);
      assert.equal(all?.tokens, (first?.tokens ?? 0) + (last?.tokens ?? 0));
      assert.ok(Math.abs((all?.logprob ?? 0) - (first?.logprob ?? 0) - (last?.logprob ?? 0)) < 1e-9);
    }));

  it("has each branch in one row, behind its parent", () =>
    withBranch((tree) => {
      const rows = branchRows(tree).map(({branch: {id, parent}, level}) => ({id, parent, level}));
      assert.deepEqual(
        rows.map(({id}) => id).sort((a, b) => a - b),
        tree.branches.map(({id}) => id)
      );
      for (const [index, {parent, level}] of rows.entries()) {
        const above = rows.slice(0, index).findLast((one) => one.level < level);
        assert.equal(above?.id ?? null, parent);
      }
    }));
});

describe("What branches cost", () => {
  it("is a sum, a mean and its perplexity, of the tokens with a score", () => {
    assert.deepEqual(totalsOf([]), {tokens: 0, logprob: 0, mean: null, perplexity: null});
    const {tokens, logprob, mean, perplexity} = totalsOf([-1, null, -3]);
    assert.deepEqual([tokens, logprob, mean], [2, -4, -2]);
    assert.ok(Math.abs((perplexity ?? 0) - Math.E ** 2) < 1e-12);
  });

  it("is compared token by token with what the text costs", () => {
    const cost = restCost([-1, -2, null, -1, -1], [-3, -2.5, -1, null, -1.1]);
    assert.deepEqual(
      cost.differences.map((one) => one && Math.round(one * 10) / 10),
      [2, 0.5, null, null, 0.1]
    );
    assert.deepEqual([cost.before.tokens, cost.before.logprob], [3, -4]);
    assert.deepEqual([cost.after.tokens, Math.round(cost.after.logprob * 10) / 10], [3, -6.6]);
    assert.equal(cost.recoversAt, 2);
  });

  it("recovers behind the last token that costs half a bit more", () => {
    const of = (...differences: number[]) =>
      restCost(
        differences.map(() => -1),
        differences.map((one) => -1 - one)
      ).recoversAt;
    assert.equal(of(), 0);
    assert.equal(of(0, -1, recovered / 2), 0);
    assert.equal(of(0, 2 * recovered, -3, 0), 2);
    assert.equal(of(0, 0, 2 * recovered), 3);
  });
});
