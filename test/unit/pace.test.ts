import {strict as assert} from "node:assert";
import {Pace} from "../../src/text/pace";

describe("The pace of work", () => {
  it("is a position first, then a speed and the time that is left", () => {
    let now = 5000;
    const pace = new Pace("tokens", () => now);
    assert.equal(pace.describe(128, 100_000), "128 of 100,000 tokens");
    now += 400;
    assert.equal(pace.describe(256, 100_000), "256 of 100,000 tokens");
    now += 1600;
    assert.equal(pace.describe(2128, 100_000), "2,128 of 100,000 tokens, 1,000 tokens/s, 1 min 38 s left");
    now += 8000;
    assert.equal(pace.describe(99_128, 100_000), "99,128 of 100,000 tokens, 9,900 tokens/s, 1 s left");
  });

  it("of slow work has a decimal, and hours", () => {
    let now = 0;
    const pace = new Pace("tokens", () => now);
    pace.describe(0, 36_000);
    now = 10_000;
    assert.equal(pace.describe(25, 36_000), "25 of 36,000 tokens, 2.5 tokens/s, 3 h 59 min left");
  });

  it("of work that stands still has no speed", () => {
    let now = 0;
    const pace = new Pace("tokens", () => now);
    pace.describe(10, 20);
    now = 10_000;
    assert.equal(pace.describe(10, 20), "10 of 20 tokens");
  });
});
