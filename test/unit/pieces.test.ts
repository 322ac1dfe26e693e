import {strict as assert} from "node:assert";
import fc from "fast-check";
import {cutIntoPieces, type Pieces} from "../../src/metrics/pieces";

function cut(
  text: string,
  byteEnds: readonly number[],
  logprobs: readonly number[],
  detail: {readonly ranks: readonly number[]; readonly entropies: readonly number[]} | null = null
): Pieces {
  const work = cutIntoPieces(text, Uint32Array.from(byteEnds), {
    logprobs: Float64Array.from(logprobs),
    ranks: detail && Int32Array.from(detail.ranks),
    entropies: detail && Float64Array.from(detail.entropies)
  });
  for (;;) {
    const step = work.next();
    if (step.done) return step.value;
  }
}

/** A text and offsets to cut its bytes, also inside characters and twice at the same offset. */
const cutText = fc.string({unit: "binary", maxLength: 40}).chain((text) => {
  const bytes = Buffer.byteLength(text);
  return fc
    .array(fc.nat(bytes), {maxLength: 60})
    .map((places) => ({text, byteEnds: [...places, ...(bytes > 0 ? [bytes] : [])].sort((a, b) => a - b)}));
});

describe("a text cut into pieces", () => {
  it("is one piece a token where tokens are whole characters", () => {
    const {ends, firstTokens, logprobs} = cut("one two", [3, 7], [-1, -2]);
    assert.deepEqual([...ends], [3, 7]);
    assert.deepEqual([...firstTokens], [0, 1, 2]);
    assert.deepEqual([...logprobs], [-1, -2]);
  });

  it("adds up the tokens that share a character", () => {
    // 😀 is 4 bytes, 2 units.
    const {ends, firstTokens, logprobs} = cut("a😀b", [1, 3, 4, 5, 6], [-1, -2, -3, -4, -5]);
    assert.deepEqual([...ends], [1, 3, 4]);
    assert.deepEqual([...firstTokens], [0, 1, 4, 5]);
    assert.deepEqual([...logprobs], [-1, -9, -5]);
  });

  it("adds a token that begins before a character and ends in it to that character", () => {
    const {ends, logprobs} = cut(" é!", [2, 3, 4], [-1, -2, -4]);
    assert.deepEqual([...ends], [2, 3]);
    assert.deepEqual([...logprobs], [-3, -4]);
  });

  it("adds a token that covers nothing to the one behind it, and leaves one at the end out", () => {
    const {ends, firstTokens, logprobs} = cut("ab", [0, 2, 2], [-1, -2, -3]);
    assert.deepEqual([...ends], [2]);
    assert.deepEqual([...firstTokens], [0, 2]);
    assert.deepEqual([...logprobs], [-3]);
  });

  it("leaves a piece unscored of which a token is", () => {
    const {logprobs} = cut("é!", [1, 2, 3], [Number.NaN, -2, -1]);
    assert.deepEqual([...logprobs], [Number.NaN, -1]);
  });

  it("has the sum of a piece's entropies and the highest of its ranks, and neither where they are not known", () => {
    const detail = {ranks: [3, 1, 9, 2, 0], entropies: [0.5, 1, 2, 4, Number.NaN]};
    const {ranks, entropies} = cut("a😀bc", [1, 3, 5, 6, 7], [-1, -2, -3, -4, Number.NaN], detail);
    assert.deepEqual([...(ranks ?? [])], [3, 9, 2, 0]);
    assert.deepEqual([...(entropies ?? [])], [0.5, 3, 4, Number.NaN]);
    const unscored = cut("é!", [1, 2, 3], [Number.NaN, -2, -1], {ranks: [0, 7, 1], entropies: [Number.NaN, 1, 1]});
    assert.deepEqual([...(unscored.ranks ?? [])], [0, 1]);
    const plain = cut("a", [1], [-1]);
    assert.deepEqual([plain.ranks, plain.entropies], [null, null]);
  });

  it("takes half a surrogate pair for the three bytes that UTF-8 writes for it", () => {
    assert.deepEqual([...cut("\ud800a", [3, 4], [-1, -1]).ends], [1, 2]);
  });

  it("refuses tokens that don't tile the text", () => {
    assert.throws(() => cut("abc", [2, 1], [-1, -1]), RangeError);
    assert.throws(() => cut("abc", [2, 4], [-1, -1]), RangeError);
  });

  it("tiles the text and the tokens, never cuts a character, and loses no surprisal", () => {
    fc.assert(
      fc.property(cutText, ({text, byteEnds}) => {
        const {ends, firstTokens, logprobs} = cut(
          text,
          byteEnds,
          byteEnds.map((_, token) => -(2 ** (token % 20)))
        );
        assert.equal(ends.length, logprobs.length);
        assert.equal(firstTokens.length, ends.length + 1);
        assert.equal(firstTokens[0], 0);
        if (text !== "") assert.equal(ends.at(-1), text.length);
        let [start, sum] = [0, 0];
        for (const [piece, end] of ends.entries()) {
          assert.ok(end > start);
          const part = text.slice(start, end);
          assert.equal(part.isWellFormed(), part.toWellFormed() === part);
          if (text.isWellFormed()) assert.ok(part.isWellFormed());
          const tokens = [firstTokens[piece] ?? 0, firstTokens[piece + 1] ?? 0] as const;
          assert.ok(tokens[1] > tokens[0]);
          // The tokens' bytes are those of the piece.
          const bytes = (byteEnds[tokens[1] - 1] ?? 0) - (byteEnds[tokens[0] - 1] ?? 0);
          assert.equal(bytes, Buffer.byteLength(part));
          for (let token = tokens[0]; token < tokens[1]; token++) sum -= 2 ** (token % 20);
          start = end;
        }
        assert.equal(
          logprobs.reduce((total, one) => total + one, 0),
          sum
        );
      }),
      {seed: 20261122}
    );
  });

  it("stops now and then, so that a large text holds nobody up", () => {
    const tokens = 100_000;
    const text = "word ".repeat(tokens);
    const ends = Uint32Array.from({length: tokens}, (_, token) => (token + 1) * 5);
    const work = cutIntoPieces(text, ends, {
      logprobs: new Float64Array(tokens).fill(-1),
      ranks: null,
      entropies: null
    });
    let stops = 0;
    while (!work.next().done) stops++;
    assert.ok(stops >= 5, `${stops} stops`);
  });
});
