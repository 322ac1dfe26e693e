import {strict as assert} from "node:assert";
import {parseMessage, parseViewState} from "../../src/features/branches/parseMessage";
import {
  type FromView,
  maxRest,
  protocolVersion,
  usualOptions,
  type ViewState
} from "../../src/features/branches/protocol";
import {treeMarkdown} from "../../src/features/branches/treeMarkdown";
import {place, tree} from "../harness/branchesInBrowser";
import {allHostile} from "../harness/hostileText";

const state: ViewState = {
  version: protocolVersion,
  place,
  options: usualOptions,
  tree,
  selected: 3,
  closed: [5]
};

/** As VS Code saves it. */
const saved = (changes: object = {}): unknown => JSON.parse(JSON.stringify({...state, ...changes}));
const withBranch = (change: object) =>
  saved({tree: {...tree, branches: tree.branches.map((one, index) => (index === 2 ? {...one, ...change} : one))}});

describe("The branches view's messages", () => {
  it("are taken as they are", () => {
    const messages: readonly FromView[] = [
      {type: "ready"},
      {type: "more", branch: 1},
      {type: "rest", branch: 1},
      {type: "alternatives", branch: 1, at: 0},
      {type: "try", branch: 1, at: 0, id: 3},
      {type: "prune", branch: 1},
      {type: "undo"},
      {type: "rename", branch: 1, name: "x".repeat(100)},
      {type: "insert", branch: 1, insertion: "replace"},
      {type: "insert", branch: 1, insertion: "keep"},
      {type: "copy", branch: 1},
      {type: "copyTree"},
      {type: "show"},
      {type: "setOptions", options: usualOptions},
      {type: "stop"}
    ];
    for (const message of messages) assert.deepEqual(parseMessage({...message, extra: 1}), message);
  });

  it("are dropped where anything is wrong with them", () => {
    const wrong: readonly unknown[] = [
      null,
      "ready",
      {type: "more"},
      {type: "more", branch: -1},
      {type: "more", branch: 1.5},
      {type: "try", branch: 1, at: 0, id: 2 ** 31},
      {type: "try", branch: 1, at: 0, id: -1},
      {type: "rename", branch: 1, name: "x".repeat(101)},
      {type: "rename", branch: 1, name: 5},
      {type: "insert", branch: 1, insertion: "everywhere"},
      {type: "setOptions", options: {...usualOptions, count: 1000}},
      {type: "setOptions", options: {...usualOptions, temperature: Number.NaN}},
      {type: "setOptions", options: {...usualOptions, maxTokens: 1e6}},
      {type: "setOptions", options: {...usualOptions, seed: -1}},
      {type: "setOptions", options: {}}
    ];
    for (const message of wrong) assert.equal(parseMessage(message), null, JSON.stringify(message));
  });
});

describe("The branches view's saved state", () => {
  it("comes back as it was", () => {
    assert.deepEqual(parseViewState(saved()), state);
    assert.deepEqual(parseViewState(saved({place: {...place, ids: null}}))?.place.ids, null);
  });

  it("forgets a selection that it can't read, and nothing else for it", () => {
    assert.deepEqual(parseViewState(saved({selected: "x", closed: 7})), {...state, selected: null, closed: []});
  });

  it("is not read where anything else is wrong with it", () => {
    const wrong: readonly unknown[] = [
      null,
      saved({version: 0}),
      saved({place: {...place, start: 30}}),
      saved({place: {...place, ids: [1, "2"]}}),
      saved({place: {...place, contextTokens: 5}}),
      saved({place: {...place, spec: {...place.spec, kind: "other"}}}),
      saved({place: {...place, rest: Array(maxRest + 1).fill(place.token)}}),
      saved({options: {...usualOptions, count: 0}}),
      saved({tree: {...tree, nextId: 3}}),
      saved({tree: {...tree, branches: [...tree.branches].reverse()}}),
      saved({tree: {...tree, branches: tree.branches.slice(1)}}),
      withBranch({at: 99}),
      withBranch({parent: 8}),
      withBranch({id: 2}),
      withBranch({labels: []}),
      withBranch({logprobs: ["0"]}),
      withBranch({rest: [Number.NaN, "x"]}),
      withBranch({origin: {kind: "sampled"}}),
      withBranch({name: "x".repeat(1000)})
    ];
    for (const [index, one] of wrong.entries()) assert.equal(parseViewState(one), null, `${index}`);
  });
});

describe("A tree as Markdown", () => {
  it("is a nested list, with what each branch costs", () => {
    const lines = treeMarkdown(place, tree).split("\n");
    assert.equal(lines[0], "**sample&#46;py&#44; line 2** · Tokenscope Tiny");
    assert.equal(lines[2], "In place of `·return` 41.3 %:");
    assert.match(
      lines[4] ?? "",
      /^- `·print` · another word · 1 token · logprob −0\.200 · perplexity 1\.221 · the rest of the text: \+\d/
    );
    assert.match(
      lines[6] ?? "",
      /^ {2}- \*\*as a text\*\* `\(f"\{a\}·\+·\{b\}"\)↵` · temperature 0\.8, seed 1 · 14 tokens/
    );
    assert.match(lines[7] ?? "", /^ {4}- `·total`/);
    assert.equal(lines.length, 4 + tree.branches.length + 1);
  });

  it("has no Markdown of a text's or a name's own", () => {
    const [first] = tree.branches;
    assert.ok(first);
    const hostile = {...first, labels: [allHostile], name: allHostile};
    const text = treeMarkdown({...place, title: allHostile}, {...tree, branches: [hostile]});
    assert.doesNotMatch(text.replace(/`[^`\n]*`/g, "code"), /\]\(|<[a-z]|\$\(/i);
    assert.equal(text.split("\n").length, 6);
  });
});
