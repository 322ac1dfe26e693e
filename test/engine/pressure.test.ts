import {strict as assert} from "node:assert";
import {type PressureSizes, scenarios, shortSizes, underPressure} from "../faults/pressure";

/** The short form of `node bench/faults.mjs --part pressure`. Times are judged there, not on whatever machine tests run. */
const sizes: PressureSizes = {...shortSizes, delay: 5000, within: 30_000};

describe("under pressure, the engine is asked for", function () {
  this.timeout(60_000);
  for (const name of Object.keys(scenarios) as (keyof typeof scenarios)[])
    it(name, async () => {
      const row = await underPressure(name, sizes);
      assert.ok(row.reached, JSON.stringify(row));
    });
});
