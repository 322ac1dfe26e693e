import {strict as assert} from "node:assert";
import {setImmediate} from "node:timers/promises";
import type {DocumentEdits} from "../../src/contract/documents";
import {EngineError} from "../../src/contract/errors";
import type {ModelRef} from "../../src/contract/models";
import type {Progress} from "../../src/contract/progress";
import type {Backend, PartTokenizer} from "../../src/engine/backend";
import {OpenDocuments} from "../../src/engine/openDocuments";
import {modelRef} from "../harness/modelRef";

const model: ModelRef = modelRef("/fake");

/** Each UTF-16 unit is a token, and there is one more in front of a text. It is cut before spaces, and can't take "!". */
class FakeTokenizer implements PartTokenizer {
  readonly context = 2;
  readonly parts: string[] = [];
  /** Milliseconds of the thread that a part takes. */
  takes = 0;

  cut(text: string, from: number): number {
    const found = text.indexOf(" ", from);
    return found === -1 ? text.length : found;
  }

  tokenize(part: string, behind: boolean): Int32Array {
    this.parts.push(part);
    for (const until = performance.now() + this.takes; performance.now() < until; );
    if (part.includes("!")) throw new EngineError("longRun", "too long");
    const ids = Array.from({length: part.length}, (_, i) => part.charCodeAt(i));
    return Int32Array.from(behind ? ids : [0, ...ids]);
  }

  async ends(part: string, ids: Int32Array, behind: boolean): Promise<Uint32Array | null> {
    return Uint32Array.from(ids, (_, i) => Math.min(part.length, behind ? i + 1 : i));
  }
}

const {signal} = new AbortController();
const context = {signal, onProgress: () => undefined};

function inserted(start: number, text: string, removed = 0): DocumentEdits {
  return {
    starts: Uint32Array.of(start),
    removed: Uint32Array.of(removed),
    added: Uint32Array.of(text.length),
    text
  };
}

describe("Open documents", () => {
  let tokenizer: FakeTokenizer;
  let documents: OpenDocuments;
  /** What waits until no completion computes. */
  let idle: () => Promise<void>;
  const ref = (version: number, document = "d") => ({model, document, version});
  const words = "one two three four five six seven eight nine ten";

  beforeEach(() => {
    tokenizer = new FakeTokenizer();
    idle = async () => undefined;
    const backend: Pick<Backend, "partTokenizer" | "idle" | "warnings" | "describe"> = {
      partTokenizer: async () => tokenizer,
      idle: (stop) =>
        Promise.race([idle(), new Promise<void>((_, reject) => (stop.onabort = () => reject(stop.reason)))]),
      warnings: async () => ["a warning"],
      describe: async () => ({}) as never
    };
    documents = new OpenDocuments(backend as Backend, 8);
  });

  it("tokenize at an edit what it touches, and no more", async () => {
    const opened = await documents.open({...ref(1), text: words}, context);
    assert.equal(opened.count, words.length + 1);
    assert.equal(tokenizer.parts.join(""), words);
    tokenizer.parts.length = 0;
    const place = words.indexOf("seven") + 2;
    const changed = await documents.change({...ref(2), from: 1, ...inserted(place, "x")}, context);
    assert.deepEqual([changed?.count, changed?.length], [words.length + 2, words.length + 1]);
    assert.ok(tokenizer.parts.join("").length < 20, tokenizer.parts.join("|"));
    assert.ok(tokenizer.parts.join("").includes("sexven"));
  });

  it("apply edits in the order in which they come, each to what the ones before have made", async () => {
    await documents.open({...ref(1), text: "abc"}, context);
    const edits: DocumentEdits = {
      starts: Uint32Array.of(1, 0, 3),
      removed: Uint32Array.of(1, 1, 0),
      added: Uint32Array.of(2, 0, 1),
      text: "XYZ"
    };
    // abc, aXYc, XYc, XYcZ
    assert.equal((await documents.change({...ref(2), from: 1, ...edits}, context))?.length, 4);
    const {ids} = (await documents.tokens({...ref(2), start: 0, end: 4}, context)) ?? {};
    assert.equal(String.fromCharCode(...(ids ?? [])), "\0XYcZ");
  });

  it("answer null about a version that they don't have, and about edits that don't fit", async () => {
    await documents.open({...ref(1), text: "abc"}, context);
    const empty = new Uint32Array();
    const wrong: readonly DocumentEdits[] = [
      inserted(4, "x"),
      inserted(2, "x", 2),
      inserted(0xffffffff, "", 0xffffffff),
      {...inserted(0, "x"), text: "xy"},
      {...inserted(0, "x"), text: ""},
      {...inserted(0, "x"), removed: empty},
      {starts: Uint32Array.of(0, 3), removed: Uint32Array.of(1, 0), added: Uint32Array.of(0, 0), text: ""}
    ];
    for (const edits of wrong) assert.equal(await documents.change({...ref(2), from: 1, ...edits}, context), null);
    assert.equal(await documents.change({...ref(3), from: 2, ...inserted(0, "x")}, context), null);
    assert.equal(await documents.count(ref(2), context), null);
    assert.equal(await documents.count(ref(1, "another"), context), null);
    assert.equal((await documents.count(ref(1), context))?.length, 3);
    documents.close(ref(1));
    assert.equal(await documents.count(ref(1), context), null);
  });

  it("answer what overlaps in the order in which it was asked", async () => {
    tokenizer.takes = 2;
    const text = words.repeat(5);
    const opening = documents.open({...ref(1), text}, context);
    await setImmediate();
    const answers = await Promise.all([
      opening,
      documents.count(ref(1), context),
      documents.change({...ref(2), from: 1, ...inserted(3, "xy")}, context),
      documents.change({...ref(3), from: 2, ...inserted(0, "", 5)}, context),
      documents.count(ref(2), context),
      documents.count(ref(3), context)
    ]);
    assert.deepEqual(
      answers.map((answer) => answer && [answer.version, answer.length, answer.count]),
      [
        [1, text.length, text.length + 1],
        [1, text.length, text.length + 1],
        [2, text.length + 2, text.length + 3],
        [3, text.length - 3, text.length - 2],
        null,
        [3, text.length - 3, text.length - 2]
      ]
    );
  });

  it("tell how far a long count is, and wait while a completion computes", async () => {
    tokenizer.takes = 5;
    let resume: () => void = () => undefined;
    const completing = new Promise<void>((resolve) => {
      resume = resolve;
    });
    idle = () => completing;
    const seen: Progress[] = [];
    const text = words.repeat(10);
    const opening = documents.open({...ref(1), text}, {signal, onProgress: (progress) => seen.push(progress)});
    for (let tick = 0; tick < 20; tick++) await setImmediate();
    // One turn, and then it waits.
    assert.equal(tokenizer.parts.length, 1);
    resume();
    await opening;
    assert.ok(seen.length > 0);
    let last = 0;
    for (const progress of seen) {
      assert.ok(progress.stage === "count" && progress.total === text.length && progress.done > last);
      last = progress.done;
    }
  });

  it("leave nothing behind when opening is cancelled, and go on after a cancelled edit", async () => {
    tokenizer.takes = 5;
    const cancel = new AbortController();
    idle = () => new Promise(() => undefined);
    const text = words.repeat(10);
    const opening = documents.open({...ref(1), text}, {...context, signal: cancel.signal});
    for (let tick = 0; tick < 5; tick++) await setImmediate();
    cancel.abort(new Error("cancelled"));
    await assert.rejects(opening, /cancelled/);
    assert.equal(await documents.count(ref(1), context), null);
    idle = async () => undefined;
    await documents.open({...ref(1), text}, context);
    const other = new AbortController();
    idle = () => new Promise(() => undefined);
    const changing = documents.change({...ref(2), from: 1, ...inserted(3, text)}, {...context, signal: other.signal});
    for (let tick = 0; tick < 5; tick++) await setImmediate();
    other.abort(new Error("cancelled"));
    await assert.rejects(changing, /cancelled/);
    idle = async () => undefined;
    assert.equal((await documents.count(ref(2), context))?.count, 2 * text.length + 1);
  });

  it("reject a text that the tokenizer can't take, and work again when it is gone", async () => {
    await documents.open({...ref(1), text: words}, context);
    const place = words.indexOf("four");
    await assert.rejects(documents.change({...ref(2), from: 1, ...inserted(place, "!")}, context), EngineError);
    await assert.rejects(documents.count(ref(2), context), EngineError);
    const changed = await documents.change({...ref(3), from: 2, ...inserted(place, "", 1)}, context);
    assert.deepEqual([changed?.count, changed?.length], [words.length + 1, words.length]);
  });

  it("forget the ones that were used longest ago", async () => {
    for (let i = 0; i < 50; i++) await documents.open({...ref(1, `d${i}`), text: "a"}, context);
    assert.ok(await documents.count(ref(1, "d0"), context));
    await documents.open({...ref(1, "d50"), text: "a"}, context);
    assert.ok(await documents.count(ref(1, "d0"), context));
    assert.equal(await documents.count(ref(1, "d1"), context), null);
    assert.ok(await documents.count(ref(1, "d2"), context));
  });

  it("count ranges as texts by themselves, without tokenizing all of them again", async () => {
    await documents.open({...ref(1), text: words}, context);
    tokenizer.parts.length = 0;
    const starts = Uint32Array.of(0, 2, 5, 7, 99);
    const ends = Uint32Array.of(words.length, 3, words.length - 1, 7, 200);
    const counted = await documents.countRanges({...ref(1), starts, ends}, context);
    assert.deepEqual([...(counted?.counts ?? [])], [words.length + 1, 2, words.length - 5, 0, 0]);
    assert.equal(counted?.count, words.length + 1 + 2 + words.length - 5);
    assert.ok(tokenizer.parts.join("").length < words.length, tokenizer.parts.join("|"));
  });

  it("find the tokens of a range, and where tokens end", async () => {
    await documents.open({...ref(1), text: words}, context);
    const found = await documents.tokens({...ref(1), start: 10, end: 25}, context);
    assert.deepEqual(
      [found?.first, found?.start, String.fromCharCode(...(found?.ids ?? [])), found?.ends?.at(-1)],
      [11, 10, words.slice(10, 25), 25]
    );
    const beyond = await documents.tokens({...ref(1), start: words.length, end: words.length + 5}, context);
    assert.deepEqual([beyond?.first, beyond?.start, beyond?.ids.length], [words.length + 1, words.length, 0]);
    const offset = async (tokens: number) => (await documents.tokenEnd({...ref(1), tokens}, context))?.offset;
    assert.deepEqual([await offset(0), await offset(21), await offset(words.length + 1)], [0, 20, words.length]);
    assert.equal(await offset(words.length + 2), null);
  });
});
