import {strict as assert} from "node:assert";
import {GuessWorth, guessCost, guessNext} from "../../src/completion/promptLookup";

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
  it("pays where a guess adds little to a batch, until guesses are wrong too often", () => {
    const worth = new GuessWorth(guessCost(3e6, 1, false));
    assert.equal(worth.pays, true);
    worth.tried(4, 0);
    worth.tried(0, 0);
    assert.equal(worth.pays, true);
    worth.tried(4, 0);
    assert.equal(worth.pays, false);
  });

  it("pays never where each token costs nearly as much as one of its own (0.5B parameters on one thread)", () => {
    assert.equal(new GuessWorth(guessCost(5e8, 1, false)).pays, false);
  });

  it("pays with many threads, which share what a guess adds, and on a device", () => {
    assert.equal(new GuessWorth(guessCost(7e9, 8, false)).pays, true);
    assert.equal(new GuessWorth(guessCost(7e9, 1, true)).pays, true);
  });
});
