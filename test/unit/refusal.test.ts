import {strict as assert} from "node:assert";
import {resolveWindowing} from "../../src/engine/scoringWindows";
import {type ArchitectureKind, whyNotGenerating} from "../../src/gguf/architectureKind";
import {headerKind} from "../../src/gguf/facts";
import {type GgufHeader, readHeader} from "../../src/gguf/header";
import {noModel, refusal, repeatedTokens} from "../../src/gguf/refusal";
import {type GgufValue, ggufFile, text, texts, uint} from "../harness/ggufFile";

const good = {
  "general.architecture": text("llama"),
  "tokenizer.ggml.model": text("gpt2"),
  "tokenizer.ggml.pre": text("qwen2"),
  "tokenizer.ggml.tokens": texts(["a", "b"])
};
const yes: GgufValue = {type: "bool", value: true};
const no: GgufValue = {type: "bool", value: false};

/** A header with these entries and tensors. Null removes an entry. */
async function headerWith(
  entries: Readonly<Record<string, GgufValue | null>>,
  tensors = ["token_embd.weight", "blk.0.attn_norm.weight"]
): Promise<GgufHeader> {
  const all = Object.entries({...good, ...entries}).filter((entry): entry is [string, GgufValue] => entry[1] !== null);
  const bytes = ggufFile({entries: all, tensors: tensors.map((name) => ({name, dimensions: [1]}))});
  return await readHeader({
    size: bytes.length,
    read: async (offset, length) => bytes.subarray(offset, offset + length)
  });
}

describe("A whole file that llama.cpp does not run", () => {
  const reasons: readonly (readonly [Readonly<Record<string, GgufValue | null>>, RegExp | null])[] = [
    [{}, null],
    [{"general.type": text("model")}, null],
    [{"general.type": text("mmproj"), "general.architecture": text("clip")}, /is a vision projector \(mmproj\)/],
    [{"general.architecture": text("clip"), "clip.has_vision_encoder": yes}, /is a vision projector/],
    [{"general.architecture": text("clip"), "clip.has_audio_encoder": yes}, /is an audio projector/],
    [{"general.type": text("adapter")}, /is an adapter \(LoRA\)/],
    [{"general.type": text("imatrix"), "general.architecture": null}, /is an importance matrix/],
    [{"general.architecture": text("controlvector")}, /is a control vector/],
    [{"general.type": text("dictionary")}, /is no model but something else \("dictionary"\)/],
    [{"general.architecture": text("flux")}, /an architecture that this version does not know \("flux"\): .*newer/],
    [{"general.architecture": text("gptj")}, /an architecture that this version does not know \("gptj"\)/],
    [{"general.architecture": null}, /does not say what architecture/],
    [{"general.architecture": uint(3)}, /an architecture that this version does not know \("\?"\)/],
    [
      {"tokenizer.ggml.pre": text("brand-new")},
      /a pre-tokenizer that this version does not know \("brand-new"\): .*newer/
    ],
    [{"tokenizer.ggml.pre": text("x".repeat(5000))}, /does not know \("x{80}…"\)/],
    // llama.cpp uses its default.
    [{"tokenizer.ggml.pre": null}, null],
    [{"tokenizer.ggml.pre": text("")}, null],
    // Only these architectures use it.
    [{"tokenizer.ggml.pre": text("brand-new"), "tokenizer.ggml.model": text("llama")}, null],
    [{"tokenizer.ggml.model": text("tiktoken")}, /a tokenizer that this version does not know \("tiktoken"\)/],
    [{"tokenizer.ggml.model": null}, /has no tokenizer/],
    [{"tokenizer.ggml.tokens": null}, /has no tokenizer/],
    [{"tokenizer.ggml.model": text("none")}, /has no tokenizer/],
    [{"tokenizer.ggml.model": text("no_vocab")}, /has no tokenizer/],
    [{"llama.rope.scaling.type": text("su")}, /scales its positions \(RoPE\) in a way .* \("su"\)/],
    [{"llama.rope.scaling.type": text("")}, /scales its positions/],
    ...["none", "linear", "yarn", "longrope"].map((known) => [{"llama.rope.scaling.type": text(known)}, null] as const),
    [{"qwen2.rope.scaling.type": text("su")}, null]
  ];

  for (const [entries, says] of reasons)
    it(`is told by its header: ${Object.keys(entries).join(", ") || "a good one"} ${says ?? "is no reason"}`, async () => {
      const reason = refusal(await headerWith(entries));
      if (says === null) return assert.equal(reason, null, reason?.sentence("a.gguf"));
      const sentence = reason?.sentence("a.gguf") ?? "";
      assert.match(sentence, says);
      assert.match(sentence, /^"a\.gguf" [^\n]{20,300}: [^\n]{10,}\.$/);
    });

  it("is no model where it is made for one", async () => {
    assert.equal(noModel(await headerWith({"general.architecture": text("flux")})), null);
    assert.equal(noModel(await headerWith({"general.type": text("adapter")}))?.problem, "noModel");
  });

  it("names a token that it has twice, with nothing in it hidden", () => {
    assert.match(
      repeatedTokens("a\n\u202e").sentence("a.gguf"),
      /has the token "[^\n\u202e]+" twice in its vocabulary/
    );
  });
});

describe("What a model is made for", () => {
  const cases: readonly (readonly [ArchitectureKind, Readonly<Record<string, GgufValue>>, (readonly string[])?])[] = [
    ["generates", {}],
    ["generates", {"general.architecture": text("gemma2")}],
    ["generates", {"llama.pooling_type": uint(0), "llama.attention.causal": yes}],
    // llama.cpp's value for unknown.
    ["generates", {"llama.pooling_type": uint(2 ** 32 - 1)}],
    ["embeds", {"llama.pooling_type": uint(1)}],
    ["embeds", {"llama.pooling_type": uint(4)}],
    ["embeds", {"llama.attention.causal": no}],
    ["embeds", {"general.architecture": text("bert")}],
    ["embeds", {"general.architecture": text("llama-embed")}],
    ["embeds", {"general.architecture": text("t5encoder")}],
    ["encodesFirst", {"general.architecture": text("t5")}],
    ["diffuses", {"general.architecture": text("dream")}],
    ["diffuses", {"general.architecture": text("dream"), "dream.attention.causal": no}],
    ["diffuses", {"general.architecture": text("rnd1"), "rnd1.attention.causal": yes}],
    ["drafts", {"general.architecture": text("eagle3")}],
    ["drafts", {"general.architecture": text("gemma4-assistant")}],
    ["drafts", {"llama.nextn_predict_layers": uint(1)}, ["token_embd.weight", "blk.28.nextn.eh_proj.weight"]],
    ["generates", {"llama.nextn_predict_layers": uint(1)}],
    ["speaks", {"general.architecture": text("qwen3tts")}],
    ["speaks", {"general.architecture": text("wavtokenizer-dec")}],
    ["vocabulary", {}, []],
    ["vocabulary", {"general.architecture": text("bert")}, []]
  ];

  for (const [purpose, entries, tensors] of cases)
    it(`${purpose}: told by ${JSON.stringify(Object.keys(entries))}, ${tensors?.length ?? "some"} tensors`, async () => {
      assert.equal(headerKind(await headerWith(entries, tensors && [...tensors])), purpose);
      const sentence = whyNotGenerating(purpose, "a.gguf");
      if (purpose === "generates") assert.equal(sentence, null);
      else assert.match(sentence ?? "", /^"a\.gguf" is [^\n]+ can't score or complete[^\n]*: choose [^\n]+\.$/);
    });
});

describe("A window over learned positions", () => {
  it("is not larger than they are many, whoever chose it", () => {
    const asked = {bos: true, contextSize: 256, positions: 256};
    assert.equal(resolveWindowing(asked).window, 256);
    assert.equal(resolveWindowing({...asked, mode: "llama-perplexity", window: 256}).window, 256);
    const says =
      /^HumanError: This model has learned 256 positions and no more, so a window of \d+ tokens is too large/;
    assert.throws(() => resolveWindowing({...asked, window: 257}), says);
    assert.throws(() => resolveWindowing({...asked, contextSize: 257}), says);
    assert.throws(() => resolveWindowing({...asked, mode: "llama-perplexity"}), says);
    assert.equal(resolveWindowing({bos: true, contextSize: 256, window: 512}).window, 512);
  });
});
