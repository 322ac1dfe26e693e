import {strict as assert} from "node:assert";
import {type PressureSizes, scenarios, shortSizes, underPressure} from "../faults/pressure";

/** The short form of `node bench/faults.mjs --part pressure`, without time limits. */
const sizes: PressureSizes = {...shortSizes, delay: Number.POSITIVE_INFINITY, within: Number.POSITIVE_INFINITY};

describe("under pressure, the engine is asked for", () => {
  for (const name of Object.keys(scenarios) as (keyof typeof scenarios)[])
    it(name, async () => {
      const row = await underPressure(name, sizes);
      assert.ok(row.reached, JSON.stringify(row));
    });
});
