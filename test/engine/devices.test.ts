import {strict as assert} from "node:assert";
import {cpSync, mkdtempSync, rmSync, symlinkSync, writeFileSync} from "node:fs";
import {availableParallelism, tmpdir} from "node:os";
import path from "node:path";
import {setTimeout} from "node:timers/promises";
import type {DeviceState} from "../../src/contract/devices";
import type {ModelRef} from "../../src/contract/models";
import {cpuFeatures} from "../../src/engine/llama/devices/deviceInfo";
import {EngineClient} from "../../src/host/engine/engineClient";
import {root} from "../harness/paths";
import {demonstration, engineInProcess} from "./engine";

describe("devices", () => {
  const clients: EngineClient[] = [];
  /** An engine shared by tests without other needs. */
  let shared: EngineClient;
  const lines: string[] = [];
  const base = mkdtempSync(path.join(tmpdir(), "tokenscope-devices-"));
  const searched = process.env["LD_LIBRARY_PATH"];
  afterEach(() => {
    for (const one of clients.splice(0)) one.dispose();
    if (searched === undefined) delete process.env["LD_LIBRARY_PATH"];
    else process.env["LD_LIBRARY_PATH"] = searched;
    lines.length = 0;
  });
  before(() => {
    shared = clientOf(path.join(root, "dist/engine.js"));
  });
  after(() => {
    shared.dispose();
    rmSync(base, {recursive: true, force: true});
  });

  function engine(program = path.join(root, "dist/engine.js")): EngineClient {
    const one = clientOf(program);
    clients.push(one);
    return one;
  }

  function clientOf(program: string): EngineClient {
    const write = (message: string): void => void lines.push(message);
    return new EngineClient({
      program,
      log: {error: write, warn: write, info: write, debug: write, trace: write},
      cancelled: () => new Error("cancelled")
    });
  }

  /** An engine with another program to probe devices. */
  function engineProbingWith(source: string): EngineClient {
    const home = mkdtempSync(path.join(base, "engine-"));
    cpSync(path.join(root, "dist"), path.join(home, "dist"), {recursive: true});
    writeFileSync(path.join(home, "dist/probe.js"), source);
    symlinkSync(path.join(root, "node_modules"), path.join(home, "node_modules"), "junction");
    return engine(path.join(home, "dist/engine.js"));
  }

  /** Makes this machine look as if it had a driver for Vulkan. */
  function pretendVulkan(): void {
    const folder = mkdtempSync(path.join(base, "driver-"));
    writeFileSync(path.join(folder, "libvulkan.so.1"), "no library");
    process.env["LD_LIBRARY_PATH"] = folder;
  }

  /** Waits until the engine has logged this text; mocha's limit is the hang guard. */
  async function logged(text: string): Promise<void> {
    while (!lines.some((line) => line.includes(text))) await setTimeout(20);
  }

  function stateOf(states: readonly DeviceState[], device: DeviceState["device"]): DeviceState {
    const state = states.find((one) => one.device === device);
    assert.ok(state !== undefined);
    return state;
  }

  it("lists all of them, with the one in use, its name, its features and its memory", async () => {
    const states = await shared.request("devices", {gpu: "off"});
    assert.deepEqual(states.map(({device}) => device).sort(), ["cpu", "cuda", "metal", "vulkan"]);
    const cpu = stateOf(states, "cpu");
    assert.ok(cpu.works && cpu.inUse && cpu.problem === null);
    assert.equal(cpu.names.length, 1);
    assert.ok(process.arch !== "x64" || cpu.features.includes("SSE3") || cpu.features.includes("AVX"));
    assert.ok(cpu.total !== null && cpu.free !== null && cpu.free > 0 && cpu.free <= cpu.total);
    assert.equal(stateOf(states, "metal").works, `${process.platform}-${process.arch}` === "darwin-arm64");
    for (const {works, problem} of states) assert.equal(works, problem === null);
  });

  it("answers for one of them alone, without trying the others", async () => {
    const states = await shared.request("devices", {gpu: "off", only: "cpu"});
    assert.deepEqual(
      states.map(({device}) => device),
      ["cpu"]
    );
    assert.ok(!lines.some((line) => line.startsWith("trying")));
  });

  it("does not touch the model in use, nor its threads", async () => {
    const model: ModelRef = {
      kind: "gguf",
      path: demonstration,
      gpu: "off",
      gpuLayers: null,
      threads: 1,
      contextSize: 0,
      kvCache: "f16"
    };
    const before = await shared.request("score", {model, text: "def add(a, b):\n"});
    const id = shared.processId;
    await shared.request("devices", {gpu: "off"});
    assert.deepEqual((await shared.request("score", {model, text: "def add(a, b):\n"})).logprobs, before.logprobs);
    assert.equal(shared.processId, id);
  });

  it("survives a driver that crashes, and says that it failed", async function () {
    if (`${process.platform}-${process.arch}` !== "linux-x64") this.skip();
    pretendVulkan();
    const client = engineProbingWith("process.abort();");
    const [vulkan] = await client.request("devices", {gpu: "off", only: "vulkan"});
    assert.deepEqual([vulkan?.works, vulkan?.problem], [false, "failed"]);
    await logged("trying vulkan ended (SIGABRT)");
  });

  it("ends the process that tries a device when nobody waits for it", async function () {
    if (`${process.platform}-${process.arch}` !== "linux-x64") this.skip();
    pretendVulkan();
    const client = engineProbingWith("process.send({reason: 'hanging'}); for (;;);");
    const listeners = new Set<() => void>();
    const request = client.request(
      "devices",
      {gpu: "off", only: "vulkan"},
      {
        token: {
          isCancellationRequested: false,
          onCancellationRequested: (listener) => {
            listeners.add(listener);
            return {dispose: () => listeners.delete(listener)};
          }
        }
      }
    );
    const rejected = assert.rejects(request, {message: "cancelled"});
    await logged("hanging");
    for (const cancel of listeners) cancel();
    await rejected;
    await logged("trying vulkan ended (SIGKILL)");
  });

  it("logs what the system's loader said to a library that doesn't load", async function () {
    if (`${process.platform}-${process.arch}` !== "linux-x64") this.skip();
    pretendVulkan();
    const [vulkan] = await engine().request("devices", {gpu: "off", only: "vulkan"});
    assert.equal(vulkan?.problem, "failed");
    assert.ok(
      lines.some((line) => /linux-x64-vulkan: .*libvulkan\.so\.1/.test(line)),
      lines.join("\n")
    );
  });

  it("says why a device that was asked for is not used", async function () {
    if (process.platform === "darwin") this.skip();
    const model: ModelRef = {
      kind: "gguf",
      path: demonstration,
      gpu: "metal",
      gpuLayers: null,
      threads: 1,
      contextSize: 0,
      kvCache: "f16"
    };
    await assert.rejects(shared.request("describe", {model}), {
      kind: "noRuntime",
      message: "There is no Metal for this system: set tokenscope.gpu to auto or off."
    });
  });

  it("reads the CPU's features off llama.cpp's own line", () => {
    assert.deepEqual(
      cpuFeatures(
        "CUDA : ARCHS = 750,800 | F16 = 1 | CPU : SSE3 = 1 | AVX2 = 1 | AVX512 = 0 | OPENMP = 1 | REPACK = 1 | "
      ),
      ["SSE3", "AVX2"]
    );
    assert.deepEqual(cpuFeatures(""), []);
  });
});

describe("llama.cpp", () => {
  it("has no more threads than there are cores, however many are asked for (llama-cpp-python #110)", async () => {
    const threads = async (asked: number) =>
      (await engineInProcess.llamaRuntime("off", asked, () => undefined)).maxThreads;
    assert.equal(await threads(100_000), availableParallelism());
    assert.equal(await threads(1), 1);
  });
});
