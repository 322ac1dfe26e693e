import {strict as assert} from "node:assert";
import {type Summary, summarize} from "../../src/metrics/summary";
import {type SummaryAbout, summaryRows} from "../../src/metrics/summaryRows";

const nothing = summarize("", {logprobs: new Float64Array(), top1: new Uint8Array(), ends: null});

const summary: Summary = {
  ...nothing,
  tokens: 90,
  scored: 90,
  unscored: 0,
  crossEntropy: 4.2786,
  crossEntropyBits: 6.17275,
  perplexity: 72.1389,
  standardError: 8.3412,
  bitsPerCharacter: 1.48416,
  bitsPerByte: 1.4,
  wordPerplexity: 2381.77,
  top1Accuracy: 28 / 90,
  top10Accuracy: null,
  bytes: 386,
  characters: 380,
  words: 61,
  nats: 385.074,
  squaredDeviations: 107.1,
  minK: -9.8765,
  reached: 90
};

const about: SummaryAbout = {
  model: "Tokenscope tiny (Q8_0)",
  windowing: {mode: "document", bos: true, window: 1024, stride: 512}
};

describe("summary rows", () => {
  it("word every number of a summary", () => {
    assert.deepEqual(
      summaryRows(summary, about).map(({label, value}) => [label, value]),
      [
        ["Perplexity", "72.14 ± 8.34"],
        ["Cross entropy", "4.279 nats (6.173 bits) per token"],
        ["Bits per character", "1.484"],
        ["Bits per byte", "1.400"],
        ["Word perplexity", "2,382"],
        ["Top-1 accuracy", "31.1 %"],
        ["Min-20% (weak sign of training data)", "−9.877 nats"],
        ["Tokens", "90 scored, 0 left out"],
        ["Model", "Tokenscope tiny (Q8_0)"],
        ["Window", "1024 tokens, stride 512, BOS in front"]
      ]
    );
  });

  it("explain every number in a sentence or two", () => {
    for (const {label, help} of summaryRows(summary, about)) assert.match(help, /^[A-Z].+\.$/, label);
  });

  it("say which numbers may be compared between vocabularies", () => {
    const help = new Map(summaryRows(summary, about).map((row) => [row.label, row.help]));
    assert.match(help.get("Perplexity") ?? "", /not between different vocabularies/);
    assert.match(help.get("Bits per byte") ?? "", /Comparable between models with different vocabularies/);
  });

  it("hide the error of fewer than ten tokens", () => {
    assert.equal(perplexity({scored: 9}), "72.14");
    assert.equal(perplexity({scored: 10}), "72.14 ± 8.34");
    assert.equal(perplexity({standardError: null}), "72.14");
  });

  it("give the perplexity and its error the same number of decimals, and the error a digit to show", () => {
    assert.equal(perplexity({perplexity: 1282.891, standardError: 532.37}), "1,283 ± 532");
    assert.equal(perplexity({perplexity: 9.99996, standardError: 1.2}), "10.00 ± 1.20");
    assert.equal(perplexity({perplexity: 1.0213, standardError: 0.0004}), "1.02130 ± 0.00040");
    assert.equal(perplexity({perplexity: 1, standardError: 0}), "1.000 ± 0.000");
    assert.equal(perplexity({perplexity: 123456789, standardError: 987654}), "1.235e+8 ± 9.9e+5");
    assert.equal(perplexity({perplexity: Number.POSITIVE_INFINITY, standardError: null}), "∞");
  });

  it("put a dash where a number has no value", () => {
    const nothing = {
      ...summary,
      scored: 0,
      crossEntropy: null,
      perplexity: null,
      bitsPerByte: null,
      top1Accuracy: null
    };
    const values = new Map(summaryRows(nothing, about).map((row) => [row.label, row.value]));
    for (const label of ["Perplexity", "Cross entropy", "Bits per byte", "Top-1 accuracy"]) {
      assert.equal(values.get(label), "–", label);
    }
  });

  it("say why tokens were left out", () => {
    const tokens = (windowing: SummaryAbout["windowing"]) =>
      summaryRows({...summary, scored: 89, unscored: 1}, {...about, windowing}).find(({label}) => label === "Tokens")
        ?.value;
    assert.equal(
      tokens({...about.windowing, bos: false}),
      "89 scored, 1 left out (the first token has no context: this model puts no BOS in front)"
    );
    assert.match(tokens({...about.windowing, mode: "llama-perplexity"}) ?? "", /first half of each chunk is context/);
  });

  it("say how llama-perplexity cuts a text", () => {
    const windowing = {mode: "llama-perplexity", bos: false, window: 512, stride: 512} as const;
    assert.equal(
      summaryRows(summary, {...about, windowing}).at(-1)?.value,
      "chunks of 512 tokens, as llama-perplexity, no BOS"
    );
  });

  it("give the top-10 accuracy where ranks are known, and only there", () => {
    assert.equal(row("Top-10 accuracy", {top10Accuracy: 0.5}), "50.0 %");
    assert.equal(row("Top-10 accuracy", {}), undefined);
  });

  it("call Min-K% a weak sign, where it is and in its explanation", () => {
    const found = summaryRows(summary, about).find(({label}) => label.startsWith("Min-"));
    assert.match(found?.label ?? "", /weak sign/);
    assert.match(found?.help ?? "", /20 % .* weak sign .* training data/);
  });

  it("have a word perplexity only where words are what stands between spaces, and the number means something", () => {
    assert.equal(row("Word perplexity", {}, {spacedWords: true}), "2,382");
    assert.equal(row("Word perplexity", {}, {spacedWords: false}), undefined);
    assert.equal(row("Word perplexity", {wordPerplexity: 999_999}), "999,999");
    assert.equal(row("Word perplexity", {wordPerplexity: null}), "–");
    for (const wordPerplexity of [1e6, Number.POSITIVE_INFINITY])
      assert.equal(row("Word perplexity", {wordPerplexity}), undefined);
  });

  it("separate thousands, with decimals too", () => {
    assert.equal(perplexity({perplexity: 12345.678, standardError: 0.0123}), "12,345.678 ± 0.012");
    assert.equal(row("Bits per byte", {bitsPerByte: 1234.4}), "1,234");
  });

  it("say what context a text had, and blame no missing BOS then", () => {
    assert.equal(row("Context", {}), undefined);
    assert.equal(row("Context", {}, {contextTokens: 1234}), "1,234 tokens before the text");
    assert.equal(row("Context", {}, {contextTokens: 1}), "1 token before the text");
    const windowing = {...about.windowing, bos: false};
    const change = {scored: 89, unscored: 1};
    assert.equal(row("Tokens", change, {contextTokens: 1, windowing}), "89 scored, 1 left out");
  });

  it("say second that a result is partial, and of how much it is", () => {
    const change = {tokens: 5000, scored: 1233, unscored: 3767, reached: 1234};
    const rows = summaryRows({...summary, ...change}, {...about, finished: false});
    assert.deepEqual([rows[1]?.label, rows[1]?.value], ["Partial", "the first 1,234 of 5,000 tokens"]);
    assert.equal(row("Tokens", change, {finished: false}), "1,233 scored, 3,767 left out (scoring was stopped)");
    assert.equal(row("Partial", change, {finished: true}), undefined);
  });

  function row(label: string, change: Partial<Summary>, changed: Partial<SummaryAbout> = {}): string | undefined {
    return summaryRows({...summary, ...change}, {...about, ...changed}).find((one) => one.label === label)?.value;
  }

  function perplexity(change: Partial<Summary>): string | undefined {
    return summaryRows({...summary, ...change}, about)[0]?.value;
  }
});
