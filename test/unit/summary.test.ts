import {strict as assert} from "node:assert";
import {readdirSync, readFileSync} from "node:fs";
import {join} from "node:path";
import fc from "fast-check";
import {type Summary, summarize} from "../../src/metrics/summary";

const reference = join("test", "fixtures", "reference");

interface Reference {
  readonly ids: readonly number[];
  readonly logprobs: readonly number[];
  readonly rank: readonly number[];
  readonly crossEntropy: number;
  readonly perplexity: number;
  readonly standardError: number;
  readonly bitsPerByte: number;
  readonly bitsPerCharacter: number;
}

describe("summarize", () => {
  describe("agrees with the independent numbers of", () => {
    for (const file of readdirSync(reference).filter((name) => name.endsWith(".json"))) {
      it(file, () => {
        const expected: Reference = JSON.parse(readFileSync(join(reference, file), "utf8"));
        const text = readFileSync(join(reference, file.replace(".json", ".txt")), "utf8");
        const summary = summarize(text, {
          logprobs: Float64Array.from(expected.logprobs),
          top1: Uint8Array.from(expected.rank, (rank) => (rank === 1 ? 1 : 0)),
          ends: null
        });
        assert.equal(summary.tokens, expected.ids.length);
        assert.equal(summary.scored, expected.ids.length);
        close(summary.crossEntropy, expected.crossEntropy, 1e-4);
        close(summary.perplexity, expected.perplexity, 1e-4);
        close(summary.bitsPerByte, expected.bitsPerByte, 1e-4);
        close(summary.bitsPerCharacter, expected.bitsPerCharacter, 1e-4);
        if (summary.scored > 1) close(summary.standardError, expected.standardError, 1e-4);
        else assert.equal(summary.standardError, null);
        const firsts = expected.rank.filter((rank) => rank === 1).length;
        close(summary.top1Accuracy, firsts / expected.rank.length, 1e-12);
      });
    }
  });

  it("leaves out tokens without a logprob, and the bytes, characters and words they cover", () => {
    //          |une|_ca|fé|_noir|          é takes two bytes
    const summary = summarize("une café noir", scores([Number.NaN, -2, -1, -3], [0, 1, 0, 1], [3, 6, 9, 14]));
    assert.equal(summary.tokens, 4);
    assert.equal(summary.scored, 3);
    assert.equal(summary.unscored, 1);
    assert.equal(summary.crossEntropy, 2);
    assert.equal(summary.perplexity, Math.exp(2));
    assert.equal(summary.bytes, 11);
    assert.equal(summary.characters, 10);
    assert.equal(summary.words, 2);
    assert.equal(summary.wordPerplexity, Math.exp(3));
    close(summary.top1Accuracy, 2 / 3, 1e-12);
    // mean(v²) - H² = 14/3 - 4, over n - 1 = 2
    close(summary.standardError, Math.exp(2) * Math.sqrt((14 / 3 - 4) / 2), 1e-12);
  });

  it("counts a character cut into tokens where its first byte is scored", () => {
    const firstHalf = summarize("👩", scores([-1, Number.NaN], [0, 0], [1, 4]));
    assert.deepEqual([firstHalf.bytes, firstHalf.characters, firstHalf.words], [1, 1, 1]);
    const secondHalf = summarize("👩", scores([Number.NaN, -1], [0, 0], [1, 4]));
    assert.deepEqual([secondHalf.bytes, secondHalf.characters, secondHalf.words], [3, 0, 0]);
    assert.equal(secondHalf.bitsPerCharacter, null);
  });

  it("gives a token that covers no byte its share of the surprise", () => {
    const summary = summarize("ab", scores([-1, -3], [0, 0], [0, 2]));
    assert.equal(summary.crossEntropy, 2);
    assert.equal(summary.bytes, 2);
  });

  it("counts words at Unicode's white space, a no-break space included, a byte order mark not", () => {
    assert.equal(summarize("\ufeffa b\u00a0c\u3000d\r\n\te", scores([-1], [0], null)).words, 5);
  });

  it("claims nothing per byte, character or word where the scored part of the text isn't known", () => {
    const summary = summarize("some text", scores([Number.NaN, -2], [0, 1], null));
    assert.equal(summary.perplexity, Math.exp(2));
    for (const name of ["bitsPerByte", "bitsPerCharacter", "wordPerplexity", "bytes", "characters", "words"] as const) {
      assert.equal(summary[name], null, name);
    }
  });

  it("has no word perplexity for white space", () => {
    const summary = summarize("\n\n", scores([-1], [0], [2]));
    assert.equal(summary.words, 0);
    assert.equal(summary.wordPerplexity, null);
    assert.equal(summary.bitsPerByte, 1 / Math.LN2 / 2);
  });

  it("has no numbers where nothing was scored", () => {
    for (const summary of [
      summarize("", scores([], [], [])),
      summarize("a", scores([Number.NaN], [0], [1])),
      summarize("a", scores([Number.NaN], [0], null))
    ]) {
      assert.equal(summary.scored, 0);
      assert.deepEqual([summary.bytes, summary.characters, summary.words], [0, 0, 0]);
      const {tokens, scored, unscored, bytes, characters, words, ...numbers} = summary;
      for (const [name, value] of Object.entries(numbers)) assert.equal(value, null, name);
    }
  });

  it("stays exact where all tokens are alike: the error is zero, not the root of a rounding error", () => {
    const summary = summarize("x".repeat(1000), scores(Array(1000).fill(-0.1), Array(1000).fill(1), null));
    assert.ok((summary.standardError ?? 1) < 1e-12);
  });

  it("survives a token the model holds impossible", () => {
    const summary = summarize("ab", scores([-1, Number.NEGATIVE_INFINITY], [1, 0], [1, 2]));
    assert.equal(summary.perplexity, Number.POSITIVE_INFINITY);
    assert.equal(summary.standardError, null);
  });

  it("refuses spans that don't tile the text, and arrays of different lengths", () => {
    assert.throws(() => summarize("abc", scores([-1], [0], [2])), RangeError);
    assert.throws(() => summarize("abc", scores([-1, -1, -1], [0, 0, 0], [2, 1, 3])), RangeError);
    assert.throws(() => summarize("abc", scores([Number.NaN, -1], [0, 0], [1, 4])), RangeError);
    assert.throws(() => summarize("abc", scores([-1], [0, 0], [3])), RangeError);
    assert.throws(() => summarize("abc", scores([-1], [0], [1, 3])), RangeError);
  });

  it("gives every number from any other one and the counts", () => {
    fc.assert(
      fc.property(scoredText, ({text, logprobs, ends}) => {
        const summary = summarize(text, scores(logprobs, Array(logprobs.length).fill(0), ends));
        const {scored: n, bytes, characters, words} = summary;
        const {crossEntropy, crossEntropyBits, perplexity, bitsPerByte, bitsPerCharacter, wordPerplexity} = summary;
        if (n === 0) return;
        const nats = value(crossEntropy);
        close(crossEntropyBits, nats / Math.LN2, 1e-12);
        close(Math.log(value(perplexity)), nats, 1e-9);
        if (bytes) close(value(bitsPerByte) * bytes * Math.LN2, nats * n, 1e-9);
        if (characters) close(value(bitsPerCharacter) * characters * Math.LN2, nats * n, 1e-9);
        if (words) close(Math.log(value(wordPerplexity)) * words, nats * n, 1e-9);
      }),
      {seed: 4, numRuns: 500}
    );
  });

  it("covers each byte, character and word once: what two halves of the tokens cover adds up to the text", () => {
    fc.assert(
      fc.property(scoredText, fc.nat(), ({text, logprobs, ends}, cut) => {
        const at = cut % (logprobs.length + 1);
        const part = (keep: (token: number) => boolean): Summary =>
          summarize(
            text,
            scores(
              logprobs.map((_, token) => (keep(token) ? -1 : Number.NaN)),
              Array(logprobs.length).fill(0),
              ends
            )
          );
        const [whole, first, second] = [part(() => true), part((token) => token < at), part((token) => token >= at)];
        for (const name of ["bytes", "characters", "words"] as const) {
          assert.equal(value(first[name]) + value(second[name]), whole[name], name);
        }
        assert.equal(whole.bytes, Buffer.byteLength(text, "utf8"));
        assert.equal(whole.characters, Array.from(text).length);
        assert.equal(whole.words, text.split(/\p{White_Space}+/u).filter((word) => word !== "").length);
      }),
      {seed: 5, numRuns: 500}
    );
  });
});

/** A text cut into tokens anywhere between bytes, some of them unscored. */
const scoredText = fc
  .record({
    text: fc.array(fc.constantFrom("a", "é", "👩", " ", "\n", "\u2028", "\ud800", "word"), {
      minLength: 1,
      maxLength: 20
    }),
    cuts: fc.array(fc.nat(), {maxLength: 10}),
    logprobs: fc.array(fc.oneof(fc.double({min: -30, max: 0, noNaN: true}), fc.constant(Number.NaN)), {
      minLength: 11,
      maxLength: 11
    })
  })
  .map(({text: parts, cuts, logprobs}) => {
    const text = parts.join("");
    const bytes = Buffer.byteLength(text, "utf8");
    const ends = [...cuts.map((cut) => cut % (bytes + 1)), bytes].sort((a, b) => a - b);
    return {text, ends, logprobs: logprobs.slice(0, ends.length)};
  });

function scores(logprobs: readonly number[], top1: readonly number[], ends: readonly number[] | null) {
  return {
    logprobs: Float64Array.from(logprobs),
    top1: Uint8Array.from(top1),
    ends: ends && Uint32Array.from(ends)
  };
}

function value(number: number | null): number {
  assert.ok(number !== null);
  return number;
}

function close(actual: number | null, expected: number, relative: number): void {
  const difference = Math.abs(value(actual) - expected);
  assert.ok(difference <= relative * Math.abs(expected) + 1e-12, `${actual}, expected ${expected}`);
}
