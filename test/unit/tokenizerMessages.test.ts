import {strict as assert} from "node:assert";
import {type TokenInfo, tokenKinds} from "../../src/contract/tokenInfo";
import {parseMessage, parseViewState} from "../../src/features/tokenizer/parseMessage";
import {protocolVersion} from "../../src/features/tokenizer/protocol";
import {tokenRow} from "../../src/features/tokenizer/tokenRow";
import {drawnRows, maxRows, rowAfterKey, rowHeight, scrollTopFor} from "../../webview/tokenizer/visibleRows";

const query = {query: "a", by: "text", ignoreCase: false, kinds: [...tokenKinds], order: "id"};

describe("The tokenizer view's messages", () => {
  it("are taken as they are", () => {
    for (const message of [
      {type: "hello"},
      {type: "ready"},
      {type: "tryAgain"},
      {type: "search", query},
      {type: "rows", ids: [0, 262_143]},
      {type: "tokenize", scratch: {text: "a\ud83d", special: true}},
      {type: "copy", id: 7, as: "json"}
    ])
      assert.deepEqual(parseMessage(message), message);
  });

  it("are dropped if they are anything else", () => {
    for (const message of [
      null,
      "ready",
      {type: "run"},
      {type: "search"},
      {type: "search", query: {...query, by: "sql"}},
      {type: "search", query: {...query, query: "a".repeat(1001)}},
      {type: "search", query: {...query, kinds: ["all"]}},
      {type: "search", query: {...query, kinds: Array(100).fill("byte")}},
      {type: "rows", ids: [-1]},
      {type: "rows", ids: [0.5]},
      {type: "rows", ids: [2 ** 31]},
      {type: "rows", ids: Array(513).fill(0)},
      {type: "rows", ids: "0"},
      {type: "tokenize", scratch: {text: "a".repeat(20_001), special: true}},
      {type: "tokenize", scratch: {text: "a"}},
      {type: "copy", id: 7, as: "html"},
      {type: "copy", id: "7", as: "id"}
    ])
      assert.equal(parseMessage(message), null, JSON.stringify(message)?.slice(0, 100));
  });

  it("a saved state names its model", () => {
    const version = protocolVersion;
    assert.deepEqual(parseViewState({version, file: "/a.gguf", query: 7}), {version, file: "/a.gguf"});
    assert.deepEqual(parseViewState({version, file: null}), {version, file: null});
    for (const state of [null, {}, {version: 0, file: null}, {version, file: ""}, {version, file: "a".repeat(9000)}])
      assert.equal(parseViewState(state), null);
  });
});

describe("A token's row", () => {
  const info: TokenInfo = {
    id: 7,
    text: " a",
    written: "Ġa",
    bytes: Buffer.from(" a"),
    kind: "normal",
    score: null,
    merge: null
  };

  it("has nothing invisible", () => {
    const {label, written, hex, bytes} = tokenRow(info);
    assert.deepEqual({label, written, hex, bytes}, {label: "·a", written: "Ġa", hex: "20 61", bytes: 2});
    assert.equal(tokenRow({...info, bytes: Buffer.from("\u202e\n")}).label, "\\u{202e}⏎");
    assert.equal(tokenRow({...info, bytes: Uint8Array.of(0xe2, 0x96)}).label, "⟨E2 96⟩");
    assert.equal(tokenRow({...info, bytes: new Uint8Array()}).label, "");
    assert.equal(tokenRow({...info, written: "a", bytes: Buffer.from("a")}).written, null);
  });

  it("is short, whatever the file has", () => {
    const {label, written, hex, bytes} = tokenRow({
      ...info,
      written: "x".repeat(70_000),
      bytes: Buffer.alloc(70_000, 0x61)
    });
    assert.ok(label.length < 300 && (written ?? "").length < 300 && hex.length < 1000);
    assert.equal(bytes, 70_000);
  });
});

describe("The rows of a long list", () => {
  it("are drawn where they are in view, and a little around", () => {
    assert.deepEqual(drawnRows(0, 0, 400), {first: 0, end: 0});
    assert.deepEqual(drawnRows(3, 0, 400), {first: 0, end: 3});
    const {first, end} = drawnRows(262_144, 1000 * rowHeight, 400);
    assert.ok(first <= 1000 && first > 970 && end >= 1000 + 400 / rowHeight && end < 1060);
    assert.deepEqual(drawnRows(10, 99 * rowHeight, 400), {first: 10, end: 10});
  });

  it("keep within what browsers can scroll", () => {
    assert.ok(maxRows >= 1_000_000 && maxRows * rowHeight < 33_554_400);
  });

  it("scroll no further than needed", () => {
    assert.equal(scrollTopFor(5, 0, 400), 0);
    assert.equal(scrollTopFor(5, 400, 400), 5 * rowHeight);
    assert.equal(scrollTopFor(100, 0, 400), 101 * rowHeight - 400);
  });

  it("are gone through by keys", () => {
    const at = {row: 50, rows: 100, height: 10 * rowHeight, firstInView: 45};
    const after = (key: string) => rowAfterKey(key, at);
    assert.deepEqual(["ArrowDown", "ArrowUp", "PageDown", "PageUp", "Home", "End", "a"].map(after), [
      51,
      49,
      59,
      41,
      0,
      99,
      undefined
    ]);
    assert.equal(rowAfterKey("ArrowDown", {...at, row: null}), 45);
    assert.equal(rowAfterKey("ArrowUp", {...at, row: 0}), 0);
    assert.equal(rowAfterKey("End", {...at, rows: 0, row: null}), undefined);
  });
});
