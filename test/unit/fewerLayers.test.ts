import {strict as assert} from "node:assert";
import fc from "fast-check";
import type {MemoryEstimate} from "../../src/contract/models";
import {fewerLayers, fittingLayers, type Layers, withFewerLayers} from "../../src/engine/llama/fewerLayers";
import {DeviceShortage, loadError} from "../../src/engine/llama/loadErrors";

describe("A model that is too large for its device", () => {
  let tooSmall: () => Error;

  before(async () => {
    const {InsufficientMemoryError} = await import("node-llama-cpp");
    tooSmall = () => new InsufficientMemoryError("Not enough VRAM to fit the model with the specified settings");
  });

  const short = (error: unknown): boolean => loadError(error, [], "a.gguf") instanceof DeviceShortage;

  /** Loads a model with `all` layers. `room` layers fit on the device; the estimate says `fitting`. */
  async function loaded(first: Layers, all: number, room: number, fitting: number): Promise<[number, number[]]> {
    const tries: number[] = [];
    const layersOf = (layers: Layers): number => (layers === "auto" ? all : Math.min(layers, all));
    const layers = await withFewerLayers(
      first,
      async (wanted) => {
        tries.push(layersOf(wanted));
        if (layersOf(wanted) > room) throw tooSmall();
        return layersOf(wanted);
      },
      short,
      async (wanted) => ({tried: layersOf(wanted), fitting})
    );
    return [layers, tries];
  }

  it("is loaded with fewer layers on it, whatever fits and whatever was estimated", async () => {
    const count = fc.integer({min: 0, max: 200});
    await fc.assert(
      fc.asyncProperty(
        fc.option(count, {nil: "auto" as const}),
        count,
        count,
        count,
        async (first, all, room, fitting) => {
          const [layers, tries] = await loaded(first, all, room, fitting);
          assert.ok(layers <= room && tries.at(-1) === layers);
          for (const [i, tried] of tries.entries()) assert.ok(i === 0 || tried < (tries[i - 1] as number), `${tries}`);
          assert.ok(tries.length <= 20, `${tries}`);
          // An estimate that is too low is used, because nothing shows the error.
          if (tries.length > 1) assert.ok(layers >= Math.min(fitting, Math.floor((room + 1) * 0.75)), `${tries}`);
        }
      ),
      {seed: 5, numRuns: 2000}
    );
  });

  it("gets the estimate's layers first, then three quarters", async () => {
    assert.deepEqual(await loaded("auto", 25, 12, 12), [12, [25, 12]]);
    assert.deepEqual(await loaded(40, 25, 12, 25), [9, [25, 18, 13, 9]]);
    assert.deepEqual(await loaded("auto", 25, 0, 24), [0, [25, 24, 18, 13, 9, 6, 4, 3, 2, 1, 0]]);
  });

  it("is not tried again for another reason, nor without layers on the device", async () => {
    const failing = (error: Error, first: Layers): Promise<unknown> => {
      let tries = 0;
      const load = async (): Promise<never> => {
        if (++tries > 1) throw new Error("tried again");
        throw error;
      };
      return withFewerLayers(first, load, short, async () => ({tried: 0, fitting: 0}));
    };
    for (const first of [25, 0, "auto"] as const)
      await assert.rejects(failing(new Error("no such file"), first), /such/);
    for (const first of [0, "auto"] as const) await assert.rejects(failing(tooSmall(), first), /Not enough VRAM/);
  });

  it("is known apart from one that is too large for main memory", () => {
    const failed = new Error("Failed to load model");
    const lines = [
      "ggml_gallocr_reserve_n_impl: failed to allocate Vulkan0 buffer of size 6068224",
      "alloc_tensor_range: failed to allocate CUDA0 buffer of size 1048576",
      "cudaMalloc failed: out of memory",
      "ggml_aligned_malloc: insufficient memory (attempted to allocate 1024.00 MB)",
      "alloc_tensor_range: failed to allocate CPU buffer of size 1048576"
    ];
    assert.deepEqual(
      lines.map((line) => loadError(failed, [line], "a.gguf") instanceof DeviceShortage),
      [true, true, true, false, false]
    );
  });

  it("is estimated with its contexts, and with layers that differ", () => {
    const estimate: MemoryEstimate = {
      weights: {ram: 0, vram: 2.4e9},
      context: {ram: 0, vram: 0.3e9},
      perToken: {ram: 0, vram: 0},
      perLayer: 0.1e9,
      contexts: 2,
      contextSize: 4096,
      gpuLayers: 25,
      layers: 25,
      free: {ram: 8e9, vram: 1.8e9},
      total: {ram: 16e9, vram: 4e9},
      device: "vulkan"
    };
    const free = (vram: number): MemoryEstimate => ({...estimate, free: {ram: 8e9, vram}});
    // 3 GB in 25 layers: 0.12 each.
    assert.deepEqual(
      [4e9, 3e9, 1.8e9, 0].map((vram) => fittingLayers(free(vram))),
      [25, 25, 15, 0]
    );
    assert.equal(fittingLayers({...estimate, perLayer: 0.3e9}), 21);
    assert.equal(fittingLayers({...estimate, gpuLayers: 0}), 0);
  });

  it("counts down to none", () => {
    assert.deepEqual([fewerLayers(1, 1), fewerLayers(4, 9), fewerLayers(4, 0)], [0, 3, 0]);
  });
});
