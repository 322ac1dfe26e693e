import {strict as assert} from "node:assert";
import {copyFileSync, readFileSync, writeFileSync} from "node:fs";
import path from "node:path";
import fc from "fast-check";
import type {HumanError} from "../../src/contract/errors";
import type {MemoryUse} from "../../src/contract/models";
import type {ByteSource} from "../../src/gguf/byteSource";
import {modelFacts} from "../../src/gguf/facts";
import {readHeader} from "../../src/gguf/header";
import {kvCacheTypes} from "../../src/gguf/kvCache";
import {estimateMemory, paddedContext} from "../../src/gguf/memory";
import {EngineClient} from "../../src/host/engine/engineClient";
import {neededMemory} from "../../src/host/models/memoryFit";
import {root} from "../harness/paths";
import {silentLog} from "../harness/withoutVsCode";
import {at, demonstration, Engine, engineInProcess, f16, mappedFiles, noProcesses, spec, until} from "./engine";
import {pooled, temporaryFolder, withArchitecture} from "./modelCopies";
import {vocabularyFile} from "./vocabularyFiles";

const tensorBytes = {[demonstration]: 3_349_248, [f16]: 6_298_368};

function sourceOf(bytes: Buffer): ByteSource {
  return {size: bytes.length, read: async (offset, length) => bytes.subarray(offset, offset + length)};
}

function near(actual: number, expected: number, share: number): void {
  assert.ok(Math.abs(actual - expected) <= expected * share, `${actual} is not within ${share} of ${expected}`);
}

describe("An estimate of memory", () => {
  const engine = new Engine();
  const folder = temporaryFolder();
  after(() => {
    engine.retain([]);
    folder.remove();
  });

  it("says what the weights, the contexts and the machine have", async () => {
    for (const [file, bytes] of Object.entries(tensorBytes)) {
      const estimate = await engine.ask("estimate", {model: spec(file)});
      // The rest is the vocabulary.
      assert.ok(estimate.weights.ram > bytes && estimate.weights.ram < bytes + 8192 * 2000, `${estimate.weights.ram}`);
      // 1024 bytes of keys and values a token: 4 layers of 2 heads of 32 numbers, twice, of 2 bytes.
      assert.equal(estimate.perToken.ram, 1024);
      assert.ok(estimate.context.ram > paddedContext(1024) * 1024);
      const {contexts, contextSize, gpuLayers, layers, device} = estimate;
      assert.deepEqual([contexts, contextSize, gpuLayers, layers, device], [2, 1024, 0, 5, "cpu"]);
      assert.deepEqual([estimate.weights, estimate.context, estimate.free, estimate.total].map(vram), [0, 0, 0, 0]);
      assert.ok(estimate.free.ram > 1e8 && estimate.free.ram <= estimate.total.ram);
    }
  });

  it("is for the type in which keys and values are held", async () => {
    const estimates = await Promise.all(
      kvCacheTypes.map((kvCache) => engine.ask("estimate", {model: {...spec(demonstration), kvCache}}))
    );
    // 512 keys and values a token: of two bytes, or in 16 blocks of 34 and 18.
    assert.deepEqual(
      estimates.map(({perToken}) => perToken.ram),
      [1024, 16 * 34, 16 * 18]
    );
    const [f16, q8, q4] = estimates.map(({context}) => context.ram) as [number, number, number];
    assert.ok(q4 < q8 && q8 < f16);
  });

  it("loads nothing", async function () {
    if (noProcesses !== undefined) this.skip();
    const file = path.join(folder.path, "not-loaded.gguf");
    copyFileSync(f16, file);
    await engine.ask("estimate", {model: spec(file)});
    assert.equal((await engine.ask("memory", {model: spec(file)})).used, null);
    assert.ok(!mappedFiles().has(file));
  });

  it("foretells the estimates of other contexts", async () => {
    const sizes = [512, 1000, 4096, 10_000];
    const estimates = await Promise.all(
      sizes.map((size) => engine.ask("estimate", {model: spec(demonstration, size)}))
    );
    for (const large of estimates)
      for (const small of estimates.filter(({contextSize}) => contextSize <= large.contextSize)) {
        const foretold = neededMemory(large, small.contextSize, 0, 1).ram;
        const estimated = small.weights.ram + small.context.ram;
        // Buffers grow in steps.
        near(foretold, estimated, 0.1);
      }
  });

  it("is much the same by the header's numbers alone", async () => {
    for (const file of [demonstration, f16]) {
      const bytes = readFileSync(file);
      const facts = modelFacts(await readHeader(sourceOf(bytes)), bytes.length);
      assert.equal(facts.tensorBytes, tensorBytes[file]);
      for (const size of [512, 4096, 32_768]) {
        const asked = await engine.ask("estimate", {model: spec(file, size)});
        const reckoned = estimateMemory(facts, size, "f16");
        assert.ok(reckoned);
        assert.equal(reckoned.kvCache, paddedContext(size) * 1024);
        near(reckoned.weights + reckoned.vocabulary, asked.weights.ram, 0.02);
        near(reckoned.kvCache + reckoned.compute, asked.context.ram, 0.15);
      }
    }
  });

  it("has no contexts for a model of embeddings, and none of its own for a vocabulary", async () => {
    for (const file of [pooled(demonstration, folder.path), vocabularyFile("bert-bge")]) {
      const {contexts, context} = await engine.ask("estimate", {model: spec(file)});
      assert.deepEqual([contexts, context.ram], [0, 0]);
    }
  });

  it("counts as free what other models will give back, but not what stays beside", async function () {
    if (noProcesses !== undefined) this.skip();
    const file = path.join(folder.path, "large-context.gguf");
    copyFileSync(demonstration, file);
    const large = spec(file, 100_000);
    await engine.ask("score", {model: large, text: "some text"});
    const freeBeside = async (...beside: (typeof large)[]): Promise<number> =>
      (await engine.ask("estimate", {model: spec(f16), beside})).free.ram;
    // Its KV cache has 102 MB. The median of several differences excludes the effects of other programs.
    const differences: number[] = [];
    for (let i = 0; i < 5; i++) differences.push((await freeBeside()) - (await freeBeside(large)));
    differences.sort((a, b) => a - b);
    assert.ok(at(differences, 2) > 60e6, `${differences}`);
    engine.retain([]);
  });

  describe("of a bad file", () => {
    async function refused(file: string, kind: string): Promise<void> {
      for (const method of ["estimate", "memory", "count"] as const)
        await assert.rejects(
          engine.ask<"count">(method as "count", {model: spec(file), text: "x"}),
          (error: HumanError) => {
            assert.deepEqual([error.name, error.kind], ["HumanError", kind], String(error.stack));
            assert.match(error.message, /^[^\n]{20,400}\.$/);
            return true;
          }
        );
    }

    it("says why there is none", async () => {
      await refused(path.join(folder.path, "none.gguf"), "modelMissing");
      await refused(folder.path, "modelIsDirectory");
      await refused(withArchitecture(demonstration, folder.path, "llamb"), "unknownArchitecture");
    });

    it("that is cut off says that it is incomplete", async () => {
      const whole = readFileSync(demonstration);
      const file = path.join(folder.path, "cut.gguf");
      for (const length of fc.sample(fc.integer({min: 24, max: whole.length - 1}), {seed: 20261122, numRuns: 6})) {
        writeFileSync(file, whole.subarray(0, length));
        await refused(file, "modelIncomplete");
      }
    });

    it("of which a part is missing says so", async () => {
      const file = path.join(folder.path, "split-00001-of-00002.gguf");
      copyFileSync(demonstration, file);
      await refused(file, "modelIncomplete");
    });

    it("that promises more than it has is not believed", async () => {
      const file = path.join(folder.path, "promises.gguf");
      const head = (tensors: bigint, entries: bigint, rest = Buffer.alloc(0)): Buffer => {
        const bytes = Buffer.alloc(24);
        bytes.write("GGUF\u0003", "latin1");
        bytes.writeBigUInt64LE(tensors, 8);
        bytes.writeBigUInt64LE(entries, 16);
        return Buffer.concat([bytes, rest]);
      };
      const array = Buffer.alloc(8 + 1 + 4 + 4 + 8);
      array.writeBigUInt64LE(1n);
      array.write("a", 8);
      array.writeUInt32LE(9, 9);
      array.writeBigUInt64LE(1n << 40n, 17);
      for (const bytes of [head(0n, 1n << 40n), head(1n << 40n, 0n), head(0n, 1n, array)]) {
        writeFileSync(file, bytes);
        await refused(file, "modelIncomplete");
      }
    });
  });

  it("refuses a context that no machine holds before it is made, and says which it would hold", async () => {
    const message =
      /^A context of 900,000,000 tokens needs about \d+ GB of memory and \d+ [MG]B are free: choose a smaller one, of [\d,]+ at most; the model was trained on 1,024\.$/;
    const model = spec(demonstration, 900_000_000);
    const text = "some text";
    for (const refused of [
      engine.ask("score", {model, text}),
      engine.ask("complete", {model, prefix: text, suffix: "", maxTokens: 1, extent: "line"}),
      engine.ask("score", {model: spec(demonstration), text, window: 900_000_000})
    ])
      await assert.rejects(refused, {kind: "outOfMemory", message});
    // Requests without a context are answered.
    assert.ok((await engine.ask("count", {model, text})).count > 0);
  });

  it("stands in the error where there is no memory for a context", async () => {
    const llama = await engineInProcess.llamaRuntime("off", 0, () => undefined);
    await llama.setRamCap(50e6);
    try {
      await assert.rejects(engine.ask("score", {model: spec(demonstration, 100_000), text: "some text"}), {
        kind: "outOfMemory",
        message:
          /^A context of 100000 tokens needs about 2\d\d MB of memory and \d+(\.\d)? [MG]B are free: choose a smaller one, or a smaller model\.$/
      });
    } finally {
      await llama.setRamCap(null);
    }
    assert.ok(await engine.ask("score", {model: spec(demonstration, 100_000), text: "some text"}));
  });
});

describe("The memory of a loaded model", () => {
  if (noProcesses !== undefined) return;
  const clients: EngineClient[] = [];
  afterEach(() => {
    for (const client of clients.splice(0)) client.dispose();
  });
  function engineProcess(): EngineClient {
    const client = new EngineClient({
      program: path.join(root, "dist/engine.js"),
      log: silentLog,
      cancelled: () => new Error("cancelled")
    });
    clients.push(client);
    return client;
  }
  const text = "import path from 'node:path';\n".repeat(30);

  it("is near its estimate, and other models' apart", async () => {
    const client = engineProcess();
    const [small, large] = [spec(demonstration, 8192), spec(f16, 60_000)];
    const used: MemoryUse[] = [];
    for (const model of [small, large]) {
      await client.request("score", {model, text});
      const {estimate, used: now} = await client.request("memory", {model});
      assert.ok(now);
      const needed = neededMemory(estimate, estimate.contextSize, 0, 1).ram;
      // V8's own memory varies by some 45 MB.
      assert.ok(Math.abs(now.ram - needed) < 64e6, `${now.ram} of ${needed}`);
      used.push(now);
    }
    const again = (await client.request("memory", {model: small})).used;
    assert.deepEqual(again, used[0]);
  });

  it("is given back when the model is no longer wanted; telling so starts no engine", async () => {
    const client = engineProcess();
    client.retain([]);
    assert.equal(client.processId, undefined);
    const [small, large] = [spec(demonstration), spec(f16, 100_000)];
    await client.request("score", {model: small, text});
    await client.request("score", {model: large, text});
    const own = () => Number(/^RssAnon:\s+(\d+)/m.exec(readFileSync(`/proc/${client.processId}/status`, "utf8"))?.[1]);
    const files = () => readFileSync(`/proc/${client.processId}/maps`, "utf8");
    const before = own();
    client.retain([small]);
    await until(() => !files().includes(f16));
    assert.ok(files().includes(demonstration));
    // A KV cache of 102 MB.
    assert.ok(before - own() > 80_000, `${before} kB before, ${own()} after`);
  });
});

describe("Layers on the device", () => {
  it("are none without one, however many are asked for", async () => {
    const engine = new Engine();
    const model = {...spec(demonstration), gpuLayers: 3};
    const {gpuLayers, weights} = await engine.ask("estimate", {model});
    assert.deepEqual([gpuLayers, weights.vram], [0, 0]);
    assert.equal((await engine.ask("score", {model, text: "some text"})).model.device, "cpu");
    engine.retain([]);
  });

  it("are as many as asked for, and by themselves as many as fit", async function () {
    const lines: string[] = [];
    const client = new EngineClient({
      program: path.join(root, "dist/engine.js"),
      log: {...silentLog, info: (line) => void lines.push(line)},
      cancelled: () => new Error("cancelled")
    });
    try {
      const model = {...spec(demonstration), gpu: "auto"} as const;
      const all = await client.request("estimate", {model});
      // Tests must also run without a device.
      if (all.device === "cpu") return this.skip();
      assert.equal(all.gpuLayers, all.layers);
      const two = {...model, gpuLayers: 2};
      const {device} = (await client.request("score", {model: two, text: "some text"})).model;
      const {estimate, used} = await client.request("memory", {model: two});
      assert.ok(lines.some((line) => line.includes("offloaded 2/5 layers to GPU")));
      assert.deepEqual([estimate.gpuLayers, estimate.device], [2, device]);
      assert.ok(used && used.vram > estimate.weights.vram);
      assert.ok(estimate.weights.vram < all.weights.vram && estimate.weights.ram > all.weights.ram);
      // Layers have the same size, so the effect of one is predictable, except for steps of buffers.
      const three = await client.request("estimate", {model: {...model, gpuLayers: 3}});
      near(neededMemory(three, 1024, 2, 3).vram, estimate.weights.vram + 3 * estimate.context.vram, 0.05);
    } finally {
      client.dispose();
    }
  });
});

function vram(use: MemoryUse): number {
  return use.vram;
}
