import {strict as assert} from "node:assert";
import {maxRowsAsked, type TokenRow} from "../../src/features/tokenizer/protocol";
import {Rows} from "../../webview/tokenizer/rows";

function rowOf(id: number): TokenRow {
  return {id, label: `${id}`, written: null, hex: "", bytes: 1, kind: "normal", score: null, merge: null};
}

describe("Details of tokens, as they come into view", () => {
  let wanted: readonly number[] = [];
  let asked: (readonly number[])[] = [];
  let rows: Rows;

  beforeEach(() => {
    asked = [];
    rows = new Rows(
      (ids) => asked.push(ids),
      () => wanted
    );
  });

  it("are asked for once, the most urgent first, and never two requests at a time", () => {
    wanted = [5, 6, 5, 7];
    rows.fetch();
    wanted = [8];
    rows.fetch();
    assert.deepEqual(asked, [[5, 6, 7]]);
    rows.add([5, 6, 7].map(rowOf));
    wanted = [6, 9];
    rows.fetch();
    assert.deepEqual(asked, [[5, 6, 7], [9]]);
    assert.equal(rows.get(6)?.label, "6");
  });

  it("are asked for in parts, if many are wanted", () => {
    wanted = Array.from({length: 2 * maxRowsAsked}, (_, id) => id);
    rows.fetch();
    assert.equal(asked[0]?.length, maxRowsAsked);
  });

  it("are not kept without end, and not for another vocabulary", () => {
    for (let first = 0; first < 40_000; first += 400) {
      wanted = Array.from({length: 400}, (_, i) => first + i);
      rows.fetch();
      rows.add(wanted.map(rowOf));
    }
    assert.equal(rows.get(0), undefined);
    assert.equal(rows.get(39_999)?.id, 39_999);
    rows.clear();
    assert.equal(rows.get(39_999), undefined);
  });
});
