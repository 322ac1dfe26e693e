import {strict as assert} from "node:assert";
import fc from "fast-check";
import {type Region, type RegionNumbers, regionNumbers, regionSums} from "../../src/metrics/regions";
import {addSums, type ScoreSums} from "../../src/metrics/scoreSums";
import {summarize} from "../../src/metrics/summary";
import {Looks} from "../harness/looks";

interface Scored {
  readonly text: string;
  readonly ends: Uint32Array;
  readonly logprobs: Float64Array;
}

const logprob = fc.oneof(
  {weight: 8, arbitrary: fc.double({min: -30, max: 0, noNaN: true})},
  {weight: 1, arbitrary: fc.constant(Number.NaN)}
);

/** Any text, cut at any bytes, also inside characters, and with empty tokens. */
const anyScored: fc.Arbitrary<Scored> = fc
  .string({unit: fc.constantFrom("a", " ", "\n", "\r\n", "é", "€", "👩", "\ud800"), maxLength: 40})
  .chain((text) => {
    const bytes = Buffer.byteLength(text);
    return fc.array(fc.nat(bytes), {maxLength: 30}).chain((cuts) => {
      const ends = Uint32Array.from([...cuts, bytes].sort((a, b) => a - b));
      return fc
        .array(logprob, {minLength: ends.length, maxLength: ends.length})
        .map((logprobs) => ({text, ends, logprobs: Float64Array.from(logprobs)}));
    });
  });

const anyTiled = anyScored.chain((scored) =>
  fc.array(fc.nat(scored.text.length), {maxLength: 10}).map((cuts) => {
    const bounds = [0, ...cuts.sort((a, b) => a - b), scored.text.length];
    const regions = bounds.slice(1).map((end, index): Region => ({start: bounds[index] ?? 0, end}));
    return {scored, regions};
  })
);

function close(actual: number | null, expected: number | null, what: string): void {
  if (actual === null || expected === null) assert.equal(actual, expected, what);
  else
    assert.ok(Math.abs(actual - expected) <= 1e-9 * Math.max(1, Math.abs(expected)), `${what}: ${actual}, ${expected}`);
}

describe("regions", () => {
  it("count a token where its first byte lies", () => {
    //                      |ab|c⏎d|é f|
    const [first, second] = regionSums("abc\ndé f", scores([2, 5, 9], [-Math.LN2, -2 * Math.LN2, -3 * Math.LN2]), [
      {start: 0, end: 4},
      {start: 4, end: 8}
    ]);
    assert.deepEqual(shown(first), {tokens: 2, scored: 2, bits: 3, bytes: 5});
    assert.deepEqual(shown(second), {tokens: 1, scored: 1, bits: 3, bytes: 4});
  });

  it("give bits per byte and perplexity", () => {
    const numbers = regionNumbers({...addSums([]), tokens: 3, scored: 2, nats: 6 * Math.LN2, bytes: 4});
    assert.equal(numbers.bitsPerByte, 1.5);
    close(numbers.perplexity, 8, "perplexity");
    assert.deepEqual(regionNumbers({...addSums([]), tokens: 1}), {
      tokens: 1,
      scored: 0,
      bits: 0,
      bytes: 0,
      bitsPerByte: null,
      perplexity: null
    });
  });

  it("leave out what is unscored, with its bytes", () => {
    const [line] = regionSums("abc", scores([1, 3], [Number.NaN, -Math.LN2]), [{start: 0, end: 3}]);
    assert.deepEqual(shown(line), {tokens: 2, scored: 1, bits: 1, bytes: 2});
  });

  it("put a token that covers nothing where the next byte is, and at the end where the last one is", () => {
    const sums = regionSums("ab", scores([0, 1, 1, 2, 2], [-1, -1, -1, -1, -1]), [
      {start: 0, end: 1},
      {start: 1, end: 2}
    ]);
    assert.deepEqual(
      sums.map(({tokens}) => tokens),
      [2, 3]
    );
  });

  it("may overlap, nest, be empty and stand in any order", () => {
    const tokens = scores([1, 2, 3, 4], [-1, -1, -1, -1]);
    const regions = [
      {start: 2, end: 4},
      {start: 0, end: 4},
      {start: 1, end: 3},
      {start: 2, end: 2}
    ];
    assert.deepEqual(
      regionSums("abcd", tokens, regions).map((sums) => sums.tokens),
      [2, 4, 2, 0]
    );
  });

  it("that tile the text add up to the whole", () => {
    fc.assert(
      fc.property(anyTiled, ({scored, regions}) => {
        const {text, ends, logprobs} = scored;
        const added = addSums(regionSums(text, scored, regions));
        const whole = summarize(text, {logprobs, ends, top1: new Uint8Array(logprobs.length)});
        // An empty text has no offset for an empty token.
        if (text !== "") assert.deepEqual([added.tokens, added.scored], [whole.tokens, whole.scored]);
        assert.equal(added.bytes, whole.bytes);
        if (text === "") return;
        close(regionNumbers(added).bitsPerByte, whole.bitsPerByte, "bits per byte");
        close(regionNumbers(added).perplexity, whole.perplexity, "perplexity");
      }),
      {seed: 1, numRuns: 2000}
    );
  });

  it("agree with a count token by token", () => {
    fc.assert(
      fc.property(anyTiled, ({scored: {text, ends, logprobs}, regions}) => {
        const sums = regionSums(text, {ends, logprobs}, regions);
        for (const [index, {start, end}] of regions.entries()) {
          // Byte offsets are found by encoding the text before: a lone surrogate would count as another character.
          if (inPair(text, start) || inPair(text, end)) continue;
          const [from, to] = [start, end].map((unit) => Buffer.byteLength(text.slice(0, unit)));
          let expected = 0;
          for (const token of ends.keys()) {
            const first = characterStart(text, Math.min(ends[token - 1] ?? 0, Buffer.byteLength(text) - 1));
            if (first >= (from ?? 0) && first < (to ?? 0)) expected++;
          }
          assert.equal(sums[index]?.tokens, expected);
        }
      }),
      {seed: 2, numRuns: 2000}
    );
  });

  it("are refused outside the text, and so are tokens that do not tile it", () => {
    const tokens = scores([1, 2], [-1, -1]);
    assert.throws(() => regionSums("ab", tokens, [{start: 0, end: 3}]), RangeError);
    assert.throws(() => regionSums("ab", tokens, [{start: 2, end: 1}]), RangeError);
    assert.throws(() => regionSums("abc", tokens, []), RangeError);
    assert.throws(() => regionSums("a", tokens, []), RangeError);
    assert.throws(() => regionSums("ab", scores([2, 1], [-1, -1]), []), RangeError);
    assert.throws(() => regionSums("ab", scores([1, 2], [-1]), []), RangeError);
  });

  it("of many short lines are found in one pass", () => {
    const text = "x = 1\n".repeat(10_000);
    const ends = Uint32Array.from({length: 20_000}, (_, token) => (token + 1) * 3);
    const lines = Array.from({length: 10_000}, (_, line) => ({start: line * 6, end: line * 6 + 6}));
    const looks = new Looks();
    const located = {ends: looks.array(ends), logprobs: looks.array(new Float64Array(20_000).fill(-1))};
    const sums = regionSums(looks.text(text), located, lines);
    assert.ok(looks.count >= text.length, `${looks.count} looks`);
    // A few per character and token; a quadratic algorithm has thousands.
    assert.ok(looks.count <= 10 * (text.length + ends.length), `${looks.count} looks`);
    assert.ok(sums.every(({tokens, bytes}) => tokens === 2 && bytes === 6));
  });
});

function shown(sums: ScoreSums | undefined): Omit<RegionNumbers, "bitsPerByte" | "perplexity"> {
  assert.ok(sums);
  const {tokens, scored, bits, bytes} = regionNumbers(sums);
  return {tokens, scored, bits, bytes};
}

function scores(ends: readonly number[], logprobs: readonly number[]): {ends: Uint32Array; logprobs: Float64Array} {
  return {ends: Uint32Array.from(ends), logprobs: Float64Array.from(logprobs)};
}

function inPair(text: string, unit: number): boolean {
  return (text.codePointAt(unit - 1) ?? 0) > 0xffff && unit > 0;
}

/** The first byte of the character that contains this byte. */
function characterStart(text: string, byte: number): number {
  const bytes = Buffer.from(text);
  let start = byte;
  while (start > 0 && ((bytes[start] ?? 0) & 0xc0) === 0x80) start--;
  return start;
}
