import {strict as assert} from "node:assert";
import fc from "fast-check";
import {type KnownScores, ScoreCache} from "../../src/engine/scoreCache";
import type {Windowing} from "../../src/metrics/windowing";

const windowing: Windowing = {mode: "document", bos: true, window: 100, stride: 50};

function known(ids: ArrayLike<number>, more: Partial<KnownScores> = {}): KnownScores {
  return {
    windowing,
    ids: Int32Array.from(ids),
    contextTokens: 0,
    known: ids.length,
    logprobs: new Float64Array(ids.length),
    top1: new Uint8Array(ids.length),
    detail: null,
    ...more
  };
}

describe("The cache of scores", () => {
  it("finds the scores that have the longest beginning in common, and never more than they know", () => {
    const texts = fc.array(fc.array(fc.integer({min: 0, max: 2}), {minLength: 1, maxLength: 12}), {maxLength: 5});
    fc.assert(
      fc.property(texts, fc.array(fc.integer({min: 0, max: 2}), {maxLength: 12}), fc.nat(12), (kept, asked, limit) => {
        const cache = new ScoreCache();
        for (const ids of kept) cache.keep(known(ids, {known: Math.min(limit, ids.length)}));
        const lengths = kept.map((ids) => {
          let length = 0;
          while (length < Math.min(limit, ids.length) && ids[length] === asked[length]) length++;
          return length;
        });
        const found = cache.find({windowing, ids: Int32Array.from(asked), contextTokens: 0}, 0);
        assert.equal(found?.until ?? 0, Math.max(0, ...lengths));
        if (found) assert.deepEqual([...found.entry.ids].slice(0, found.until), asked.slice(0, found.until));
      }),
      {seed: 20261122, numRuns: 500}
    );
  });

  it("takes nothing from other windows, and counts context as no gain", () => {
    const cache = new ScoreCache();
    cache.keep(known([1, 2, 3], {contextTokens: 2}));
    const ids = Int32Array.of(1, 2, 9);
    assert.equal(cache.find({windowing, ids, contextTokens: 2}, 0), undefined);
    const same = Int32Array.of(1, 2, 3);
    assert.equal(cache.find({windowing, ids: same, contextTokens: 2}, 0)?.until, 3);
    assert.equal(cache.find({windowing, ids: same, contextTokens: 0}, 0), undefined);
    for (const other of [{stride: 49}, {window: 101}, {bos: false}, {mode: "llama-perplexity" as const}])
      assert.equal(cache.find({windowing: {...windowing, ...other}, ids: same, contextTokens: 2}, 0), undefined);
  });

  it("forgets what was not used for longest when it gets too much, but never the last", () => {
    const cache = new ScoreCache();
    const million = 1_000_000;
    const ids = (first: number, length: number): Int32Array => new Int32Array(length).fill(first, 0, 1);
    const find = (ids: readonly number[]) => cache.find({windowing, ids: Int32Array.from(ids), contextTokens: 0}, 0);
    // Each has 26 MB; together they may have 64.
    for (const first of [10, 11, 12]) cache.keep(known(ids(first, 2 * million)));
    assert.deepEqual(
      [10, 11, 12].map((first) => find([first])?.until),
      [undefined, 1, 1]
    );
    cache.keep(known(ids(13, 6 * million)));
    assert.deepEqual(
      [11, 12, 13].map((first) => find([first])?.until),
      [undefined, undefined, 1]
    );
  });
});
