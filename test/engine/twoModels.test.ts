import {strict as assert} from "node:assert";
import {copyFileSync, utimesSync, writeFileSync} from "node:fs";
import path from "node:path";
import type {GgufModel} from "../../src/contract/models";
import {demonstration, Engine, f16, mappedFiles, noProcesses, spec, until} from "./engine";
import {temporaryFolder} from "./modelCopies";

const text = "def add(a, b):\n    return a + b\n";

describe("Two models", () => {
  const folder = temporaryFolder();
  after(() => folder.remove());

  /** This test's own model, so that mapped files are this test's. */
  function copy(source: string, name: string): GgufModel {
    const file = path.join(folder.path, name);
    copyFileSync(source, file);
    return spec(file);
  }

  /** Scores or completes with a model. Resolves with whether this loaded its weights. */
  async function loadsFor(engine: Engine, method: "score" | "complete", model: GgufModel): Promise<boolean> {
    let loads = false;
    const onProgress = ({stage}: {stage: string}) => {
      loads ||= stage === "load";
    };
    if (method === "score") await engine.ask("score", {model, text}, {onProgress});
    else
      await engine.ask("complete", {model, prefix: text, suffix: "", maxTokens: 2, extent: "unlimited"}, {onProgress});
    return loads;
  }

  it("answer in turns, one measuring and one completing, and each is loaded once", async () => {
    const engine = new Engine();
    const [measuring, completing] = [copy(demonstration, "measuring.gguf"), copy(f16, "completing.gguf")];
    const loads: boolean[] = [];
    for (let i = 0; i < 3; i++) {
      loads.push(await loadsFor(engine, "score", measuring), await loadsFor(engine, "complete", completing));
    }
    assert.deepEqual(loads, [true, true, false, false, false, false]);
    const both = await Promise.all([
      engine.ask("score", {model: measuring, text}),
      engine.ask("complete", {model: completing, prefix: text, suffix: "", maxTokens: 2, extent: "unlimited"})
    ]);
    assert.deepEqual(
      both.map(({model}) => model.file),
      ["measuring.gguf", "completing.gguf"]
    );
    engine.retain([]);
  });

  it("are all that is held: a third takes the place of that which was used longest ago", async function () {
    if (noProcesses !== undefined) this.skip();
    const engine = new Engine();
    const [a, b, c] = ["a.gguf", "b.gguf", "c.gguf"].map((name) => copy(demonstration, name)) as [
      GgufModel,
      GgufModel,
      GgufModel
    ];
    const mapped = () => [a, b, c].map(({path: file}) => mappedFiles().has(file));
    for (const model of [a, b, a]) await loadsFor(engine, "score", model);
    assert.deepEqual(mapped(), [true, true, false]);
    await loadsFor(engine, "complete", c);
    assert.deepEqual(mapped(), [true, false, true]);
    assert.equal(await loadsFor(engine, "score", a), false);
    engine.retain([]);
    await until(() => mapped().every((one) => !one));
  });

  it("are two files: another context or another state of a file takes the place of the one before", async function () {
    if (noProcesses !== undefined) this.skip();
    const engine = new Engine();
    const [first, second] = [copy(demonstration, "first.gguf"), copy(demonstration, "second.gguf")];
    await loadsFor(engine, "score", second);
    await loadsFor(engine, "score", first);
    assert.equal(await loadsFor(engine, "score", {...first, contextSize: 512}), true);
    assert.equal(await loadsFor(engine, "score", second), false);
    utimesSync(first.path, 1, 1);
    assert.equal(await loadsFor(engine, "score", {...first, contextSize: 512}), true);
    assert.equal(await loadsFor(engine, "score", second), false);
    engine.retain([]);
  });

  it("go when they are no longer wanted, once the last request has its answer", async function () {
    if (noProcesses !== undefined) this.skip();
    const engine = new Engine();
    const [kept, left] = [copy(demonstration, "kept.gguf"), copy(demonstration, "left.gguf")];
    await loadsFor(engine, "score", kept);
    await loadsFor(engine, "score", left);
    const late = engine.ask("score", {model: left, text: text.repeat(100)}, {onProgress: () => engine.retain([kept])});
    assert.ok((await late).finished);
    await until(() => !mappedFiles().has(left.path));
    assert.equal(await loadsFor(engine, "score", kept), false);
    assert.equal(await loadsFor(engine, "score", left), true);
    engine.retain([]);
  });

  it("stay when a third can't be loaded, or only needs a moment", async () => {
    const engine = new Engine();
    const [a, b] = [copy(demonstration, "a.gguf"), copy(demonstration, "b.gguf")];
    for (const model of [a, b]) await loadsFor(engine, "score", model);
    const broken = path.join(folder.path, "broken.gguf");
    writeFileSync(broken, "no model");
    await assert.rejects(engine.ask("count", {model: spec(broken), text}), {kind: "notGguf"});
    assert.ok(await engine.ask("estimate", {model: spec(f16)}));
    assert.deepEqual([await loadsFor(engine, "score", a), await loadsFor(engine, "score", b)], [false, false]);
    engine.retain([]);
  });
});
