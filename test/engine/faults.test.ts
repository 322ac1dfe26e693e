import {strict as assert} from "node:assert";
import {deaths} from "../faults/deaths";
import type {Row} from "../faults/row";
import {tableOf} from "../faults/table";
import {noProcesses} from "./engine";

/** The short form of `node bench/faults.mjs`, without time limits. */
describe("hurt on purpose, the engine", function () {
  // A hang guard, longer than all hang guards inside.
  this.timeout(1_200_000);
  before(function () {
    if (noProcesses !== undefined) this.skip();
  });

  it("may die of anything at any moment", async () => {
    allReached(await deaths({perFault: 1, atOnce: 2, kills: 1, seed: 1}));
  });
});

function allReached(rows: readonly Row[]): void {
  const missed = rows.filter(({reached}) => !reached);
  assert.ok(rows.length > 0 && missed.length === 0, `\n${tableOf(missed)}`);
}
