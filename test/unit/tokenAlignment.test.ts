import {strict as assert} from "node:assert";
import fc from "fast-check";
import {commonRuns} from "../../src/metrics/commonRuns";
import {differenceLevels, differenceLevelsOf, presetThreshold} from "../../src/metrics/differenceScale";
import {comparability, comparedTotals, pieceBits} from "../../src/metrics/scoreComparison";
import {summarize} from "../../src/metrics/summary";
import {type Alignment, alignTokens, type PlacedTokens, pieceKinds} from "../../src/metrics/tokenAlignment";
import {cases} from "../harness/thorough";

function run<T>(work: Generator<void, T>): T {
  for (;;) {
    const step = work.next();
    if (step.done) return step.value;
  }
}

const align = (a: PlacedTokens, b: PlacedTokens): Alignment => run(alignTokens(a, b));

function tokens(...parts: readonly string[]): PlacedTokens {
  let end = 0;
  return {text: parts.join(""), ends: Uint32Array.from(parts, (part) => (end += Buffer.byteLength(part)))};
}

/** The pieces as texts: "a|b" in both, "-a" only in A, "+b" only in B. */
function shown(a: PlacedTokens, b: PlacedTokens): string[] {
  const {kinds, aEnds, bEnds} = align(a, b);
  const side = ({text, ends}: PlacedTokens, of: Uint32Array, piece: number): string => {
    const bytes = Buffer.from(text);
    const parts: string[] = [];
    for (let token = of[piece - 1] ?? 0; token < (of[piece] ?? 0); token++)
      parts.push(bytes.subarray(ends[token - 1] ?? 0, ends[token]).toString());
    return parts.join("·");
  };
  return Array.from(kinds, (kind, piece) => {
    if (kind === pieceKinds.onlyA) return `-${side(a, aEnds, piece)}`;
    if (kind === pieceKinds.onlyB) return `+${side(b, bEnds, piece)}`;
    return `${side(a, aEnds, piece)}|${side(b, bEnds, piece)}`;
  });
}

/** A text cut anywhere: inside characters, twice at the same byte. */
const cut = (text: string): fc.Arbitrary<PlacedTokens> => {
  const bytes = Buffer.byteLength(text);
  return fc.array(fc.nat(bytes), {maxLength: 30}).map((places) => ({
    text,
    ends: Uint32Array.from([...places, ...(bytes > 0 ? [bytes] : [])].sort((x, y) => x - y))
  }));
};
const words = fc
  .array(fc.constantFrom("a", "b", " ", "\r\n", "\n", "é", "😀", "\0", "\u202e"), {maxLength: 24})
  .map((list) => list.join(""));
const anyText = fc.oneof(words, fc.string({unit: "binary", maxLength: 24}));
const oneText = anyText.chain((text) => fc.tuple(cut(text), cut(text)));
const twoTexts = fc.tuple(anyText.chain(cut), anyText.chain(cut));
const anyPair = fc.oneof(oneText, twoTexts);
const runs = {numRuns: cases(300, 20_000), seed: 17};

describe("Tokens aligned", () => {
  it("pair up where both cut the text alike, and else between common ends", () => {
    assert.deepEqual(shown(tokens("Un", "happy", " people"), tokens("Unh", "appy", " people")), [
      "Un·happy|Unh·appy",
      " people| people"
    ]);
    assert.deepEqual(shown(tokens("", "a", "b"), tokens("a", "b")), ["·a|a", "b|b"]);
    assert.deepEqual(shown(tokens("a", "b", ""), tokens("ab")), ["a·b·|ab"]);
    assert.deepEqual(shown(tokens("a\r", "\nb"), tokens("a", "\r\n", "b")), ["a\r·\nb|a·\r\n·b"]);
  });

  it("of different texts pair up where both have the same, and are else removed or added", () => {
    assert.deepEqual(shown(tokens("the", " old", " man"), tokens("the", " young", " man", "!")), [
      "the|the",
      "- old",
      "+ young",
      " man| man",
      "+!"
    ]);
    assert.deepEqual(shown(tokens("x", "ab", "c", "1"), tokens("x", "a", "bc", "2")), [
      "x|x",
      "-ab",
      "-c",
      "-1",
      "+a",
      "+bc",
      "+2"
    ]);
    assert.deepEqual(shown(tokens("x", "ab", "c", "y", "1"), tokens("x", "a", "bc", "y", "2")), [
      "x|x",
      "ab·c|a·bc",
      "y|y",
      "-1",
      "+2"
    ]);
    assert.deepEqual(shown(tokens(), tokens("a")), ["+a"]);
  });

  it("tile the tokens of both, and pair only the same bytes", () => {
    fc.assert(
      fc.property(anyPair, ([a, b]) => {
        const {kinds, aEnds, bEnds} = align(a, b);
        const [aBytes, bBytes] = [Buffer.from(a.text), Buffer.from(b.text)];
        const at = ({ends}: PlacedTokens, token: number) => ends[token - 1] ?? 0;
        let [aLast, bLast] = [0, 0];
        for (const [piece, kind] of kinds.entries()) {
          const [aEnd, bEnd] = [aEnds[piece] ?? 0, bEnds[piece] ?? 0];
          assert.equal(aEnd > aLast, kind !== pieceKinds.onlyB);
          assert.equal(bEnd > bLast, kind !== pieceKinds.onlyA);
          if (kind === pieceKinds.both)
            assert.ok(aBytes.subarray(at(a, aLast), at(a, aEnd)).equals(bBytes.subarray(at(b, bLast), at(b, bEnd))));
          else assert.equal(aEnd - aLast + bEnd - bLast, 1);
          [aLast, bLast] = [aEnd, bEnd];
        }
        assert.deepEqual([aLast, bLast], [a.ends.length, b.ends.length]);
      }),
      runs
    );
  });

  it("are one piece a token where texts and tokens are equal", () => {
    fc.assert(
      fc.property(anyText.chain(cut), (a) => {
        const {kinds, aEnds, bEnds} = align(a, a);
        assert.ok(kinds.every((kind) => kind === pieceKinds.both));
        for (const ends of [aEnds, bEnds])
          assert.deepEqual(
            [...ends],
            [...ends.keys()].map((piece) => piece + 1)
          );
        assert.equal(aEnds.length, a.ends.length);
      }),
      runs
    );
  });

  it("refuse ends that don't tile the text", () => {
    for (const ends of [[1], [3], [2, 1, 2], []])
      assert.throws(() => align({text: "ab", ends: Uint32Array.from(ends)}, tokens("ab")), RangeError);
    assert.throws(() => align(tokens("ab"), {text: "ab", ends: Uint32Array.of(4)}), RangeError);
  });
});

describe("Runs that two sequences have in common", () => {
  const sequences = fc.tuple(fc.array(fc.nat(3), {maxLength: 30}), fc.array(fc.nat(3), {maxLength: 30}));

  /** The length of a longest common subsequence, by the textbook's table. */
  function longestCommon(a: readonly number[], b: readonly number[]): number {
    let row = new Array<number>(b.length + 1).fill(0);
    for (const x of a) {
      const next = [0];
      for (const [j, y] of b.entries())
        next.push(x === y ? (row[j] ?? 0) + 1 : Math.max(row[j + 1] ?? 0, next[j] ?? 0));
      row = next;
    }
    return row[b.length] ?? 0;
  }

  function checked(a: readonly number[], b: readonly number[], limit?: number): number {
    const [x, y] = [Int32Array.from(a), Int32Array.from(b)];
    let [aLast, bLast, total] = [0, 0, 0];
    for (const {a: from, b: other, length} of run(limit === undefined ? commonRuns(x, y) : commonRuns(x, y, limit))) {
      assert.ok(length > 0 && from >= aLast && other >= bLast);
      assert.deepEqual(a.slice(from, from + length), b.slice(other, other + length));
      [aLast, bLast, total] = [from + length, other + length, total + length];
    }
    assert.ok(aLast <= a.length && bLast <= b.length);
    return total;
  }

  it("are as long as they can be", () => {
    fc.assert(
      fc.property(sequences, ([a, b]) => assert.equal(checked(a, b), longestCommon(a, b))),
      runs
    );
  });

  it("are in order and equal also where the search is cut short", () => {
    fc.assert(
      fc.property(sequences, fc.integer({min: 1, max: 5}), ([a, b], limit) =>
        assert.ok(checked(a, b, limit) <= longestCommon(a, b))
      ),
      runs
    );
  });

  it("are found in two long texts without anything in common, in steps", () => {
    const length = 20_000;
    const work = commonRuns(
      Int32Array.from({length}, (_, i) => i),
      Int32Array.from({length}, (_, i) => length + i)
    );
    let steps = 0;
    while (!work.next().done) steps++;
    assert.ok(steps > length, `${steps} steps`);
  });
});

describe("Scores compared piece by piece", () => {
  const scores = (count: number) =>
    fc.array(
      fc.oneof(
        {weight: 5, arbitrary: fc.double({min: -30, max: 0, noNaN: true})},
        {weight: 1, arbitrary: fc.constant(Number.NaN)}
      ),
      {
        minLength: count,
        maxLength: count
      }
    );

  it("add up to the texts' totals, within rounding", () => {
    const scored = anyPair.chain(([a, b]) =>
      fc.tuple(fc.constant(a), fc.constant(b), scores(a.ends.length), scores(b.ends.length))
    );
    fc.assert(
      fc.property(scored, ([a, b, aScores, bScores]) => {
        const alignment = align(a, b);
        const [aLogprobs, bLogprobs] = [Float64Array.from(aScores), Float64Array.from(bScores)];
        const bits = pieceBits(alignment, aLogprobs, bLogprobs);
        const total = (logprobs: Float64Array) =>
          logprobs.reduce((sum, logprob) => sum + (Number.isNaN(logprob) ? 0 : -logprob), 0) / Math.LN2;
        const sum = (values: Float64Array) => values.reduce((all, value) => all + value, 0);
        const {compared, leftOut, only} = bits.sums;
        const groups = [compared, leftOut, only];
        for (const [mine, expected] of [
          [sum(bits.a), total(aLogprobs)],
          [groups.reduce((all, {aBits}) => all + aBits, 0), total(aLogprobs)],
          [sum(bits.b), total(bLogprobs)],
          [groups.reduce((all, {bBits}) => all + bBits, 0), total(bLogprobs)],
          [sum(bits.differences.filter((value) => !Number.isNaN(value))), compared.bBits - compared.aBits]
        ] as const)
          assert.ok(Math.abs(mine - expected) < 1e-9, `${mine} ${expected}`);
        assert.equal(
          groups.reduce((all, {aTokens}) => all + aTokens, 0),
          a.ends.length
        );
        assert.equal(
          groups.reduce((all, {bTokens}) => all + bTokens, 0),
          b.ends.length
        );
        assert.equal(compared.aUnscored + compared.bUnscored, 0);
      }),
      runs
    );
  });

  it("leave out on both sides what one side has no score for", () => {
    const text = tokens("a", "b", "c");
    const bits = pieceBits(align(text, text), Float64Array.of(Number.NaN, -1, -2), Float64Array.of(-4, -8, -1));
    assert.deepEqual(
      [...bits.differences].map((value) => Math.round(value * Math.LN2)),
      [Number.NaN, 7, -1]
    );
    const {compared, leftOut} = bits.sums;
    assert.deepEqual([compared.aTokens, leftOut.aTokens, leftOut.aUnscored, leftOut.bUnscored], [2, 1, 1, 0]);
    assert.equal(leftOut.bBits, 4 / Math.LN2);
  });

  it("call what both hold impossible alike", () => {
    const text = tokens("a", "b");
    const [never, once] = [Number.NEGATIVE_INFINITY, -1];
    const {differences} = pieceBits(align(text, text), Float64Array.of(never, never), Float64Array.of(never, once));
    assert.deepEqual([...differences], [0, Number.NEGATIVE_INFINITY]);
  });

  it("have levels that are the same the other way round", () => {
    const text = tokens("a", "b", "c", "d", "e");
    const alignment = align(text, text);
    const level = (values: readonly number[], threshold: number) =>
      [...differenceLevelsOf(alignment, Float64Array.from(values), threshold)].map((index) => differenceLevels[index]);
    const values = [0.49, 0.5, -1, 4, Number.NaN];
    assert.deepEqual(level(values, 0.5), ["alike", "a1", "b2", "a3", "unknown"]);
    assert.deepEqual(
      level(
        values.map((value) => -value),
        0.5
      ),
      ["alike", "b1", "a2", "b3", "unknown"]
    );
    assert.equal(presetThreshold(Float64Array.from([0, 0, 0, 0, 0.3])), 0.2);
    assert.equal(presetThreshold(new Float64Array(3).fill(Number.NaN)), 0.01);
  });

  it("say which numbers can be compared", () => {
    const text = tokens("ab", "c");
    const summary = (of: PlacedTokens) =>
      summarize(of.text, {
        logprobs: new Float64Array(of.ends.length).fill(-1),
        top1: new Uint8Array(of.ends.length),
        ends: of.ends
      });
    const side = (of: PlacedTokens) => ({...of, ids: Int32Array.from(of.ends.keys())});
    const better = (a: PlacedTokens, b: PlacedTokens) =>
      Object.fromEntries(
        comparedTotals(summary(a), summary(b), null, comparability(side(a), side(b))).map(({key, better: of}) => [
          key,
          of
        ])
      );
    assert.deepEqual(better(text, text), {
      bitsPerByte: "equal",
      bitsPerCharacter: "equal",
      perplexity: "equal",
      tokens: null
    });
    assert.deepEqual(better(text, tokens("a", "b", "c")), {
      bitsPerByte: "a",
      bitsPerCharacter: "a",
      perplexity: null,
      tokens: null
    });
  });
});
