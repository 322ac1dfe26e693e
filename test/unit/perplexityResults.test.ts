import {strict as assert} from "node:assert";
import type {Memento} from "vscode";
import {resultMarkdown, resultsMarkdown} from "../../src/features/perplexity/markdown";
import {type Result, resultJson, resultRows} from "../../src/features/perplexity/result";
import {maxResults, ResultHistory} from "../../src/features/perplexity/resultHistory";
import {summarize} from "../../src/metrics/summary";

const summary = summarize("ab cd", {
  logprobs: Float64Array.of(-1, -2, -3, -1, -2),
  top1: new Uint8Array(5),
  ends: Uint32Array.of(1, 2, 3, 4, 5)
});

const result: Result = {
  title: "a.txt, lines 1–2",
  time: 1_700_000_000_000,
  model: {name: "a model", file: "a.gguf", quantization: "Q8_0", device: "cpu", sha256: "0123456789abcdef"},
  windowing: {mode: "document", bos: true, window: 64, stride: 32},
  contextTokens: 0,
  finished: true,
  spacedWords: true,
  summary,
  warnings: ["a `warning`"]
};

/** A memento that keeps what JSON keeps. */
function memento(): Memento & {readonly kept: Map<string, string>} {
  const kept = new Map<string, string>();
  const get = (key: string) => {
    const text = kept.get(key);
    return text === undefined ? undefined : JSON.parse(text);
  };
  return {
    kept,
    get,
    keys: () => [...kept.keys()],
    update: async (key, value) => {
      if (value === undefined) kept.delete(key);
      else kept.set(key, JSON.stringify(value));
    }
  } as Memento & {readonly kept: Map<string, string>};
}

describe("A perplexity result", () => {
  it("is a table of Markdown, in which nothing becomes a link", () => {
    const markdown = resultMarkdown({...result, title: "[x](command:y) | z"});
    assert.match(markdown, /^\*\*Perplexity of &#91;x&#93;&#40;command&#58;y&#41; &#124; z\*\*$/m);
    assert.match(markdown, /^\| Number \| Value \|$/m);
    assert.match(markdown, /^\| Perplexity \| 6&#46;050 \|$/m);
    assert.match(markdown, /^\*\*Note:\*\* a &#96;warning&#96;$/m);
    assert.match(resultMarkdown({...result, finished: false}), /\(partial\)\*\*/);
  });

  it("has no word perplexity where spaces do not part words, but for JSON", () => {
    const labels = (some: Result) => resultRows(some).map(({label}) => label);
    assert.ok(labels(result).includes("Word perplexity"));
    assert.ok(!labels({...result, spacedWords: false}).includes("Word perplexity"));
    assert.equal(JSON.parse(resultJson({...result, spacedWords: false})).wordPerplexity, Math.exp(9 / 2));
  });

  it("stands beside others in a table", () => {
    const rows = resultsMarkdown([result, {...result, title: "b", finished: false}]).split("\n");
    assert.equal(rows[0], "| Text | Model | Perplexity | Bits per byte | Tokens | Window |");
    assert.match(
      rows[2] ?? "",
      /^\| a&#46;txt&#44; lines 1&#8211;2 \| a model Q8&#95;0 \| 6\.050 \| 2\.597 \| 5 \| 64 tokens, /
    );
    assert.match(rows[3] ?? "", /^\| b \(partial\) \|/);
    assert.equal(rows.length, 4);
  });
});

describe("The history of results", () => {
  it("outlives a reload, the newest first, with every number", async () => {
    const state = memento();
    const history = new ResultHistory(state);
    await history.add(result);
    await history.add({...result, title: "b", ropeFactors: "long", contextTokens: 7});
    const again = new ResultHistory(state).all;
    assert.deepEqual(
      again.map(({title}) => title),
      ["b", result.title]
    );
    assert.deepEqual(again.map(resultJson), history.all.map(resultJson));
    assert.deepEqual(again.map(resultRows), history.all.map(resultRows));
  });

  it("has a limit, and forgets one or all", async () => {
    const state = memento();
    const history = new ResultHistory(state);
    for (let time = 0; time <= maxResults; time++) await history.add({...result, time});
    assert.deepEqual([history.all.length, history.all[0]?.time], [maxResults, maxResults]);
    const [first] = history.all;
    assert.ok(first);
    await history.remove(first);
    assert.equal(new ResultHistory(state).all[0]?.time, maxResults - 1);
    await history.clear();
    assert.deepEqual([new ResultHistory(state).all, state.kept.size], [[], 0]);
  });

  it("takes nothing from its state that is no result", async () => {
    const state = memento();
    await new ResultHistory(state).add(result);
    const [[key, saved] = ["", ""]] = state.kept;
    const good = JSON.parse(saved)[0];
    const odd = [
      ...[null, 1, "x", {}, [good], {...good, title: 1}, {...good, model: null}, {...good, time: -1}],
      ...[
        {...good, summary: {tokens: 1}},
        {...good, summary: {...good.summary, nats: "1"}},
        {...good, warnings: [1]}
      ]
    ];
    for (const all of [[...odd, good], odd, null, "x", {0: good, length: 1}]) {
      await state.update(key, all);
      const expected = Array.isArray(all) && all.includes(good) ? [result.title] : [];
      assert.deepEqual(
        new ResultHistory(state).all.map(({title}) => title),
        expected
      );
    }
  });
});
