import {strict as assert} from "node:assert";
import {
  editedFunctions,
  type LensedFunction,
  scoredFunctions,
  unscored
} from "../../src/features/codeLens/lensedFunctions";
import {lensTitle} from "../../src/features/codeLens/lensTitle";

const text = "def f():\n  def g():\n    1\n  2\n\ndef h():\n  3\n";
/** One token for each character, each of one bit but those of `g`, which have two. */
const inner = {start: text.indexOf("def g"), end: text.indexOf("  2")};
const logprobs = Float64Array.from(text, (_, at) => (at >= inner.start && at < inner.end ? -2 : -1) * Math.LN2);
const ends = Uint32Array.from(text, (_, at) => at + 1);
const named = (name: string, start: number, end: number) => ({
  name,
  start,
  end,
  place: {start: start + 4, end: start + 5}
});
const functions = [
  named("h", text.indexOf("def h"), text.length),
  named("f.g", inner.start, inner.end),
  named("f", 0, text.indexOf("\ndef h"))
];

function scored(): LensedFunction[] {
  const steps = scoredFunctions(text, {logprobs, ends}, functions);
  for (;;) {
    const step = steps.next();
    if (step.done) return step.value;
  }
}

describe("The code lenses of functions", () => {
  it("have each function's own numbers, without the functions inside it, in the order of the text", () => {
    assert.deepEqual(
      scored().map(({numbers}) => numbers && [numbers.bitsPerByte, numbers.perplexity].map((one) => one?.toFixed(6))),
      [
        ["1.000000", "2.000000"],
        ["2.000000", "4.000000"],
        ["1.000000", "2.000000"]
      ]
    );
    assert.deepEqual(
      unscored(functions).map(({place}) => place.start),
      scored().map(({place}) => place.start)
    );
    assert.ok(unscored(functions).every(({numbers, isStale}) => numbers === null && !isStale));
  });

  it("move with the text, and say which numbers are those of the text before", () => {
    const at = text.indexOf("1");
    const [f, g, h] = editedFunctions(scored(), [{rangeOffset: at, rangeLength: 1, text: "one"}]);
    assert.deepEqual([f?.isStale, g?.isStale, h?.isStale], [true, true, true]);
    assert.deepEqual(h?.whole, {start: text.indexOf("def h") + 2, end: text.length + 2});
    assert.deepEqual(g?.whole, {start: inner.start, end: inner.end + 2});
    assert.equal(g?.numbers?.bitsPerByte, 2);
    const late = editedFunctions(scored(), [{rangeOffset: text.indexOf("3"), rangeLength: 0, text: "#"}]);
    assert.deepEqual(
      late.map(({isStale}) => isStale),
      [false, false, true]
    );
    // Once stale, stale until it is scored.
    const again = editedFunctions(late, [{rangeOffset: text.length + 1, rangeLength: 0, text: "\n"}]);
    assert.equal(again[2]?.isStale, true);
  });

  it("are worded", () => {
    const numbers = {bitsPerByte: 2.314, perplexity: 12.3};
    assert.equal(lensTitle(numbers, false), "2.31 bits per byte · perplexity 12.30");
    assert.equal(lensTitle(numbers, true), "2.31 bits per byte · perplexity 12.30 · before the last edit");
    assert.equal(lensTitle({bitsPerByte: null, perplexity: null}, false), "not scored");
  });
});
