import {strict as assert} from "node:assert";
import {readFileSync} from "node:fs";
import path from "node:path";
import {limitOptions} from "../../src/cli/limits";
import {metricEntries, metrics} from "../../src/metrics/metrics";
import {minKPercent} from "../../src/metrics/minK";
import {restoredSummary, savedSums} from "../../src/metrics/savedSums";
import {addSums, bitsOf, TokenSums} from "../../src/metrics/scoreSums";
import {summarize} from "../../src/metrics/summary";
import {summaryRows} from "../../src/metrics/summaryRows";
import {root} from "../harness/paths";

const summary = summarize("one two", {
  logprobs: Float64Array.of(-1, -2),
  top1: Uint8Array.of(1, 0),
  ends: Uint32Array.of(3, 7),
  detail: {ranks: Int32Array.of(1, 11)}
});

const about = {
  model: "Tiny",
  windowing: {mode: "document", bos: true, window: 512, stride: 256}
} as const;

describe("A metric", () => {
  const docs = readFileSync(path.join(root, "docs/metrics.md"), "utf8").toLowerCase();

  for (const [key, {label, explanation}] of metricEntries.filter(([, metric]) => metric.label !== undefined))
    it(`has an explanation and a definition in docs/metrics.md: ${key}`, () => {
      assert.match(explanation ?? "", /^[A-Z].+\.$/);
      const name = (label ?? "").replace(`${minKPercent}%`, "K%").replace(/ \(.*\)$/, "");
      assert.ok(docs.includes(`\n| ${name.toLowerCase()} `), name);
    });

  it("follows from the sums of a summary", () => {
    for (const [key, metric] of metricEntries) assert.equal(metric.of(summary), summary[key], key);
  });

  it("can be a limit of the runner", () => {
    const limit = limitOptions.find(({option}) => option === "max-bits-per-byte");
    assert.equal(limit?.name, "bits per byte");
    assert.equal(limit.of(summary), summary.bitsPerByte);
  });
});

describe("Sums", () => {
  it("know of single tokens what the tokens tell", () => {
    const running = new TokenSums({logprobs: Float64Array.of(-1, Number.NaN), ends: Uint32Array.of(3, 4)});
    for (const token of [0, 1]) running.add(token);
    const {sums} = running;
    assert.deepEqual([sums.tokens, sums.scored, sums.nats, sums.bytes], [2, 1, 1, 3]);
    assert.equal(bitsOf(sums), 1 / Math.LN2);
    assert.equal(metrics.perplexity.of(sums), Math.E);
    for (const key of ["standardError", "top1Accuracy", "top10Accuracy", "bitsPerCharacter", "wordPerplexity"] as const)
      assert.equal(metrics[key].of(sums), null, key);
  });

  it("of nothing are zero, and change no others", () => {
    assert.deepEqual(addSums([]), addSums([addSums([]), addSums([])]));
    assert.ok(Object.values(addSums([])).every((sum) => sum === 0));
    assert.deepEqual(addSums([summary, addSums([])]), addSums([summary]));
  });
});

describe("A saved summary", () => {
  const saved = savedSums(summary);

  it("gives back every metric", () => {
    assert.deepEqual(restoredSummary(JSON.parse(JSON.stringify(saved))), summary);
  });

  for (const key of Object.keys(saved) as (keyof typeof saved)[]) {
    if (key === "tokens" || key === "scored" || key === "reached") continue;
    it(`of a version that saved no ${key} has metrics without a value`, () => {
      const {[key]: _, ...older} = saved;
      const rows = summaryRows(restoredSummary(older), about);
      const known = summaryRows(summary, about);
      assert.equal(rows.length, known.length - (key === "top10Hits" ? 1 : 0));
      for (const {label, value} of rows) {
        assert.doesNotMatch(value, /∞|NaN|undefined/, label);
        const same = known.find((row) => row.label === label)?.value;
        assert.ok(value === same || value === "–", `${label}: ${value}`);
      }
      // The ± is all that this sum adds, and so few tokens have none.
      if (key !== "squaredDeviations") assert.notDeepEqual(rows, known);
    });
  }

  it("of a version that saved more is read", () => {
    assert.deepEqual(restoredSummary({...saved, added: 5} as typeof saved), summary);
  });
});
