import {strict as assert} from "node:assert";
import type {GgufFileInfo} from "node-llama-cpp";
import {kvCacheOf} from "../../src/engine/llama/modelHeader";
import {kvCacheWarnings} from "../../src/engine/llama/warnings";
import {ggmlType} from "../../src/gguf/ggmlTypes";
import {type KvCacheType, kvCacheNumbers, kvCacheTypes} from "../../src/gguf/kvCache";
import {possibleKvCache} from "../../src/gguf/possibleKvCache";
import {modelRef} from "../harness/modelRef";

/** A header as node-llama-cpp reads it. */
function header(own: object): GgufFileInfo {
  return {metadata: {general: {architecture: "llama"}, llama: own}} as unknown as GgufFileInfo;
}

function held(own: object, kvCache: KvCacheType = "q8_0"): KvCacheType {
  return kvCacheOf(header(own), {...modelRef("/a.gguf"), kvCache});
}

describe("The type of keys and values", () => {
  it("has the name of ggml's type with its number", () => {
    for (const type of kvCacheTypes) assert.equal(ggmlType(kvCacheNumbers[type])?.name.toLowerCase(), type);
  });

  it("is the wanted one where heads are whole blocks, and F16 elsewhere", () => {
    for (const type of kvCacheTypes) {
      assert.equal(possibleKvCache(type, [64, 128]), type);
      for (const lengths of [
        [48, 64],
        [64, 48],
        [8, 8],
        [0, 0],
        [64, null],
        [Number.NaN, 64]
      ])
        assert.equal(possibleKvCache(type, lengths), "f16");
    }
  });

  it("is found by a header's lengths, or else by its heads", () => {
    const attention = {head_count: 3};
    assert.equal(held({embedding_length: 192, attention}), "q8_0");
    assert.equal(held({embedding_length: 192, attention}, "q4_0"), "q4_0");
    assert.equal(held({embedding_length: 144, attention}), "f16");
    assert.equal(held({embedding_length: 144, attention: {...attention, key_length: 64, value_length: 32}}), "q8_0");
    assert.equal(held({embedding_length: 192, attention: {...attention, value_length: 80}}), "f16");
    assert.equal(held({embedding_length: 192, attention: {...attention, key_length_swa: 80}}), "f16");
    // Layers without attention have no heads.
    assert.equal(held({embedding_length: 192, attention: {head_count: [0, 3, 0]}}), "q8_0");
  });

  it("is F16 where a header says nothing of heads, or something else", () => {
    for (const own of [{}, {embedding_length: 768}, {embedding_length: 768, attention: {head_count: 0}}])
      assert.equal(held(own), "f16");
    assert.equal(held({embedding_length: "many", attention: {head_count: "some"}}), "f16");
  });

  it("is told with the numbers that it changes", () => {
    assert.deepEqual(kvCacheWarnings("f16"), []);
    assert.match(kvCacheWarnings("q4_0").join("\n"), /^Keys and values are held as q4_0, [^\n]*\.$/);
  });
});
