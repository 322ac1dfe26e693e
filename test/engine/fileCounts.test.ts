import {strict as assert} from "node:assert";
import {
  appendFileSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  utimesSync,
  writeFileSync
} from "node:fs";
import {tmpdir} from "node:os";
import path from "node:path";
import {setTimeout} from "node:timers/promises";
import type {FileCounts} from "../../src/contract/fileCounts";
import {type Counted, KeptCounts} from "../../src/engine/files/keptCounts";
import {Engine} from "./engine";

const stamp = {size: 3, modified: 1_700_000_000_000.123, changed: 1_700_000_000_001};
const counted: Counted = {tokens: 1, characters: 2, bytes: 3};
const [a, b, c] = ["a", "b", "c"].map((letter) => letter.repeat(22)) as [string, string, string];

describe("Counts of files", () => {
  const folder = mkdtempSync(path.join(tmpdir(), "tokenscope-counts-"));
  after(() => rmSync(folder, {recursive: true, force: true}));

  function put(name: string, content: string | Uint8Array): string {
    const file = path.join(folder, name);
    writeFileSync(file, content);
    return file;
  }

  /** Asks until all files have an answer. */
  async function count(engine: Engine, paths: readonly string[], kept?: string) {
    const all: {tokens: number; characters: number; bytes: number; problem: string | null}[] = [];
    while (all.length < paths.length) {
      const counts: FileCounts = await engine.ask("countFiles", {
        paths: paths.slice(all.length),
        ...(kept !== undefined && {kept})
      });
      for (const [i, problem] of counts.problems.entries())
        all.push({
          tokens: counts.tokens[i] ?? 0,
          characters: counts.characters[i] ?? 0,
          bytes: counts.bytes[i] ?? 0,
          problem
        });
    }
    return all;
  }

  it("are those of their texts, as an editor reads them", async () => {
    const engine = new Engine();
    const text = "Zwölf Boxkämpfer jagen Viktor quer über den großen Sylter Deich. 🥊\r\n";
    const {count: tokens, characters, bytes} = await engine.ask("count", {text});
    const files = [
      put("plain", text),
      put("mark", `\ufeff${text}`),
      put("wide", Buffer.from(`\ufeff${text}`, "utf16le"))
    ];
    for (const one of await count(engine, files)) assert.deepEqual(one, {tokens, characters, bytes, problem: null});
    const content = new TextEncoder().encode(text);
    const sent = await engine.ask("countBytes", {content});
    assert.deepEqual([...sent.tokens, ...sent.bytes], [tokens, bytes]);
  });

  it("have a reason where there is none, and the others are counted", async () => {
    const engine = new Engine();
    const files = [
      put("zero", Uint8Array.of(65, 0, 0, 66)),
      put("late", Buffer.concat([Buffer.alloc(8000, 65), Buffer.from([0])])),
      put("latin", Uint8Array.of(0x66, 0xfc)),
      path.join(folder, "missing"),
      folder,
      put("large", Buffer.alloc(50_000_001, 65)),
      put("good", "good")
    ];
    assert.deepEqual(
      (await count(engine, files)).map(({problem}) => problem),
      ["binary", "binary", "encoding", "unreadable", "unreadable", "tooLarge", null]
    );
  });

  it("come in parts, none of which is empty", async () => {
    const engine = new Engine();
    const files = Array.from({length: 100}, (_, i) => put(`part${i}`, `${i} ${"word ".repeat(4000)}`));
    assert.equal((await count(engine, files)).length, 100);
  });

  it("are kept by content: what is known is not read again, whatever its name", async () => {
    const kept = path.join(folder, "kept", "counts.txt");
    const file = put("known", "one two three");
    // Changed a while ago, so that a change shows in its time.
    utimesSync(file, 1e9, 1e9);
    await setTimeout(2100);
    const engine = new Engine();
    const [first] = await count(engine, [file], kept);
    assert.deepEqual(await count(engine, [file, put("copy", "one two three")], kept), [first, first]);
    const written = async (): Promise<string> => {
      for (;;) {
        if (readdirSync(folder).includes("kept") && readdirSync(path.dirname(kept)).includes("counts.txt"))
          return readFileSync(kept, "utf8");
        await setTimeout(50);
      }
    };
    const text = await written();
    assert.match(text, /\ns [\w-]{22} 13 /);
    assert.doesNotMatch(text, /known|copy|three/);
    // Another process believes what is kept.
    const lie = path.join(folder, "lie.txt");
    writeFileSync(lie, text.replace(/ (\d+) 13 13$/m, " 777 13 13"));
    assert.equal((await count(new Engine(), [file], lie))[0]?.tokens, 777);
    appendFileSync(file, "!");
    assert.notEqual((await count(new Engine(), [file], lie))[0]?.tokens, 777);
  });

  it("that are kept in a broken or hostile file are counted again", async () => {
    const file = put("safe", "a b");
    const [expected] = await count(new Engine(), [file]);
    for (const content of [
      "",
      "\0\0",
      "{}",
      "tokenscope-file-counts/1 0.0.0\nc a b 1 1 1\n",
      "x".repeat(100_000),
      `c ${a} ${b} 1e9 -1 NaN\n`
    ])
      assert.deepEqual(await count(new Engine(), [file], put("broken.txt", content)), [expected]);
    mkdirSync(path.join(folder, "isFolder"));
    assert.deepEqual(await count(new Engine(), [file], path.join(folder, "isFolder")), [expected]);
  });
});

describe("Kept counts", () => {
  const folder = mkdtempSync(path.join(tmpdir(), "tokenscope-kept-"));
  const file = path.join(folder, "counts.txt");
  after(() => rmSync(folder, {recursive: true, force: true}));

  async function opened(): Promise<KeptCounts> {
    const kept = new KeptCounts(file);
    await kept.ready();
    return kept;
  }

  it("are read as they were written", async () => {
    const kept = await opened();
    kept.setContent(a, stamp, b);
    kept.setCount(b, c, counted);
    kept.setCount(a, c, {problem: "binary"});
    await kept.save();
    const again = await opened();
    assert.equal(again.contentAt(a, stamp), b);
    assert.equal(again.contentAt(a, {...stamp, changed: stamp.changed + 1}), undefined);
    assert.equal(again.contentAt(b, stamp), undefined);
    assert.deepEqual(again.count(b, c), counted);
    assert.deepEqual(again.count(a, c), {problem: "binary"});
    assert.equal(again.count(b, a), undefined);
  });

  it("of two windows come together", async () => {
    const [one, other] = [await opened(), await opened()];
    one.setCount(a, a, counted);
    other.setCount(b, b, counted);
    await one.save();
    await other.save();
    const both = await opened();
    assert.deepEqual([both.count(a, a), both.count(b, b)], [counted, counted]);
    assert.deepEqual(readdirSync(folder), ["counts.txt"]);
  });

  it("are those of this release", async () => {
    writeFileSync(file, readFileSync(file, "utf8").replace(/^.*/, "tokenscope-file-counts/1 0.0.0-other"));
    assert.equal((await opened()).count(a, a), undefined);
  });

  it("forget what was used longest ago", async () => {
    const kept = await opened();
    for (let i = 0; i <= 100_000; i++) {
      kept.setCount(String(i).padStart(22, "0"), a, counted);
      if (i % 50_000 === 0) kept.count("0".repeat(22), a);
    }
    assert.deepEqual(kept.count("0".repeat(22), a), counted);
    assert.equal(kept.count("1".padStart(22, "0"), a), undefined);
    await kept.save();
  });
});
