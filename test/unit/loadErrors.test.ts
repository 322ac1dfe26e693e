import {strict as assert} from "node:assert";
import {contextShortage, loadError, weightsShortage} from "../../src/engine/llama/loadErrors";

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
});
