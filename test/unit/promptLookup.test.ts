import {strict as assert} from "node:assert";
import {AcceptanceRate, draftTokenCost, draftTokens} from "../../src/completion/promptLookup";

describe("draft tokens", () => {
  it("are what followed the same tokens before, the longest match first, the latest of those", () => {
    assert.deepEqual(draftTokens([1, 2, 3, 4, 9, 2, 3], 2), [4, 9]);
    assert.deepEqual(draftTokens([1, 2, 3, 7, 5, 2, 3, 8, 1, 2, 3], 1), [7]);
    assert.deepEqual(draftTokens([2, 3, 7, 5, 2, 3, 8, 0, 2, 3], 1), [8]);
  });

  it("are none where two tokens never stood together", () => {
    assert.deepEqual(draftTokens([1, 2, 3, 9, 3], 4), []);
    assert.deepEqual(draftTokens([], 4), []);
  });
});

describe("drafting", () => {
  it("pays where a draft token adds little to a batch, until too few are accepted", () => {
    const acceptance = new AcceptanceRate(draftTokenCost(3e6, 1, false));
    assert.equal(acceptance.pays, true);
    acceptance.add(4, 0);
    acceptance.add(0, 0);
    assert.equal(acceptance.pays, true);
    acceptance.add(4, 0);
    assert.equal(acceptance.pays, false);
  });

  it("pays never where each token costs nearly as much as one of its own (0.5B parameters on one thread)", () => {
    assert.equal(new AcceptanceRate(draftTokenCost(5e8, 1, false)).pays, false);
  });

  it("pays with many threads, which share what a draft token adds, and on a device", () => {
    assert.equal(new AcceptanceRate(draftTokenCost(7e9, 8, false)).pays, true);
    assert.equal(new AcceptanceRate(draftTokenCost(7e9, 1, true)).pays, true);
  });
});
