import {strict as assert} from "node:assert";
import fc from "fast-check";
import {type AnsweredPrompt, promptTable, rankPrompts} from "../../src/metrics/promptRanking";
import {cases} from "../harness/thorough";

const numRuns = cases(200, 5000);

function close(actual: number | null | undefined, expected: number, what: string): void {
  assert.ok(Math.abs((actual ?? Number.NaN) - expected) < 1e-9, `${what}: ${actual}, ${expected}`);
}

function mean(values: readonly number[]): number {
  return values.reduce((sum, value) => sum + value, 0) / values.length;
}

/** The sample's standard deviation. */
function deviation(values: readonly number[]): number {
  return Math.sqrt(values.reduce((sum, value) => sum + (value - mean(values)) ** 2, 0) / (values.length - 1));
}

const anyPrompts: fc.Arbitrary<AnsweredPrompt[]> = fc.integer({min: 2, max: 6}).chain((tokens) =>
  fc.array(
    fc.array(fc.double({min: -20, max: 0, noNaN: true}), {minLength: tokens, maxLength: tokens}).map((logprobs) => ({
      name: "p",
      ids: Array.from({length: tokens}, (_, i) => i),
      logprobs
    })),
    {minLength: 1, maxLength: 5}
  )
);

describe("prompts beside each other", () => {
  it("are ranked by the answer's logprob, with the error of a token's mean and of the difference to the best", () => {
    fc.assert(
      fc.property(anyPrompts, (prompts) => {
        const named = prompts.map((prompt, i) => ({...prompt, name: String(i)}));
        const ranked = rankPrompts(named);
        assert.deepEqual(ranked.map(({name}) => name).toSorted(), named.map(({name}) => name).toSorted());
        const best = Array.from(named[Number(ranked[0]?.name)]?.logprobs ?? []);
        for (const [i, one] of ranked.entries()) {
          const values = Array.from(named[Number(one.name)]?.logprobs ?? []);
          const n = values.length;
          const total = values.reduce((sum, value) => sum + value, 0);
          close(one.logprob, total, "logprob");
          assert.ok(i === 0 || one.logprob <= (ranked[i - 1]?.logprob ?? 0));
          const better = ranked.filter(({logprob}) => logprob > one.logprob).length;
          assert.deepEqual([one.rank, one.tokens], [better + 1, n]);
          close(one.perToken.value, total / n, "per token");
          close(one.perToken.standardError, deviation(values) / Math.sqrt(n), "its error");
          const differences = values.map((value, t) => (best[t] ?? 0) - value);
          close(
            one.behindBest?.value,
            differences.reduce((sum, d) => sum + d, 0),
            "behind"
          );
          close(one.behindBest?.standardError, deviation(differences) * Math.sqrt(n), "its error");
        }
      }),
      {numRuns}
    );
  });

  it("are not compared token by token where the answer has other tokens, and have no error for one token", () => {
    const ranked = rankPrompts([
      {name: "apart", ids: [1, 2], logprobs: [-1, -3]},
      {name: "joined", ids: [3], logprobs: [-2]},
      {name: "impossible", ids: [3], logprobs: [Number.NEGATIVE_INFINITY]}
    ]);
    const [joined, apart, impossible] = ranked;
    assert.deepEqual(
      [joined?.perToken, joined?.behindBest],
      [
        {value: -2, standardError: null},
        {value: 0, standardError: null}
      ]
    );
    assert.deepEqual([apart?.behindBest, apart?.rank], [null, 2]);
    assert.deepEqual(
      [impossible?.logprob, impossible?.behindBest?.value],
      [Number.NEGATIVE_INFINITY, Number.POSITIVE_INFINITY]
    );
  });

  it("refuse an answer without tokens, or without a logprob for each", () => {
    assert.throws(() => rankPrompts([{name: "a", ids: [], logprobs: []}]), RangeError);
    assert.throws(() => rankPrompts([{name: "a", ids: [1], logprobs: [-1, -2]}]), RangeError);
    assert.deepEqual(rankPrompts([]), []);
  });

  it("are a table in Markdown, whatever their names", () => {
    const table = promptTable(
      rankPrompts([
        {name: "a | b\n<c>", ids: [1, 2], logprobs: [-1, -3]},
        {name: "other", ids: [1], logprobs: [-1.25]}
      ])
    );
    assert.deepEqual(table.split("\n"), [
      "| Rank | Prompt | Logprob of the answer | Behind the best | Per token | Tokens |",
      "| ---: | --- | ---: | ---: | ---: | ---: |",
      "| 1 | other | −1.250 | 0.000 | −1.250 | 1 |",
      "| 2 | a &#124; b&#9166;&#60;c&#62; | −4.000 | – | −2.000 ± 1.000 | 2 |"
    ]);
  });
});
