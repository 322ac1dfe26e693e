import {strict as assert} from "node:assert";
import {type PressureSizes, scenarios, underPressure} from "../faults/pressure";

/** The short form of the part "pressure" of `node bench/faults.mjs`. Times are judged there, not on whatever machine tests run. */
const sizes: PressureSizes = {
  requests: 300,
  cancelled: 60,
  queued: 110,
  megabytes: 4,
  tokens: 100_000,
  completions: 3,
  delay: 2000,
  within: 30_000
};

describe("under pressure, the engine is asked for", function () {
  this.timeout(60_000);
  for (const name of Object.keys(scenarios) as (keyof typeof scenarios)[])
    it(name, async () => {
      const row = await underPressure(name, sizes);
      assert.ok(row.reached, JSON.stringify(row));
    });
});
