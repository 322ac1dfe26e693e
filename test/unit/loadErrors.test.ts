import {strict as assert} from "node:assert";
import {contextShortage, contextTooLarge, loadError, weightsShortage} from "../../src/engine/llama/loadErrors";

describe("A lack of memory", () => {
  class InsufficientMemoryError extends Error {}

  it("is known by node-llama-cpp's error, and by what llama.cpp logs", () => {
    const kinds = [
      loadError(new InsufficientMemoryError("A context size of 4096 is too large for the available VRAM"), [], "a"),
      loadError(
        new Error("Failed to load model"),
        ["ggml_vulkan: Device memory allocation failed: out of memory"],
        "a"
      ),
      loadError(new Error("Failed to load model"), ["something else"], "a")
    ].map(({kind}) => kind);
    assert.deepEqual(kinds, ["outOfMemory", "outOfMemory", "modelFailed"]);
  });

  it("is told with its numbers, of the memory that is short", () => {
    const free = {ram: 6e9, vram: 2e9};
    const errors = [
      weightsShortage("a.gguf", {ram: 9.1e9, vram: 0}, free),
      weightsShortage("a.gguf", {ram: 1e9, vram: 4e9}, free),
      contextShortage(4096, {ram: 9.1e9, vram: 0}, free),
      contextShortage(4096, {ram: 1e9, vram: 4e9}, free)
    ];
    assert.deepEqual(
      errors.map(({message}) => message),
      [
        '"a.gguf" needs about 9.1 GB of memory and 6.0 GB are free: choose a smaller quantization or a smaller model.',
        '"a.gguf" needs about 4.0 GB on the GPU, where 2.0 GB are free: put fewer layers on it, or choose a smaller model.',
        "A context of 4096 tokens needs about 9.1 GB of memory and 6.0 GB are free: choose a smaller one, or a smaller model.",
        "A context of 4096 tokens needs about 4.0 GB on the GPU, where 2.0 GB are free: choose a smaller one, or put fewer layers on the GPU."
      ]
    );
    assert.ok(errors.every(({kind}) => kind === "outOfMemory"));
  });

  it("is told before a context is made that can't be held, with the largest that can", () => {
    const estimate = {
      weights: {ram: 1e9, vram: 0},
      context: {ram: 101e6 * 1000, vram: 0},
      perToken: {ram: 1e6, vram: 0},
      perLayer: 0,
      contexts: 2,
      contextSize: 100_000,
      gpuLayers: 0,
      layers: 2,
      free: {ram: 11e9, vram: 0},
      total: {ram: 16e9, vram: 0},
      device: "cpu"
    };
    const asked = (trained: number | null, free = estimate.free) =>
      contextTooLarge({...estimate, free}, trained)?.message;
    const start = "A context of 100,000 tokens needs about 101 GB of memory and 11 GB are free: choose a smaller one";
    assert.equal(asked(4096), `${start}, of 9,984 at most; the model was trained on 4,096.`);
    assert.equal(asked(32_768), `${start}, of 9,984 at most.`);
    assert.equal(asked(null), `${start}, of 9,984 at most.`);
    assert.match(asked(4096, {ram: 1e6, vram: 0}) ?? "", /choose a smaller one, or a smaller model\.$/);
    assert.equal(asked(4096, {ram: 101e9, vram: 0}), undefined);
    assert.equal(asked(4096, {ram: 51e9, vram: 50e9}), undefined);
  });
});
