import {strict as assert} from "node:assert";
import {readFileSync} from "node:fs";
import path from "node:path";
import {type ModelFacts, modelFacts} from "../../src/gguf/facts";
import {fileTypeName} from "../../src/gguf/fileTypes";
import {ggmlType} from "../../src/gguf/ggmlTypes";
import {type GgufHeader, type ReadOptions, readHeader} from "../../src/gguf/header";
import {maxParts, splitName, splitNames, splitPart} from "../../src/gguf/splits";
import {parameterCount} from "../../src/text/parameterCount";
import {type GgufValue, ggufFile, type MadeUpTensor, text, texts, uint, uints} from "../harness/ggufFile";
import {root} from "../harness/paths";

function headerOf(bytes: Uint8Array, options: ReadOptions = {}): Promise<GgufHeader> {
  const read = async (offset: number, length: number) => bytes.subarray(offset, offset + length);
  return readHeader({size: bytes.length, read}, options);
}

const weights: readonly MadeUpTensor[] = [{name: "token_embd.weight", dimensions: [64, 100], type: 8}];

/** The facts about a fake "llama" with these entries. */
async function facts(
  entries: Readonly<Record<string, GgufValue>>,
  tensors: readonly MadeUpTensor[] = weights
): Promise<ModelFacts> {
  const file = ggufFile({entries: Object.entries({"general.architecture": text("llama"), ...entries}), tensors});
  return modelFacts(await headerOf(file), file.length);
}

describe("What a header tells of a model", () => {
  it("is all there for the demonstration model, whose description counts the same parameters", async () => {
    const bytes = readFileSync(path.join(root, "media/models/tokenscope-tiny-q8_0.gguf"));
    const header = await headerOf(bytes);
    assert.match(String(header.metadata.get("general.description")), /^A 3\.1M-parameter demonstration model/);
    assert.equal(parameterCount(3_147_456), "3.1M");
    assert.deepEqual(modelFacts(header, bytes.length), {
      name: "Tokenscope Tiny Coder",
      architecture: "llama",
      quantization: "Q8_0",
      parameters: 3_147_456,
      contextLength: 1024,
      layers: 4,
      embeddingLength: 192,
      heads: 3,
      kvHeads: 1,
      keyLength: 64,
      valueLength: 64,
      experts: null,
      vocabularySize: 8192,
      licence: null,
      tensorBytes: 3_349_248,
      capabilities: {complete: true, infill: true, embed: false}
    });
  });

  it("leaves open what stands behind the vocabulary where the reading stopped there", async () => {
    const bytes = readFileSync(path.join(root, "media/models/tokenscope-tiny-q8_0.gguf"));
    const brief = modelFacts(await headerOf(bytes, {depth: "brief"}), bytes.length);
    assert.deepEqual(
      [brief.name, brief.layers, brief.parameters, brief.vocabularySize, brief.tensorBytes, brief.capabilities],
      ["Tokenscope Tiny Coder", 4, null, 8192, null, {complete: true, infill: null, embed: false}]
    );
  });

  it("has llama.cpp's defaults for what most files leave out", async () => {
    const own = {"llama.embedding_length": uint(128), "llama.attention.head_count": uint(4)};
    const {heads, kvHeads, keyLength, valueLength} = await facts(own);
    assert.deepEqual([heads, kvHeads, keyLength, valueLength], [4, 4, 32, 32]);
    const told = await facts({
      ...own,
      "llama.attention.key_length": uint(40),
      "llama.attention.value_length": uint(24)
    });
    assert.deepEqual([told.keyLength, told.valueLength], [40, 24]);
  });

  it("has heads for each layer where they differ", async () => {
    const own = {"llama.block_count": uint(3), "llama.attention.head_count": uints([4, 8, 8])};
    const differing = await facts({...own, "llama.attention.head_count_kv": uints([0, 2, 4])});
    assert.deepEqual([differing.heads, differing.kvHeads], [8, [0, 2, 4]]);
    assert.equal((await facts({...own, "llama.attention.head_count_kv": uints([2, 2, 2])})).kvHeads, 2);
    assert.equal((await facts({...own, "llama.attention.head_count_kv": uints([2, 2])})).kvHeads, 8, "too few");
  });

  it("names the quantization by the file's type, or else by what most numbers are in", async () => {
    const mixed = [
      ...weights,
      {name: "norm", dimensions: [64], type: 0},
      {name: "b", dimensions: [256, 100], type: 14}
    ];
    assert.equal((await facts({"general.file_type": uint(15)}, mixed)).quantization, "Q4_K_M");
    assert.equal((await facts({"general.file_type": uint(1024 + 7)}, mixed)).quantization, "Q8_0");
    assert.equal((await facts({}, mixed)).quantization, "Q6_K");
    assert.equal((await facts({"general.file_type": uint(999)}, mixed)).quantization, "Q6_K");
    assert.equal((await facts({"general.file_type": text("15")}, [])).quantization, null);
    assert.equal((await facts({}, [{name: "new", dimensions: [4], type: 4711}])).quantization, null);
  });

  it("counts parameters by tensors, or else takes the file's word", async () => {
    assert.equal((await facts({"general.size_label": text("8B")})).parameters, 6400);
    assert.equal(
      (await facts({"general.parameter_count": {type: "uint64", value: 1_540_000_000}}, [])).parameters,
      1.54e9
    );
    for (const [label, parameters] of [
      ["1.5B", 1.5e9],
      ["135M", 135e6],
      ["8x7B", 56e9],
      ["30B-A3B", 30e9],
      ["1.1T", 1.1e12],
      ["33K", 33_000],
      ["large", null],
      ["7Base", null],
      ["", null]
    ] as const)
      assert.equal((await facts({"general.size_label": text(label)}, [])).parameters, parameters, label);
  });

  it("knows the bytes of tensors, and what to say where a type is new", async () => {
    assert.equal((await facts({})).tensorBytes, 200 * 34);
    const file = ggufFile({tensors: [{name: "new", dimensions: [4], type: 4711}]});
    assert.equal(modelFacts(await headerOf(file), file.length + 77).tensorBytes, 77);
  });

  it("adds the parts of a model in several files up", async () => {
    const parts = [0, 1].map((number) =>
      ggufFile({
        entries: [
          ["general.architecture", text("llama")],
          ["general.size_label", text("7B")],
          ["split.no", {type: "uint16", value: number}],
          ["split.count", {type: "uint16", value: 2}]
        ],
        tensors: number === 0 ? [] : weights
      })
    );
    const [first, second] = await Promise.all(parts.map((part) => headerOf(part)));
    assert.ok(first && second);
    const whole = modelFacts(first, 1_000_000, [second]);
    assert.deepEqual([whole.parameters, whole.tensorBytes, whole.capabilities.complete], [6400, 6800, true]);
    const alone = modelFacts(first, 1_000_000);
    assert.deepEqual([alone.parameters, alone.capabilities.complete], [7e9, true]);
    assert.equal(alone.tensorBytes, 1_000_000 - (first.dataOffset ?? 0));
  });

  it("leaves open what the tensors of a part, or of a damaged file, don't tell", async () => {
    const header = await headerOf(ggufFile({entries: [["general.architecture", text("llama")]], tensors: weights}));
    assert.equal(modelFacts(header, 7000).parameters, 6400);
    const part = modelFacts(header, null, null);
    assert.deepEqual([part.parameters, part.tensorBytes], [null, null]);
    assert.equal(modelFacts({...header, tensorCount: 2, dataOffset: null}, 7000).parameters, null);
  });

  it("takes nothing for a number that is none", async () => {
    const odd: readonly GgufValue[] = [
      text("12"),
      {type: "int32", value: -1},
      {type: "float32", value: 1.5},
      {type: "uint64", value: 2n ** 64n - 1n},
      {type: "float64", value: Number.NaN},
      {type: "bool", value: true}
    ];
    for (const value of odd) {
      const found = await facts(
        Object.fromEntries(
          [
            "block_count",
            "context_length",
            "embedding_length",
            "attention.head_count",
            "expert_count",
            "vocab_size"
          ].map((key) => [`llama.${key}`, value])
        )
      );
      const {layers, contextLength, embeddingLength, heads, kvHeads, keyLength, experts, vocabularySize} = found;
      for (const one of [layers, contextLength, embeddingLength, heads, kvHeads, keyLength, experts, vocabularySize])
        assert.equal(one, null);
    }
    const huge = await facts({}, [{name: "huge", dimensions: [2 ** 50, 2 ** 50], type: 0}]);
    assert.deepEqual([huge.parameters, huge.tensorBytes !== null], [null, true]);
  });

  it("has names that can be shown", async () => {
    const named = await facts({
      "general.name": text("x".repeat(5000)),
      "general.license": text("apache-2.0"),
      "llama.expert_count": uint(8),
      "llama.expert_used_count": uint(2)
    });
    assert.equal(named.name, `${"x".repeat(80)}…`);
    assert.deepEqual([named.licence, named.experts], ["apache-2.0", {count: 8, used: 2}]);
    assert.equal((await facts({"general.name": text(" ")})).name, null);
    assert.equal((await facts({"general.architecture": uint(1)})).architecture, "unknown");
  });

  const marks = ["<|fim_prefix|>", "<|fim_suffix|>", "<|fim_middle|>"];
  const ids = ["fim_pre", "fim_suf", "fim_mid"].map((mark, i) => [`tokenizer.ggml.${mark}_token_id`, uint(i)] as const);
  const older = ["prefix", "suffix", "middle"].map((mark, i) => [`tokenizer.ggml.${mark}_token_id`, uint(i)] as const);
  const plain = {"tokenizer.ggml.tokens": texts(["a", "b", "c"])};

  for (const [what, entries, infill] of [
    ["tokens of the usual names", {"tokenizer.ggml.tokens": texts(["a", ...marks])}, true],
    [
      "tokens of several models' names",
      {"tokenizer.ggml.tokens": texts(["▁<PRE>", "<fim-suffix>", "<｜fim▁end｜>"])},
      true
    ],
    ["Codestral's tokens", {"tokenizer.ggml.tokens": texts(["[SUFFIX]", "[PREFIX]", "[MIDDLE]"])}, true],
    ["keys", {...plain, ...Object.fromEntries(ids)}, true],
    ["older keys", {...plain, ...Object.fromEntries(older)}, true],
    [
      "keys and names",
      {"tokenizer.ggml.tokens": texts(["a", ...marks.slice(1)]), ...Object.fromEntries(ids.slice(0, 1))},
      true
    ],
    ["one missing", {"tokenizer.ggml.tokens": texts(["a", ...marks.slice(1)])}, false],
    ["ids beyond the vocabulary", {"tokenizer.ggml.tokens": texts(["a"]), ...Object.fromEntries(ids)}, false],
    ["names in a longer text", {"tokenizer.ggml.tokens": texts(marks.map((mark) => `${mark} `))}, false],
    ["no vocabulary", Object.fromEntries(ids), false]
  ] as const)
    it(`can fill in the middle or not with ${what}`, async () => {
      assert.deepEqual((await facts(entries)).capabilities, {complete: true, infill, embed: false});
    });

  it("tells what was made for one vector per text", async () => {
    const embedding = {complete: false, infill: false, embed: true};
    assert.deepEqual((await facts({"general.architecture": text("nomic-bert")})).capabilities, embedding);
    assert.deepEqual((await facts({"llama.pooling_type": uint(1)})).capabilities, embedding);
    assert.deepEqual((await facts({"llama.attention.causal": {type: "bool", value: false}})).capabilities, embedding);
    assert.equal((await facts({"llama.pooling_type": uint(0)})).capabilities.complete, true);
    const nothing = {complete: false, infill: false, embed: false};
    for (const architecture of ["llada", "t5", "eagle3", "pockettts"])
      assert.deepEqual((await facts({"general.architecture": text(architecture)})).capabilities, nothing);
  });

  it("tells models from the other things in GGUF files", async () => {
    const nothing = {complete: false, infill: false, embed: false};
    const projector = {"general.architecture": text("clip"), "general.type": text("mmproj")};
    assert.deepEqual((await facts(projector)).capabilities, nothing);
    assert.deepEqual((await facts({}, [])).capabilities, nothing, "a vocabulary without weights");
  });
});

describe("The tables of types", () => {
  /** llama.cpp's headers name them; node-llama-cpp has the same numbers (test/engine/ggufFacts.test.ts). */
  it("have what every file uses", () => {
    assert.deepEqual(ggmlType(12), {name: "Q4_K", blockSize: 256, blockBytes: 144});
    assert.deepEqual([fileTypeName(15), fileTypeName(38), fileTypeName(4711)], ["Q4_K_M", "MXFP4_MOE", undefined]);
  });
});

describe("A model in several files", () => {
  it("is known by its parts' names", () => {
    assert.deepEqual(splitPart("a-b-00002-of-00005.gguf"), {base: "a-b", part: 2, parts: 5});
    for (const name of [
      "a.gguf",
      "a-00000-of-00002.gguf",
      "a-00003-of-00002.gguf",
      "a-1-of-2.gguf",
      "a-00001-of-00002.bin"
    ])
      assert.equal(splitPart(name), null, name);
  });

  it("has as many parts as its name says, unless no model has as many", () => {
    const names = ["m-00001-of-00003.gguf", "m-00002-of-00003.gguf", "m-00003-of-00003.gguf"];
    for (const name of names) assert.deepEqual(splitNames(name), names);
    assert.deepEqual(splitNames("whole.gguf"), ["whole.gguf"]);
    assert.equal(splitNames(splitName("m", 1, maxParts)).at(-1), splitName("m", maxParts, maxParts));
    for (const parts of [maxParts + 1, 99_999])
      assert.deepEqual(splitNames(splitName("m", 7, parts)), [splitName("m", 7, parts)]);
  });
});
