import {strict as assert} from "node:assert";
import {idle} from "../faults/idle";
import {noProcesses} from "./engine";

describe("An engine that nothing is asked of", function () {
  this.timeout(60_000);
  before(function () {
    if (noProcesses !== undefined) this.skip();
  });

  it("rests, gives its memory back, and shares a model's file with another", async () => {
    const rows = await idle({seconds: 2});
    assert.ok(rows.length >= 5);
    for (const row of rows) assert.ok(row.reached, JSON.stringify(row));
  });
});
