import {strict as assert} from "node:assert";
import fc from "fast-check";
import {contextsHeld, type MemoryEstimate} from "../../src/contract/models";
import type {ModelFacts} from "../../src/gguf/facts";
import type {KvCacheType} from "../../src/gguf/kvCache";
import {contextStep, estimateMemory, paddedContext} from "../../src/gguf/memory";
import {
  actionLabel,
  applyAdvice,
  type ContextSettings,
  type FitAction,
  fitFromEstimate,
  fitFromHeader,
  mainMemory,
  neededMemory,
  verdictLabel
} from "../../src/host/models/memoryFit";

const runs = {seed: 20261122, numRuns: 1000};
const gb = 1e9;

/** The facts in the header of Qwen2.5 Coder 7B. */
const facts: ModelFacts = {
  name: "Qwen2.5 Coder 7B",
  architecture: "qwen2",
  quantization: "Q4_K_M",
  parameters: 7_615_616_512,
  contextLength: 32_768,
  layers: 28,
  embeddingLength: 3584,
  heads: 28,
  kvHeads: 4,
  keyLength: null,
  valueLength: null,
  experts: null,
  vocabularySize: 152_064,
  licence: null,
  tensorBytes: 4_677_120_000,
  capabilities: {complete: true, infill: true, embed: false}
};

/** Contexts as they are by default. */
const automatic: ContextSettings = {contextSize: 0, kvCache: "f16"};

const machine = (ram: number, vram = 0) => ({free: {ram, vram}, total: {ram: ram * 2, vram}});

/** A model with known memory for any context size and number of layers on the device. */
interface Known {
  readonly layerBytes: number;
  readonly layers: number;
  /** Weights that stay in main memory. */
  readonly input: number;
  readonly tokenBytes: number;
  readonly buffers: number;
  readonly free: {readonly ram: number; readonly vram: number};
}

function estimateOf(
  {layerBytes, layers, input, tokenBytes, buffers, free}: Known,
  contextSize: number,
  gpuLayers: number
) {
  const cache = tokenBytes * paddedContext(contextSize);
  const onDevice = gpuLayers / layers;
  const estimate: MemoryEstimate = {
    weights: {ram: input + layerBytes * (layers - gpuLayers), vram: layerBytes * gpuLayers},
    context: {ram: buffers + cache * (1 - onDevice), vram: gpuLayers > 0 ? buffers + cache * onDevice : 0},
    perToken: {ram: tokenBytes * (1 - onDevice), vram: tokenBytes * onDevice},
    perLayer: layerBytes + (contextsHeld * cache) / layers,
    contexts: contextsHeld,
    contextSize,
    gpuLayers,
    layers,
    free,
    total: {ram: free.ram * 2, vram: free.vram * 2},
    device: gpuLayers > 0 ? "vulkan" : "cpu"
  };
  return estimate;
}

const bytes = fc.integer({min: 0, max: 4e9});
const anyModel: fc.Arbitrary<Known> = fc.record({
  layerBytes: fc.integer({min: 1e6, max: 1e9}),
  layers: fc.integer({min: 1, max: 64}),
  input: bytes,
  tokenBytes: fc.integer({min: 0, max: 500_000}),
  buffers: fc.integer({min: 0, max: 1e9}),
  free: fc.record({ram: fc.integer({min: 1e8, max: 200e9}), vram: fc.integer({min: 1e8, max: 100e9})})
});
const anyContext = fc.integer({min: 128, max: 1 << 20});
/** A share of what is on the device; 0 for nothing. */
const anyShare = fc.double({min: 0, max: 1, noNaN: true});

describe("Whether a model fits", () => {
  it("is told by what is needed at least and at most", () => {
    const model: Known = {
      layerBytes: 0.1 * gb,
      layers: 30,
      input: 0.5 * gb,
      tokenBytes: 0,
      buffers: gb,
      free: {ram: 0, vram: 0}
    };
    const verdictWith = (ram: number) =>
      fitFromEstimate(estimateOf({...model, free: {ram: ram * gb, vram: 0}}, 4096, 0)).verdict;
    // 3.5 GB of weights, and up to two contexts of 1 GB.
    assert.deepEqual([4.4, 4.6, 6.0, 6.2].map(verdictWith), ["tooLarge", "tight", "tight", "fits"]);
  });

  it("has one line of advice, and none where it fits", () => {
    fc.assert(
      fc.property(anyModel, anyContext, anyShare, (model, contextSize, share) => {
        const {verdict, advice, action, needed, free} = fitFromEstimate(
          estimateOf(model, contextSize, Math.floor(share * model.layers))
        );
        assert.equal(advice === null, verdict === "fits");
        assert.ok(advice === null || /^Needs about [^\n]{20,110}\.$/.test(advice), advice ?? "");
        assert.equal(verdict === "tooLarge" && action === null, false);
        assert.ok(needed !== null && free !== null && (verdict !== "tooLarge" || needed > free));
      }),
      runs
    );
  });

  it("is sure of what it advises: with that, it fits", () => {
    const seen = new Set<FitAction["kind"]>();
    fc.assert(
      fc.property(anyModel, anyContext, anyShare, (model, contextSize, share) => {
        const gpuLayers = Math.floor(share * model.layers);
        const {action} = fitFromEstimate(estimateOf(model, contextSize, gpuLayers));
        if (action === null) return;
        seen.add(action.kind);
        if (action.kind === "contextSize") {
          assert.ok(action.value >= 512 && action.value < contextSize);
          assert.equal(fitFromEstimate(estimateOf(model, action.value, gpuLayers)).verdict, "fits");
        }
        if (action.kind === "gpuLayers") {
          assert.ok(action.value >= 0 && action.value < gpuLayers);
          // Some buffers stay on the device with any number of layers, so the estimate for none is lower than
          // predicted.
          assert.equal(fitFromEstimate(estimateOf(model, contextSize, action.value)).verdict, "fits");
        }
      }),
      runs
    );
    assert.deepEqual([...seen].sort(), ["contextSize", "gpuLayers", "smallerModel"]);
  });

  it("is the harder the larger the context, and fewer layers on the device leave more of it", () => {
    fc.assert(
      fc.property(anyModel, anyContext, anyContext, anyShare, (model, a, b, share) => {
        const layers = Math.floor(share * model.layers);
        const estimate = estimateOf(model, Math.max(a, b), layers);
        const [more, less] = [
          neededMemory(estimate, Math.max(a, b), layers, 2),
          neededMemory(estimate, Math.min(a, b), layers, 2)
        ];
        assert.ok(less.ram <= more.ram && less.vram <= more.vram);
        if (layers > 0) {
          const fewer = neededMemory(estimate, Math.max(a, b), layers - 1, 2);
          assert.ok(fewer.vram <= more.vram && fewer.ram >= more.ram);
        }
      }),
      runs
    );
  });

  it("of a large context, advises a smaller one before the device is given up", () => {
    const model: Known = {
      layerBytes: 0.1 * gb,
      layers: 30,
      input: 0.5 * gb,
      tokenBytes: 100_000,
      buffers: 0.1 * gb,
      free: {ram: 30 * gb, vram: 6 * gb}
    };
    assert.deepEqual(fitFromEstimate(estimateOf(model, 32_768, 30)), {
      verdict: "tooLarge",
      needed: 3e9 + 2 * (1e8 + 1e5 * 32_768),
      free: 6e9,
      advice: "Needs about 9.8 GB, 6.0 GB are free: choose a context of 8,192 tokens.",
      action: {kind: "contextSize", value: 8192}
    });
    assert.equal(
      fitFromEstimate(estimateOf({...model, free: {ram: 30 * gb, vram: 3 * gb}}, 4096, 30)).advice,
      "Needs about 4.0 GB, 3.0 GB are free: put fewer layers on the GPU (19)."
    );
    assert.equal(
      fitFromEstimate(estimateOf({...model, free: {ram: 2 * gb, vram: 3 * gb}}, 4096, 30)).advice,
      "Needs about 4.0 GB on the GPU, 3.0 GB are free there: choose a smaller quantization."
    );
    assert.equal(
      fitFromEstimate(estimateOf({...model, free: {ram: 3 * gb, vram: 0}}, 4096, 0)).advice,
      "Needs about 4.5 GB, 3.0 GB are free: choose a smaller quantization."
    );
  });
});

describe("Whether a model fits, by its header alone", () => {
  it("is told before a download", () => {
    // 4.7 GB of weights, 0.2 of vocabulary, and two contexts of 4096 tokens, 0.33 GB each.
    assert.deepEqual(
      [5, 5.4, 7.5].map((free) => fitFromHeader(facts, 4_683_073_600, automatic, machine(free * gb)).verdict),
      ["tooLarge", "tight", "fits"]
    );
    assert.equal(fitFromHeader(facts, 4_683_073_600, automatic, machine(2 * gb, 8 * gb)).verdict, "fits");
  });

  it("leaves more room with smaller keys and values", () => {
    // Weights and vocabulary of 4.87 GB, and contexts of 1.96, 1.08 and 0.61 GB.
    const verdict = (kvCache: KvCacheType) =>
      fitFromHeader(facts, 4_683_073_600, {contextSize: 32_768, kvCache}, machine(6.8 * gb)).verdict;
    assert.deepEqual((["f16", "q8_0", "q4_0"] as const).map(verdict), ["tooLarge", "tight", "fits"]);
  });

  it("is sure of what it advises", () => {
    let advised = 0;
    fc.assert(
      fc.property(anyContext, fc.integer({min: 1e9, max: 60e9}), (contextSize, free) => {
        const {action} = fitFromHeader(facts, 4_683_073_600, {...automatic, contextSize}, machine(free));
        if (action?.kind !== "contextSize") return;
        advised++;
        assert.ok(action.value < contextSize);
        assert.equal(
          fitFromHeader(facts, 4_683_073_600, {...automatic, contextSize: action.value}, machine(free)).verdict,
          "fits"
        );
      }),
      runs
    );
    assert.ok(advised > 100, `${advised}`);
  });

  it("is known of a file too large for memory, and of no other, where the header says too little", () => {
    for (const unknown of [null, {...facts, layers: null}, {...facts, kvHeads: null, heads: null}]) {
      assert.equal(fitFromHeader(unknown, 4 * gb, automatic, machine(5 * gb)).verdict, "unknown");
      assert.deepEqual(fitFromHeader(unknown, 6 * gb, automatic, machine(5 * gb)), {
        verdict: "tooLarge",
        needed: 6e9,
        free: 5e9,
        advice: "Needs about 6.0 GB, 5.0 GB are free: choose a smaller quantization.",
        action: {kind: "smallerModel"}
      });
    }
  });

  it("takes the files' size where the header does not tell the weights'", () => {
    assert.equal(fitFromHeader({...facts, tensorBytes: null}, 20 * gb, automatic, machine(8 * gb)).verdict, "tooLarge");
  });
});

describe("Advice", () => {
  it("is followed by its button", async () => {
    const done: unknown[] = [];
    const settings = {
      setContextSize: async (tokens: number) => void done.push(["context", tokens]),
      setGpuLayers: async (layers: number | null) => void done.push(["layers", layers])
    };
    const select = async () => void done.push("select");
    const actions: FitAction[] = [
      {kind: "contextSize", value: 2048},
      {kind: "gpuLayers", value: 12},
      {kind: "smallerModel"}
    ];
    for (const action of actions) await applyAdvice(settings, action, select);
    assert.deepEqual(done, [["context", 2048], ["layers", 12], "select"]);
    assert.deepEqual(actions.map(actionLabel), [
      "Use a Context of 2,048 Tokens",
      "Put 12 Layers on the GPU",
      "Select Another Model…"
    ]);
    assert.deepEqual((["fits", "tight", "tooLarge", "unknown"] as const).map(verdictLabel), [
      "fits",
      "just fits",
      "too large",
      ""
    ]);
  });

  it("knows what main memory the machine has", async () => {
    const {free, total} = await mainMemory();
    assert.ok(free.ram > 1e7 && free.ram <= total.ram && total.ram > 1e8);
    assert.deepEqual([free.vram, total.vram], [0, 0]);
  });
});

describe("A header's estimate of memory", () => {
  it("is the weights, two bytes for every key and value, and the logits of a batch twice", () => {
    const parts = estimateMemory(facts, 4096, "f16");
    assert.deepEqual(parts, {
      weights: 4_677_120_000,
      vocabulary: 1300 * 152_064,
      // 28 layers, 4 heads of 128 keys and 128 values.
      kvCache: 28 * 4 * 256 * 2 * 4096,
      compute: 2 * 64 * 152_064 * 4 + 64 * 4096 * 2
    });
  });

  it("takes smaller types of keys and values as blocks of 32 numbers", () => {
    const cache = (kvCache: KvCacheType, more: Partial<ModelFacts> = {}) =>
      estimateMemory({...facts, ...more}, 4096, kvCache)?.kvCache;
    const numbers = 28 * 4 * 256 * 4096;
    assert.deepEqual([cache("q8_0"), cache("q4_0")], [(numbers / 32) * 34, (numbers / 32) * 18]);
    // A head of 112 numbers is no whole blocks: the model keeps F16.
    const odd = {heads: 32};
    assert.deepEqual([cache("q8_0", odd), cache("q4_0", odd)], [cache("f16", odd), cache("f16", odd)]);
  });

  it("adds up layers that differ, and leaves out layers without attention", () => {
    const cache = (kvHeads: ModelFacts["kvHeads"]) =>
      estimateMemory({...facts, layers: 4, kvHeads}, 1000, "f16")?.kvCache;
    assert.equal(cache([4, 0, 2, 0]), cache(1.5));
    assert.equal(cache([4, 4, 4, 4, 99]), cache(4));
    assert.equal(cache(0), 0);
  });

  it("takes the lengths of keys and values from the header where it has them", () => {
    const usual = estimateMemory(facts, 1000, "f16")?.kvCache ?? 0;
    assert.equal(estimateMemory({...facts, keyLength: 256, valueLength: 128}, 1000, "f16")?.kvCache, usual * 1.5);
  });

  it("grows with the context, in its steps", () => {
    fc.assert(
      fc.property(fc.integer({min: 1, max: 1 << 20}), (contextSize) => {
        const [here, further, next] = [contextSize, contextSize + 1, contextSize + contextStep].map((size) =>
          estimateMemory(facts, size, "f16")
        );
        assert.ok(here && further && next);
        assert.ok(further.kvCache >= here.kvCache && further.compute >= here.compute);
        assert.equal(next.kvCache - here.kvCache, 28 * 4 * 256 * 2 * contextStep);
        assert.ok(paddedContext(contextSize) >= contextSize && paddedContext(contextSize) % 256 === 0);
      }),
      runs
    );
  });

  it("is none where the header does not say enough, or says what can't be", () => {
    for (const lacking of [
      {tensorBytes: null},
      {layers: null},
      {heads: null},
      {heads: 0, kvHeads: 0},
      {heads: null, kvHeads: null}
    ])
      assert.equal(estimateMemory({...facts, ...lacking}, 4096, "f16"), null, JSON.stringify(lacking));
    for (const impossible of [{kvHeads: -1}, {embeddingLength: Number.NaN}, {layers: Number.POSITIVE_INFINITY}])
      assert.equal(estimateMemory({...facts, ...impossible}, 4096, "f16"), null, JSON.stringify(impossible));
  });
});
