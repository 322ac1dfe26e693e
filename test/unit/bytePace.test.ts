import {strict as assert} from "node:assert";
import {BytePace} from "../../src/text/bytePace";

describe("the pace of a download", () => {
  let now = 0;
  const clock = () => now;
  beforeEach(() => {
    now = 0;
  });

  it("says how far it is, and then how fast", () => {
    const pace = new BytePace(clock);
    assert.equal(pace.describe(0, 4e9), "0 bytes of 4.0 GB");
    now = 500;
    assert.equal(pace.describe(6e6, 4e9), "6.0 MB of 4.0 GB");
    now = 2000;
    assert.equal(pace.describe(24e6, 4e9), "24 MB of 4.0 GB, 12 MB/s, 5 min 32 s left");
  });

  it("does not count what was there before", () => {
    const pace = new BytePace(clock);
    pace.describe(3e9, 4e9);
    now = 2000;
    assert.equal(pace.describe(3e9 + 20e6, 4e9), "3.0 GB of 4.0 GB, 10 MB/s, 1 min 38 s left");
  });

  it("goes by the last seconds", () => {
    const pace = new BytePace(clock);
    let done = 0;
    for (let second = 0; second < 60; second++) {
      now = second * 1000;
      done += second < 30 ? 100e6 : 1e6;
      pace.describe(done, 4e9);
    }
    now = 60_000;
    assert.match(pace.describe(done + 1e6, 4e9), /, 1\.0 MB\/s, /);
  });

  it("says nothing of its speed while nothing comes", () => {
    const pace = new BytePace(clock);
    for (now = 0; now < 30_000; now += 1000) pace.describe(5e6, 10e6);
    assert.equal(pace.describe(5e6, 10e6), "5.0 MB of 10 MB");
  });
});
