import {strict as assert} from "node:assert";
import {copyFileSync, readFileSync, renameSync, rmSync, truncateSync, writeFileSync} from "node:fs";
import path from "node:path";
import {HumanError} from "../../src/contract/errors";
import type {GgufModel} from "../../src/contract/models";
import {checkHeaders, sha256Of} from "../../src/engine/llama/modelFile";
import {EngineClient} from "../../src/host/engine/engineClient";
import {fuzz} from "../faults/fuzz";
import {Random} from "../faults/random";
import {split, splitFiles, tinyModels} from "../faults/tinyModels";
import {root} from "../harness/paths";
import {cases} from "../harness/thorough";
import {demonstration, f16, noProcesses, spec} from "./engine";
import {temporaryFolder} from "./modelCopies";

const silent = () => undefined;
const client = new EngineClient({
  program: path.join(root, "dist/engine.js"),
  log: {error: silent, warn: silent, info: silent, debug: silent, trace: silent},
  cancelled: () => new Error("cancelled")
});
const folder = temporaryFolder();

after(() => {
  client.dispose();
  folder.remove();
});

const kindOf = async (answer: Promise<unknown>): Promise<string> =>
  await answer.then(
    () => "answered",
    (error: unknown) => (error instanceof HumanError ? error.kind : String(error))
  );

describe("Lying model files", () => {
  it("are answered or refused with one sentence each, and harm nothing but the engine", async () => {
    const count = cases(40, 500);
    const rows = await fuzz({mutations: count, seed: 20261122});
    for (const row of rows) assert.ok(row.reached, JSON.stringify(row));
    const all = rows.find(({name}) => name === "all files")?.figures;
    assert.equal(all?.["files"], count);
    // Few files reach code that crashes.
    assert.ok(Number(all["engine died"]) <= count / 40, JSON.stringify(all));
    // The changes are neither so wild that nothing is answered, nor so tame that nothing is refused.
    assert.ok(Number(all["answered"]) >= count / 20 && Number(all["refused"]) >= count / 3, JSON.stringify(all));
    // A hang guard: many files take minutes.
  }).timeout(1_800_000);

  it("are no model in several files, of which any but the first is asked for", async () => {
    const parts = splitFiles(split(tinyModels["llama"]?.(new Random(1)) ?? Buffer.alloc(0), 3));
    const [first = "", second = ""] = parts.map((bytes, i) => {
      const file = path.join(folder.path, `tiny-0000${i + 1}-of-00003.gguf`);
      writeFileSync(file, bytes);
      return file;
    });
    assert.equal((await client.request("describe", {model: spec(first)})).vocabularySize, 272);
    await assert.rejects(client.request("describe", {model: spec(second)}), /is part 2 of a model in 3 files: choose/);
  });

  it("may hold weights that are no numbers: none is shown", async () => {
    const bytes = tinyModels["llama"]?.(new Random(1)) ?? Buffer.alloc(0);
    const file = path.join(folder.path, "nan.gguf");
    // The last tensor's last numbers.
    bytes.fill(Buffer.from([0, 0, 0xc0, 0x7f]), bytes.length - 64);
    writeFileSync(file, bytes);
    const model = spec(file);
    const text = "const some = text;";
    const asked = [
      () => client.request("score", {model, text}),
      () => client.request("score", {model, text, top: 3}),
      () => client.request("complete", {model, prefix: text, suffix: "", maxTokens: 4, extent: "unlimited"})
    ];
    for (const ask of asked) await assert.rejects(ask, /^HumanError: The model answers with no numbers/);
  });

  it("may turn into something else, or be gone, between two looks at them", async () => {
    assert.equal(await kindOf(checkHeaders(folder.path)), "modelIncomplete");
    const gone = path.join(folder.path, "gone.gguf");
    assert.equal(await kindOf(checkHeaders(gone)), "modelIncomplete");
    const never = new AbortController().signal;
    for (const file of [gone, folder.path]) assert.equal(await kindOf(sha256Of(file, never)), "modelUnreadable");
  });

  it("may have learned fewer positions than a context is set to have", async () => {
    const file = path.join(folder.path, "positions.gguf");
    writeFileSync(file, tinyModels["gpt"]?.(new Random(1)) ?? "");
    const model: GgufModel = spec(file, 1024);
    const scores = await client.request("score", {model, text: "const a = b;".repeat(60)});
    assert.ok(scores.ids.length > 400);
    assert.equal(scores.windowing.window, 256);
  });
});

describe("A model's file that changes while it is mapped", () => {
  let model: GgufModel;
  let number = 0;

  before(function () {
    // Windows doesn't allow changes of a mapped file, and only Linux shows how a process ended.
    if (noProcesses !== undefined) this.skip();
  });
  beforeEach(() => {
    model = spec(path.join(folder.path, `${number++}.gguf`));
    // These weights are used from the mapped file; weights of other types are copied and reordered.
    copyFileSync(f16, model.path);
  });

  const text = "const a = 1;\n".repeat(60);
  const score = () => client.request("score", {model, text});

  /** Scores the text `times` times, and changes the file once the first scores are there. */
  async function scoreWhile(happens: () => void, times = 4): Promise<string> {
    let happened = false;
    const answer = client.request(
      "score",
      {model, text: text.repeat(times)},
      {
        onProgress: ({stage}) => {
          if (stage !== "score" || happened) return;
          happened = true;
          happens();
        }
      }
    );
    const kind = await kindOf(answer);
    assert.ok(happened);
    return kind;
  }

  it("is seen to be another one at the next request", async () => {
    await score();
    truncateSync(model.path, 1_000_000);
    assert.equal(await kindOf(score()), "modelIncomplete");
    writeFileSync(model.path, "no model any more");
    assert.equal(await kindOf(score()), "notGguf");
    rmSync(model.path);
    assert.equal(await kindOf(score()), "modelMissing");
    copyFileSync(demonstration, model.path);
    assert.equal((await score()).model.quantization, "Q8_0");
  });

  it("costs no more than the engine where it becomes shorter in the middle of a request", async () => {
    const whole = readFileSync(model.path);
    // The text is long enough that scoring has not ended by then.
    assert.equal(await scoreWhile(() => truncateSync(model.path, 4096), 200), "engineDied");
    assert.equal(await kindOf(score()), "modelIncomplete");
    writeFileSync(model.path, whole);
    assert.equal(await kindOf(score()), "answered");
  });

  it("is used to the request's end where it vanishes, or another one takes its name", async () => {
    assert.equal(await scoreWhile(() => rmSync(model.path)), "answered");
    assert.equal(await kindOf(score()), "modelMissing");
    copyFileSync(f16, model.path);
    const other = `${model.path}.other`;
    copyFileSync(demonstration, other);
    assert.equal(await scoreWhile(() => renameSync(other, model.path)), "answered");
    assert.equal((await score()).model.quantization, "Q8_0");
  });
});
