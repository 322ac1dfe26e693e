import {strict as assert} from "node:assert";
import fc from "fast-check";
import {accuracy, choiceLength, rankChoices, type ScoredChoice} from "../../src/metrics/choices";
import {cases} from "../harness/thorough";

const numRuns = cases(200, 5000);

const anyChoice: fc.Arbitrary<ScoredChoice> = fc.record({
  logprob: fc.oneof(
    {weight: 9, arbitrary: fc.integer({min: -40, max: 0}).map((quarters) => quarters / 4)},
    {weight: 1, arbitrary: fc.constant(Number.NEGATIVE_INFINITY)}
  ),
  tokens: fc.integer({min: 1, max: 5}),
  bytes: fc.integer({min: 1, max: 20}),
  characters: fc.integer({min: 1, max: 20})
});

const divisors = {
  sum: () => 1,
  character: ({characters}: ScoredChoice) => characters,
  byte: ({bytes}: ScoredChoice) => bytes,
  token: ({tokens}: ScoredChoice) => tokens
};

describe("choices", () => {
  it("are compared by sum and by length, and the first of equals is the best", () => {
    fc.assert(
      fc.property(fc.array(anyChoice, {minLength: 2, maxLength: 6}), (choices) => {
        for (const [rule, {best, tied, probabilities}] of Object.entries(rankChoices(choices))) {
          const lengthOf = divisors[rule as keyof typeof divisors];
          const values = choices.map((choice) => choice.logprob / lengthOf(choice));
          // numpy.argmax: the first of the greatest.
          let first = 0;
          for (const [i, value] of values.entries()) if (value > (values[first] ?? 0)) first = i;
          assert.equal(best, first);
          assert.equal(
            tied,
            values.some((value, i) => i !== first && value === values[first])
          );
          const sum = values.reduce((all, value) => all + Math.exp(value), 0);
          if (sum === 0) assert.equal(probabilities, null);
          else
            for (const [i, value] of values.entries())
              assert.ok(Math.abs((probabilities?.[i] ?? Number.NaN) - Math.exp(value) / sum) < 1e-12);
        }
      }),
      {numRuns}
    );
  });

  it("have probabilities also where each is too small for a double", () => {
    const choice = {tokens: 1, bytes: 1, characters: 1};
    const {sum} = rankChoices([
      {...choice, logprob: -2000},
      {...choice, logprob: -2000 - Math.LN2 * 2}
    ]);
    assert.ok(Math.abs((sum.probabilities?.[0] ?? 0) - 0.8) < 1e-12);
  });

  it("are as long as Python says: code points and UTF-8 bytes", () => {
    assert.deepEqual(choiceLength("é👩"), {bytes: 6, characters: 2});
    assert.deepEqual(choiceLength("\ud800"), {bytes: 3, characters: 1});
  });
});

describe("the accuracy", () => {
  it("has the standard error of a sample's mean", () => {
    fc.assert(
      fc.property(fc.array(fc.boolean(), {minLength: 2, maxLength: 200}), (hits) => {
        const values = hits.map(Number);
        const mean = values.reduce((sum, value) => sum + value, 0) / values.length;
        const squares = values.reduce((sum, value) => sum + (value - mean) ** 2, 0);
        const deviation = Math.sqrt(squares / (values.length - 1));
        const {value = Number.NaN, standardError} = accuracy(hits) ?? {};
        assert.equal(value, mean);
        assert.ok(Math.abs((standardError ?? Number.NaN) - deviation / Math.sqrt(values.length)) < 1e-12);
      }),
      {numRuns}
    );
  });

  it("has none for one question, and is none for no question", () => {
    assert.deepEqual(accuracy([true]), {value: 1, standardError: null});
    assert.equal(accuracy([]), null);
  });
});
