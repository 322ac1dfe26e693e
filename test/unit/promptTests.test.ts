import {strict as assert} from "node:assert";
import type {Scores} from "../../src/contract/scoring";
import {consistencyReport} from "../../src/features/promptTests/consistencyReport";
import type {Answer, ConsistencyResult, TriedChange} from "../../src/features/promptTests/drawAnswers";
import {promptsReport} from "../../src/features/promptTests/promptsReport";
import {type ConsistencyTest, infinite, type PromptPlace} from "../../src/features/promptTests/protocol";
import {reportMarkdown, tableCsv} from "../../src/features/promptTests/report";
import {samplersText} from "../../src/features/promptTests/samplers";
import {consistency} from "../../src/metrics/consistency";
import {presets} from "../../src/sampling/presets";
import {noSamplers} from "../../src/sampling/settings";
import {jsonText} from "../../src/text/jsonText";
import {nextSorting, sortedRows} from "../../webview/promptTests/sorting";

const place = (title: string): PromptPlace => ({title, uri: `file:///${title}`, range: null});

function scores(logprobs: readonly number[], ids = logprobs.map((_, i) => i)): Scores {
  return {
    model: {name: "Tiny", file: "tiny.gguf", quantization: "F16", device: "cpu", sha256: "0123456789abcdef"},
    windowing: {mode: "document", bos: true, window: 512, stride: 256},
    ids: Int32Array.from(ids),
    logprobs: Float64Array.from(logprobs),
    contextIds: Int32Array.of(7, 8, 9),
    warnings: []
  } as unknown as Scores;
}

describe("The report of several prompts", () => {
  const titles = ["low.txt", "best.txt", "gone.txt", "=1+1.txt", "impossible.txt"];
  const [low, best, gone, other, impossible] = titles.map(place) as [
    PromptPlace,
    PromptPlace,
    PromptPlace,
    PromptPlace,
    PromptPlace
  ];
  const test = {
    kind: "prompts",
    prompts: [low, best, gone, other, impossible, place("later.txt")],
    answer: " Paris\n"
  } as const;
  const {report, openings, json} = promptsReport({
    kind: "prompts",
    test,
    prompts: [
      {place: low, scores: scores([-3, -1])},
      {place: best, scores: scores([-1, -0.5])},
      {place: gone, scores: {message: "It is gone."}},
      {place: other, scores: scores([-2], [40])},
      {place: impossible, scores: scores([Number.NEGATIVE_INFINITY, -1])}
    ]
  });
  const [table] = report.tables;
  const value = (row: number, key: string) => {
    const column = table?.columns.findIndex((one) => one.key === key) ?? -1;
    return table?.rows[row]?.[column]?.value;
  };

  it("ranks them by the answer's logprob, the best first, and what failed last", () => {
    assert.deepEqual(
      table?.rows.map(([cell]) => cell?.text),
      ["best.txt", "=1+1.txt", "low.txt", "impossible.txt", "gone.txt"]
    );
    assert.deepEqual([value(0, "rank"), value(2, "rank")], [1, 3]);
    assert.equal(value(0, "logprob"), -1.5);
    assert.equal(value(0, "mean_logprob"), -0.75);
    // √(2 · 0.25² / 1 / 2)
    assert.equal(value(0, "mean_se"), 0.25);
    assert.equal(value(0, "perplexity"), Math.exp(0.75));
    assert.equal(value(2, "behind_best"), 2.5);
    // It has other tokens than behind the best prompt.
    assert.equal(value(1, "behind_best"), null);
    assert.equal(value(1, "mean_se"), null);
    assert.equal(value(3, "logprob"), -infinite);
    assert.equal(value(0, "prompt_tokens"), 3);
    assert.deepEqual(table?.rows[4]?.[1], {text: "It is gone.", value: "It is gone.", isReason: true});
    assert.deepEqual(openings, [[best, other, low, impossible, gone].map((one) => ({place: one}))]);
  });

  it("says with what it was made, and how many prompts are done", () => {
    assert.deepEqual(Object.fromEntries(report.facts), {
      Answer: "·Paris⏎",
      Model: "Tiny (tiny.gguf, F16, cpu, SHA-256 0123456789ab…)",
      Window: "512 tokens, stride 256, BOS in front",
      Prompts: "5 of 6"
    });
  });

  it("is copied as CSV and Markdown without a formula or markup, and as JSON with every number", () => {
    assert.ok(table);
    const lines = tableCsv(table).split("\r\n");
    assert.match(lines[0] ?? "", /^prompt,rank,logprob,/);
    assert.match(lines[2] ?? "", /^'=1\+1\.txt,2,-2,/);
    assert.match(lines[4] ?? "", /^impossible\.txt,4,-inf,-inf,,inf,/);
    assert.match(lines[5] ?? "", /^gone\.txt,It is gone\.,/);
    const markdown = reportMarkdown("A <b>title</b>", report);
    assert.doesNotMatch(markdown, /<b>|\n=1/);
    assert.equal(markdown.split("\n").filter((line) => line.startsWith("| ")).length, 7);
    const parsed = JSON.parse(jsonText(json));
    assert.deepEqual([parsed.answer, parsed.asked, parsed.prompts.length], [" Paris\n", 6, 5]);
    assert.deepEqual(parsed.prompts[0].logprobs, [-1, -0.5]);
    assert.equal(parsed.prompts[3].logprob, "-Infinity");
    assert.equal(parsed.prompts[4].error, "It is gone.");
  });
});

describe("The report of answers to one prompt", () => {
  const settings = {preset: "model", temperature: null, count: 6, seed: 3, maxTokens: 8, extent: "line"} as const;
  const test: ConsistencyTest = {kind: "consistency", prompt: place("q.txt"), others: [], settings};
  const answer = (text: string, i: number): Answer => ({seed: 3 + i, text, stop: "maxTokens", tokens: 2, logprob: -1});
  const tried = (edits: number, similarity: number, logprob: number | null, text: string): TriedChange => ({
    change: {kind: "lowerCase", detail: null, text, edits: 1},
    outcome: {answer: text, edits, similarity, logprob}
  });
  const texts = [" Paris", "Paris ", "Lyon", "Paris.", ""];
  const result: ConsistencyResult = {
    kind: "consistency",
    test,
    prompt: "Q",
    drawnWith: {model: scores([]).model, promptTokens: 4},
    warnings: [],
    answers: texts.map(answer),
    agreement: consistency(texts),
    greedy: {text: "Paris", logprob: -2, tokens: 1},
    scoredWith: scores([]),
    changes: [
      tried(0, 1, -2.5, "same"),
      {change: {kind: "translation", detail: "de", text: "failed", edits: null}, outcome: {message: "Too long."}},
      tried(4, 0.2, -3, "other"),
      tried(0, 1, -9, "less probable")
    ],
    allChanges: 9
  };
  const {report, openings, json} = consistencyReport(result);
  const [agreement, clusters, changes] = report.tables;

  it("has clusters with counts and an example each, and the entropy over them", () => {
    // Trimmed: Paris, Paris, Lyon, Paris., nothing.
    assert.deepEqual(
      agreement?.rows.map((cells) => cells[1]?.value),
      [4, 3]
    );
    const entropy = -(0.6 * Math.log(0.6) + 2 * 0.2 * Math.log(0.2));
    assert.ok(Math.abs(Number(agreement?.rows[1]?.[2]?.value) - entropy) < 1e-12);
    assert.deepEqual(
      clusters?.rows.map((cells) => cells.map(({value}) => value)),
      [
        [" Paris", 3, 0.6, 2, "3 4 6"],
        ["Lyon", 1, 0.2, 1, "5"],
        ["", 1, 0.2, 1, "7"]
      ]
    );
    assert.equal(clusters?.rows[2]?.[0]?.text, "(empty)");
    assert.deepEqual(openings[1]?.[0], {text: " Paris"});
  });

  it("has the small changes, the one whose answer differs most first, and what failed last", () => {
    assert.deepEqual(
      changes?.rows.map((cells) => cells[1]?.value),
      ["other", "less probable", "same", "Too long."]
    );
    assert.deepEqual(
      changes?.rows.map((cells) => cells[4]?.value),
      [-1, -7, -0.5, null]
    );
    assert.deepEqual(openings[2]?.[0], {text: "other"});
  });

  it("states seeds, samplers, how many there are, model and window", () => {
    const facts = Object.fromEntries(report.facts);
    assert.equal(facts["Answers"], "5 of 6");
    assert.equal(facts["Seeds"], "3–8");
    assert.equal(facts["Samplers"], '--samplers "temperature" --temp 1');
    assert.equal(facts["An answer ends"], "before the first line break, after 8 tokens at most");
    assert.equal(facts["Most frequent answer"], "40 % (2 of 5): Paris");
    assert.match(facts["Window"] ?? "", /^512 tokens/);
    assert.match(report.notes.join(" "), /no model for embeddings .* 5 of 5 answers were cut off/);
    const parsed = JSON.parse(jsonText(json));
    assert.deepEqual([parsed.settings, parsed.asked], [settings, {answers: 6, changes: 9}]);
    assert.equal(parsed.answers.length, 5);
  });

  it("says what there is before all of it is there", () => {
    const bare = {
      ...result,
      drawnWith: null,
      answers: [],
      agreement: null,
      greedy: null,
      scoredWith: null,
      changes: []
    };
    assert.deepEqual(consistencyReport(bare).report.tables, []);
    assert.equal(
      consistencyReport({...bare, answers: result.answers, agreement: result.agreement}).report.tables.length,
      2
    );
  });

  it("names the samplers of every preset", () => {
    for (const {settings: samplers} of presets) assert.match(samplersText(samplers, 512), /^--samplers ".+" .*--/);
    assert.equal(samplersText({...noSamplers, temperature: 0.5}, 512), '--samplers "temperature" --temp 0.5');
  });
});

describe("The order of a table's rows", () => {
  const rows = [3, null, 1, 3].map((value) => [{text: "", value}]);

  it("is as it came, or by a column, with missing values last and equal ones as they came", () => {
    assert.deepEqual(sortedRows(rows, null), [0, 1, 2, 3]);
    assert.deepEqual(sortedRows(rows, {column: 0, descending: true}), [0, 3, 2, 1]);
    assert.deepEqual(sortedRows(rows, {column: 0, descending: false}), [2, 0, 3, 1]);
  });

  it("begins with the largest number or the first text, and is turned by the next press", () => {
    assert.deepEqual(nextSorting(null, 2, true), {column: 2, descending: true});
    assert.deepEqual(nextSorting({column: 2, descending: true}, 2, true), {column: 2, descending: false});
    assert.deepEqual(nextSorting({column: 2, descending: true}, 0, false), {column: 0, descending: false});
  });
});
