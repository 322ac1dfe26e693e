import {strict as assert} from "node:assert";
import {readdirSync, readFileSync} from "node:fs";
import {join} from "node:path";
import fc from "fast-check";
import {corpusSummary, type Summary, summarize} from "../../src/metrics/summary";

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
      assert.deepEqual([summary.nats, summary.squaredDeviations, summary.reached], [0, 0, 0]);
      const {tokens, scored, unscored, top1Hits, top10Hits, bytes, characters, words, ...measures} = summary;
      const {nats, squaredDeviations, reached, ...numbers} = measures;
      for (const [name, value] of Object.entries(numbers)) assert.equal(value, null, name);
    }
  });

  it("stays exact where all tokens are alike: the error is zero, not the root of a rounding error", () => {
    const summary = summarize("x".repeat(1000), scores(Array(1000).fill(-0.1), Array(1000).fill(1), null));
    assert.ok((summary.standardError ?? 1) < 1e-12);
  });

  it("survives a token the model holds impossible", () => {
    const summary = summarize("ab", scores([-1, Number.NEGATIVE_INFINITY], [1, 0], [1, 2]));
    const {perplexity, standardError, crossEntropy, bitsPerByte, bitsPerCharacter, wordPerplexity, minK} = summary;
    for (const value of [perplexity, standardError, crossEntropy, bitsPerByte, bitsPerCharacter, wordPerplexity])
      assert.equal(value, Number.POSITIVE_INFINITY);
    assert.equal(minK, Number.NEGATIVE_INFINITY);
    assert.equal(summary.unscored, 0);
  });

  it("has an infinite number where one is too large for a double, and not none", () => {
    const {perplexity, standardError, wordPerplexity} = summarize(
      "abc",
      scores([-400, -400, -401], [0, 0, 0], [1, 2, 3])
    );
    assert.ok(Number.isFinite(perplexity) && Number.isFinite(standardError));
    assert.equal(wordPerplexity, Number.POSITIVE_INFINITY);
    const beyond = summarize("ab", scores([-800, -900], [0, 0], [1, 2]));
    assert.deepEqual(
      [beyond.crossEntropy, beyond.perplexity, beyond.standardError],
      [850, Number.POSITIVE_INFINITY, Number.POSITIVE_INFINITY]
    );
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

describe("top-10 accuracy", () => {
  it("is the share of scored tokens with rank 10 or better, and unknown without ranks", () => {
    const some = scores([-1, -2, Number.NaN, -9, -5], [1, 0, 0, 0, 0], null);
    assert.equal(summarize("abcde", some).top10Accuracy, null);
    assert.equal(summarize("abcde", {...some, detail: null}).top10Accuracy, null);
    const detail = {ranks: Int32Array.of(1, 10, 0, 11, 5000)};
    assert.equal(summarize("abcde", {...some, detail}).top10Accuracy, 2 / 4);
  });
});

describe("Min-K%", () => {
  it("is the mean logprob of the fifth with the lowest, rounded up to at least one", () => {
    const minK = (logprobs: number[]) =>
      summarize("x".repeat(logprobs.length), scores(logprobs, Array(logprobs.length).fill(0), null)).minK;
    assert.equal(minK([-3]), -3);
    assert.equal(minK([-1, -2, -3, -4, -5]), -5);
    assert.equal(minK([-1, -2, -3, -6, -4, -5]), -5.5);
    assert.equal(minK([-1, Number.NaN, -2, Number.NaN, -3, -4, -9]), -9);
    assert.equal(minK([0, 0]), 0);
  });

  it("agrees with brute force: of all ways to choose so many tokens, the lowest mean", () => {
    fc.assert(
      fc.property(fc.array(fc.double({min: -30, max: 0, noNaN: true}), {minLength: 1, maxLength: 12}), (logprobs) => {
        const {minK} = summarize("x".repeat(logprobs.length), scores(logprobs, Array(logprobs.length).fill(0), null));
        let size = 1;
        while (size * 5 < logprobs.length) size++;
        let least = Number.POSITIVE_INFINITY;
        for (let set = 0; set < 1 << logprobs.length; set++) {
          const chosen = logprobs.filter((_, token) => set & (1 << token));
          if (chosen.length === size) least = Math.min(least, chosen.reduce((sum, v) => sum + v, 0) / size);
        }
        close(minK, least, 1e-12);
      }),
      {seed: 6, numRuns: 100}
    );
  });
});

describe("corpusSummary", () => {
  it("of one text has that text's numbers", () => {
    fc.assert(
      fc.property(scoredText, ({text, logprobs, ends}) => {
        const {minK, reached, ...numbers} = summarize(text, scores(logprobs, Array(logprobs.length).fill(1), ends));
        assert.deepEqual(corpusSummary([numbers]), {texts: 1, ...numbers});
      }),
      {seed: 7, numRuns: 500}
    );
  });

  it("has the numbers of one text made of all the tokens", () => {
    fc.assert(
      fc.property(fc.array(scoredText, {minLength: 1, maxLength: 6}), (parts) => {
        const ranks = (length: number) => Int32Array.from({length}, (_, token) => token * 3 + 1);
        const all = parts.map(({text, logprobs, ends}) => {
          const top1 = logprobs.map((_, token) => (token === 0 ? 1 : 0));
          return {...scores(logprobs, top1, ends), text, detail: {ranks: ranks(logprobs.length)}};
        });
        const corpus = corpusSummary(all.map(({text, ...of}) => summarize(text, of)));
        let before = 0;
        const ends = all.flatMap(({ends}) => {
          const moved = Array.from(ends ?? [], (end) => end + before);
          before = moved.at(-1) ?? before;
          return moved;
        });
        const whole = summarize(all.map(({text}) => text).join(""), {
          logprobs: Float64Array.from(all.flatMap(({logprobs}) => Array.from(logprobs))),
          top1: Uint8Array.from(all.flatMap(({top1}) => Array.from(top1))),
          ends: Uint32Array.from(ends),
          detail: {ranks: Int32Array.from(all.flatMap(({detail}) => Array.from(detail.ranks)))}
        });
        assert.equal(corpus.texts, parts.length);
        // Words are not compared: where texts meet, two may become one.
        for (const name of ["tokens", "scored", "unscored", "bytes", "characters"] as const)
          assert.equal(corpus[name], whole[name], name);
        for (const name of [
          "crossEntropy",
          "crossEntropyBits",
          "perplexity",
          "standardError",
          "bitsPerCharacter",
          "bitsPerByte",
          "top1Accuracy",
          "top10Accuracy"
        ] as const) {
          const [actual, expected] = [corpus[name], whole[name]];
          if (expected === null) assert.equal(actual, null, name);
          else close(actual, expected, 1e-9);
        }
      }),
      {seed: 8, numRuns: 500}
    );
  });

  it("is no mean of perplexities", () => {
    const [short, long] = [
      summarize("a", scores([-3], [0], null)),
      summarize("abc", scores([-1, -1, -1], [0, 0, 0], null))
    ];
    assert.ok(short && long);
    close(corpusSummary([short, long]).perplexity, Math.exp((3 + 3) / 4), 1e-12);
  });

  it("keeps the error of a million alike tokens exact", () => {
    const text = "x".repeat(1000);
    const half = (logprob: number) => summarize(text, scores(Array(1000).fill(logprob), Array(1000).fill(0), null));
    const corpus = corpusSummary(Array.from({length: 1000}, (_, i) => half(i % 2 === 0 ? -5 : -5 - 1e-9)));
    // v is 5 or 5 + 1e-9: its variance is (0.5e-9)².
    close(corpus.standardError, (Math.exp(5) * 0.5e-9) / Math.sqrt(1e6 - 1), 1e-5);
  });

  it("does not claim what is not known of one of its texts, and passes by what was not scored", () => {
    const known = summarize("ab", {...scores([-1, -2], [1, 0], [1, 2]), detail: {ranks: Int32Array.of(1, 2)}});
    const unknown = summarize("ab", scores([Number.NaN, -2], [0, 0], null));
    const nothing = summarize("a", scores([Number.NaN], [0], [1]));
    assert.deepEqual(
      [corpusSummary([known, unknown]).bitsPerByte, corpusSummary([known, unknown]).top10Accuracy],
      [null, null]
    );
    const both = corpusSummary([known, nothing]);
    assert.deepEqual([both.texts, both.tokens, both.unscored], [2, 3, 1]);
    assert.deepEqual([both.bitsPerByte, both.top10Accuracy], [known.bitsPerByte, known.top10Accuracy]);
    assert.equal(corpusSummary([]).perplexity, null);
  });

  it("survives a token the model holds impossible", () => {
    const impossible = summarize("ab", scores([-1, Number.NEGATIVE_INFINITY], [1, 0], [1, 2]));
    const corpus = corpusSummary([impossible, summarize("a", scores([-1], [1], [1]))]);
    assert.deepEqual([corpus.perplexity, corpus.standardError], [Number.POSITIVE_INFINITY, Number.POSITIVE_INFINITY]);
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
