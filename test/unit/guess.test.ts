import {strict as assert} from "node:assert";
import {GuessWorth, guessNext} from "../../src/completion/guess";

describe("guesses of what comes next", () => {
  it("are what followed the same tokens before, the longest match first, the latest of those", () => {
    assert.deepEqual(guessNext([1, 2, 3, 4, 9, 2, 3], 2), [4, 9]);
    assert.deepEqual(guessNext([1, 2, 3, 7, 5, 2, 3, 8, 1, 2, 3], 1), [7]);
    assert.deepEqual(guessNext([2, 3, 7, 5, 2, 3, 8, 0, 2, 3], 1), [8]);
  });

  it("are none where two tokens never stood together", () => {
    assert.deepEqual(guessNext([1, 2, 3, 9, 3], 4), []);
    assert.deepEqual(guessNext([], 4), []);
  });
});

describe("guessing", () => {
  const worth = (single: number, withFour: number): GuessWorth => {
    const one = new GuessWorth();
    one.begin();
    one.decoded(single, 0, 0);
    one.decoded(withFour, 4, 2);
    return one;
  };

  it("waits until it is known what a token costs alone", () => {
    const one = new GuessWorth();
    assert.equal(one.pays, false);
    one.decoded(1, 0, 0);
    assert.equal(one.pays, true);
  });

  it("pays where a batch costs little more than a token, until guesses are wrong too often", () => {
    const one = worth(1.2, 2.4);
    assert.equal(one.pays, true);
    for (let i = 0; i < 2; i++) one.decoded(2.4, 4, 0);
    assert.equal(one.pays, false);
    one.begin();
    assert.equal(one.pays, true);
  });

  it("pays never where each token costs as much as one of its own (0.5B parameters on one thread)", () => {
    const one = worth(68, 292);
    assert.equal(one.pays, false);
    one.begin();
    assert.equal(one.pays, false);
  });

  it("is tried again after many completions: something else may have run beside the first", () => {
    const one = worth(1.2, 30);
    let tried = 0;
    for (let i = 0; i < 100; i++) {
      one.begin();
      if (!one.pays) continue;
      tried++;
      one.decoded(30, 4, 4);
    }
    assert.equal(tried, 2);
  });
});
