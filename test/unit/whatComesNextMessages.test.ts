import {strict as assert} from "node:assert";
import type {NextDistribution} from "../../src/contract/sampling";
import {tableText} from "../../src/features/whatComesNext/copies";
import {isViewState, parseMessage, parseOptions} from "../../src/features/whatComesNext/parseMessage";
import {maxSeed, type NextOptions, protocolVersion, usualOptions} from "../../src/features/whatComesNext/protocol";
import {shownNext} from "../../src/features/whatComesNext/shownNext";
import {noSamplers, samplerNames} from "../../src/sampling/settings";
import {acts, isSameChain, moved, toggled, withSamplers, withSettings} from "../../webview/whatComesNext/chain";
import {DrawChoice} from "../../webview/whatComesNext/drawChoice";

const options: NextOptions = {
  ...usualOptions,
  samplers: {...noSamplers, order: ["topK", "temperature"], topK: 40, temperature: 0.7},
  draws: {count: 100, seed: 3}
};

describe("The messages of the view What Comes Next", () => {
  it("are taken as they are", () => {
    for (const message of [
      {type: "hello"},
      {type: "ready"},
      {type: "tryAgain"},
      {type: "focusEditor"},
      {type: "setOptions", options},
      {type: "setOptions", options: usualOptions},
      {type: "insert", place: 3, row: 199},
      {type: "copyToken", place: 0, row: 0},
      {type: "copyTable", format: "json"},
      {type: "copySettings", target: "ollamaJson"}
    ])
      assert.deepEqual(parseMessage(message), message);
  });

  it("are dropped if they are anything else", () => {
    const changed = (changes: object) => ({type: "setOptions", options: {...options, ...changes}});
    const samplers = (changes: object) => changed({samplers: {...options.samplers, ...changes}});
    for (const message of [
      null,
      {type: "run"},
      {type: "insert", place: 0, row: 200},
      {type: "insert", place: 0, row: -1},
      {type: "insert", row: 1},
      {type: "copyTable", format: "html"},
      {type: "copySettings", target: "lmStudio"},
      {type: "setOptions"},
      changed({draws: {count: 11, seed: 1}}),
      changed({draws: {count: 10, seed: -1}}),
      changed({draws: {count: 10, seed: maxSeed + 1}}),
      changed({arrangement: ["topK"]}),
      changed({arrangement: samplerNames.toReversed()}),
      changed({arrangement: samplerNames.map(() => "topK")}),
      samplers({order: ["topK", "topK"]}),
      samplers({order: ["mirostat"]}),
      samplers({topK: 0.5}),
      samplers({topK: -1}),
      samplers({topP: 1.1}),
      samplers({temperature: Number.NaN}),
      samplers({temperature: "1"}),
      samplers({xtc: {probability: 2, threshold: 0}}),
      samplers({penalties: {...noSamplers.penalties, repeat: 0}}),
      samplers({penalties: {...noSamplers.penalties, lastTokens: -2}}),
      samplers({dry: {...noSamplers.dry, breakers: ["x".repeat(101)]}}),
      samplers({dry: {...noSamplers.dry, breakers: Array(101).fill("x")}})
    ])
      assert.equal(parseMessage(message), null, JSON.stringify(message));
  });

  it("a state of another version is not read", () => {
    assert.equal(isViewState({version: protocolVersion, samplersOpen: true}), true);
    for (const state of [null, undefined, {}, {version: protocolVersion + 1}]) assert.equal(isViewState(state), false);
    assert.deepEqual(parseOptions(JSON.parse(JSON.stringify(options))), options);
    assert.equal(parseOptions({samplers: {}}), null);
  });
});

describe("The chain of samplers in the view", () => {
  it("turns a sampler on with a value that does something, and off without losing it", () => {
    assert.equal(acts(usualOptions, "topK"), false);
    const on = toggled(usualOptions, "topK");
    assert.equal(acts(on, "topK"), true);
    assert.equal(on.samplers.topK, 40);
    const other = withSamplers(on, "topK", {...on.samplers, topK: 7});
    const off = toggled(other, "topK");
    assert.equal(acts(off, "topK"), false);
    assert.equal(off.samplers.topK, 7);
    assert.equal(toggled(off, "topK").samplers.topK, 7);
    for (const name of samplerNames) assert.ok(acts(toggled(usualOptions, name), name), name);
  });

  it("another value turns a sampler on, at its place", () => {
    const changed = withSamplers(options, "minP", {...options.samplers, minP: 0.1});
    assert.deepEqual(changed.samplers.order, ["topK", "minP", "temperature"]);
  });

  it("keeps the order of those that are on with that of all", () => {
    const first = moved(options, "temperature", 0);
    assert.deepEqual(first.samplers.order, ["temperature", "topK"]);
    assert.equal(first.arrangement.length, samplerNames.length);
    assert.deepEqual(moved(first, "temperature", 99).samplers.order, ["topK", "temperature"]);
    assert.deepEqual(moved(first, "temperature", -1).arrangement, first.arrangement);
    assert.ok(parseOptions(first));
  });

  it("takes over a preset's order; what it leaves out keeps its place", () => {
    const taken = withSettings(options, {...noSamplers, order: ["topK", "temperature", "topP", "minP"], topK: 5});
    assert.deepEqual(
      taken.arrangement.filter((name) => taken.samplers.order.includes(name)),
      taken.samplers.order
    );
    assert.deepEqual([...taken.arrangement].sort(), [...samplerNames].sort());
    assert.ok(parseOptions(taken));
  });

  it("is the same if it does the same", () => {
    assert.ok(isSameChain(noSamplers, {...noSamplers, order: []}));
    assert.ok(isSameChain(noSamplers, {...noSamplers, order: ["topP"], topK: 9}));
    assert.ok(!isSameChain(noSamplers, {...noSamplers, topK: 9}));
    assert.ok(!isSameChain(options.samplers, moved(options, "temperature", 0).samplers));
  });

  it("draws again with the next seed", () => {
    const choice = new DrawChoice();
    assert.deepEqual(choice.draw(null), {count: 100, seed: 1});
    assert.deepEqual(choice.draw({count: 100, seed: 1}), {count: 100, seed: 2});
    assert.equal(choice.choose({count: 10, seed: maxSeed}, null), null);
    assert.deepEqual(choice.draw(choice.value), {count: 10, seed: 0});
    choice.follow({count: 1000, seed: 5});
    assert.deepEqual(choice.value, {count: 1000, seed: 5});
  });
});

const next: NextDistribution = {
  model: {
    name: "Tiny | Coder",
    file: "tiny.gguf",
    architecture: "llama",
    quantization: "F16",
    parameters: 1,
    vocabularySize: 10,
    contextSize: 64,
    addsBos: true,
    capabilities: {
      generate: true,
      purpose: "generates",
      infill: false,
      spans: true,
      promptLogprobs: true,
      ranks: true,
      entropy: true,
      detailIsFree: true,
      maxAlternatives: null
    }
  },
  promptTokens: 5,
  cut: false,
  entropy: Math.LN2,
  top: [
    {id: 1, text: "a|b", bytes: Buffer.from("a|b"), logprob: Math.log(0.5), after: 1, drawn: 100},
    {id: 2, text: "\ufffd", bytes: Uint8Array.of(0xe2), logprob: Math.log(0.25), after: 0, cutBy: "topK", drawn: 0}
  ],
  rest: {tokens: 8, probability: 0.25, after: 0, drawn: 0},
  stages: [{sampler: "topK", candidates: 1, mass: 0.5, entropy: 0}],
  after: {candidates: 1, entropy: 0},
  warnings: []
};

describe("What Comes Next, as it is shown and copied", () => {
  it("has labels with nothing invisible", () => {
    const shown = shownNext(next, {place: 4, tail: "x", title: "a.py", isCut: true, draws: null});
    assert.deepEqual(
      shown.rows.map(({label, cutBy}) => [label, cutBy]),
      [
        ["a|b", undefined],
        ["⟨E2⟩", "topK"]
      ]
    );
    assert.equal(shown.cut, true);
    assert.equal(shown.place, 4);
  });

  it("is a table", () => {
    const copied = {title: "a.py", tail: "x", next, options};
    const lines = tableText(copied, "markdown").split("\n");
    assert.match(
      lines[0] ?? "",
      /^\*\*a&#46;py\*\* · `…x` · Tiny &#124; Coder · 5 tokens before the cursor · entropy 1\.00 bits$/
    );
    assert.equal(lines[2], "| Token | Id | Before | After | Of 100 drawn, seed 3 |");
    assert.match(lines[4] ?? "", /\| 1 \| 50\.0 % \| 100\.0 % \| 100 \|$/);
    assert.equal(lines[5], "| `⟨E2⟩` | 2 | 25.0 % | 0 % | 0 |");
    assert.equal(lines[6], "| 8 others |  | 25.0 % | 0 % | 0 |");
  });

  it("is JSON", () => {
    const written = JSON.parse(tableText({title: "a.py", tail: "x", next, options}, "json"));
    assert.deepEqual(written.samplers, options.samplers);
    assert.deepEqual(written.draws, {count: 100, seed: 3});
    assert.deepEqual(written.tokens[1].bytes, [0xe2]);
    assert.equal(written.tokens[0].probability, 0.5);
    assert.deepEqual(written.stages, next.stages);
  });
});
