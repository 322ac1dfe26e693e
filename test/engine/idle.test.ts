import {strict as assert} from "node:assert";
import {idle} from "../faults/idle";
import {noProcesses} from "./engine";

/** `node bench/faults.mjs --part idle` measures its idle processor time. */
describe("An engine that nothing is asked of", () => {
  before(function () {
    if (noProcesses !== undefined) this.skip();
  });

  it("gives its memory back, and shares a model's file with another", async () => {
    const rows = await idle({});
    assert.equal(rows.length, 3);
    for (const row of rows) assert.ok(row.reached, JSON.stringify(row));
  });
});
