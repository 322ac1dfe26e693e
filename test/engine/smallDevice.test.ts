import {strict as assert} from "node:assert";
import {copyFileSync} from "node:fs";
import path from "node:path";
import type {LlamaModel, LlamaModelOptions} from "node-llama-cpp";
import type {Completion} from "../../src/contract/completion";
import {evaluatorVariable, guardedEvaluator, type NoticeParams} from "../../src/contract/requests";
import {demonstration, Engine, engineInProcess, spec} from "./engine";
import {temporaryFolder} from "./modelCopies";

const all = 5;

describe("A device whose memory is too small", () => {
  const folder = temporaryFolder();
  const file = path.join(folder.path, "small-device.gguf");
  /** Memory of a layer on the device: its weights, and its part of each context. */
  let room = 0;
  /** Numbers of layers with which loading was tried. */
  let loads: (number | "auto")[] = [];
  let contexts = 0;
  let computes = true;
  let undo: () => void;

  /**
   * Wraps node-llama-cpp, and refuses what would not fit on a device, with node-llama-cpp's own errors. The model
   * computes on the CPU.
   */
  before(async () => {
    copyFileSync(demonstration, file);
    process.env[evaluatorVariable] = guardedEvaluator;
    const {InsufficientMemoryError} = await import("node-llama-cpp");
    const llama = await engineInProcess.llamaRuntime("off", 0, () => undefined);
    const loadModel = llama.loadModel.bind(llama);
    llama.loadModel = async (options: LlamaModelOptions): Promise<LlamaModel> => {
      const model = await loadModel({...options, gpuLayers: 0});
      if (options.modelPath !== file || options.vocabOnly) return model;
      const wanted = options.gpuLayers as number | "auto";
      loads.push(wanted);
      const layers = Math.min(all, wanted === "auto" ? all : wanted);
      if (2 * layers > room) throw new InsufficientMemoryError("Not enough VRAM to fit the model");
      contexts = 0;
      const createContext = model.createContext.bind(model);
      return Object.defineProperties(model, {
        gpuLayers: {value: layers},
        createContext: {
          value: async (asked: object) => {
            if (++contexts * layers + 2 * layers > room)
              throw new InsufficientMemoryError("A context size of 1025 is too large for the available VRAM");
            const context = await createContext(asked);
            if (!computes && layers > 0) {
              const getSequence = context.getSequence.bind(context);
              context.getSequence = (...options) =>
                Object.assign(getSequence(...options), {
                  controlledEvaluate: () =>
                    Promise.reject(new Error("vk::Device::allocateMemory: ErrorOutOfDeviceMemory"))
                });
            }
            return context;
          }
        }
      });
    };
    Object.defineProperty(llama, "gpu", {value: "vulkan", configurable: true});
    undo = () => {
      Reflect.deleteProperty(llama, "gpu");
      llama.loadModel = loadModel;
    };
  });

  beforeEach(() => {
    loads = [];
  });

  after(() => {
    delete process.env[evaluatorVariable];
    undo();
    folder.remove();
  });

  function asked(): {engine: Engine; notices: NoticeParams[]} {
    const notices: NoticeParams[] = [];
    return {engine: new Engine({...spec(file), gpuLayers: all}, (notice) => notices.push(notice)), notices};
  }

  const text = "const one = 1;\nfunction two(three) {\n  return three + one;\n}\n".repeat(100);

  it("holds fewer layers once a context has no room beside them, and a person is told once", async () => {
    room = 14;
    const expected = await new Engine().ask("score", {text: "const one = 1;"});
    const {engine, notices} = asked();
    const {model, logprobs} = await engine.ask("score", {text: "const one = 1;"});
    assert.deepEqual([loads, model.device, model.layers], [[5, 0], "cpu", {onDevice: 0, all}]);
    assert.deepEqual(logprobs, expected.logprobs);
    await engine.ask("complete", {prefix: "const ", suffix: "", maxTokens: 4, extent: "line"});
    assert.deepEqual([loads.length, notices.map(({kind}) => kind), notices[0]?.model], [2, ["fewerLayers"], file]);
    assert.match(notices[0]?.message ?? "", /^The GPU's memory was too small for the model: it runs on the CPU\.$/);
    engine.retain([]);
  });

  it("holds fewer layers once there is no room to compute", async () => {
    room = 100;
    computes = false;
    const {engine, notices} = asked();
    const {model, finished} = await engine.ask("score", {text: "const one = 1;"});
    assert.deepEqual([loads, model.device, finished], [[5, 0], "cpu", true]);
    assert.ok(notices.length > 0);
    computes = true;
    engine.retain([]);
  });

  it("gets a completion's context while a text is scored, and no score is lost", async () => {
    room = 17;
    const expected = await new Engine().ask("score", {text});
    const {engine} = asked();
    let completing: Promise<Completion> | undefined;
    const told: number[] = [];
    const scores = await engine.ask(
      "score",
      {text},
      {
        onProgress: (progress) => {
          if (progress.stage !== "score") return;
          told.push(progress.done);
          completing ??= engine.ask("complete", {prefix: "const ", suffix: "", maxTokens: 4, extent: "line"});
        }
      }
    );
    assert.ok(((await completing)?.ids.length ?? 0) > 0);
    assert.deepEqual([loads, scores.finished], [[5, 0], true]);
    assert.deepEqual(
      told,
      told.toSorted((a, b) => a - b)
    );
    assert.equal(told.length, new Set(told).size, "nothing was scored again");
    assert.deepEqual(scores.logprobs, expected.logprobs);
    engine.retain([]);
  });

  it("is asked for no more where a request was told to stop", async () => {
    room = 17;
    const {engine} = asked();
    const stop = new AbortController();
    let completing: Promise<Completion> | undefined;
    const scores = await engine.ask(
      "score",
      {text},
      {
        stop: stop.signal,
        onProgress: ({stage}) => {
          if (stage !== "score") return;
          completing ??= engine.ask("complete", {prefix: "const ", suffix: "", maxTokens: 4, extent: "line"});
          stop.abort();
        }
      }
    );
    assert.equal(scores.finished, false);
    await completing;
    assert.equal((await engine.ask("score", {text})).finished, true);
    engine.retain([]);
  });
});
