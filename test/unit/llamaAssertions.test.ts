import {strict as assert} from "node:assert";
import {readFileSync} from "node:fs";
import path from "node:path";
import fc from "fast-check";
import {readHeader} from "../../src/gguf/header";
import {wouldAbortLlama} from "../../src/gguf/llamaAssertions";
import {isList} from "../../src/gguf/metadata";
import {repeatedString} from "../../src/gguf/stringLists";
import {type GgufValue, ggufFile, type MadeUpTensor, text, texts, uint, uints} from "../harness/ggufFile";
import {root} from "../harness/paths";

const sourceOf = (bytes: Uint8Array) => ({
  size: bytes.length,
  read: async (offset: number, length: number) => bytes.subarray(offset, offset + length)
});

/** A good header except for these entries and tensors. */
async function headerWith(entries: Readonly<Record<string, GgufValue>>, tensors: readonly MadeUpTensor[] = []) {
  const good = {"general.architecture": text("llama"), "llama.block_count": uint(4)};
  return await readHeader(sourceOf(ggufFile({entries: Object.entries({...good, ...entries}), tensors})));
}

async function deadly(...parts: Parameters<typeof headerWith>): Promise<boolean> {
  return wouldAbortLlama(await headerWith(...parts));
}

async function repeated(tokens: readonly string[]): Promise<string | null> {
  const source = sourceOf(ggufFile({entries: [["tokenizer.ggml.tokens", texts(tokens)]]}));
  const list = (await readHeader(source)).metadata.get("tokenizer.ggml.tokens");
  assert.ok(isList(list));
  return await repeatedString(source, list);
}

describe("A header that llama.cpp would end the process over", () => {
  it("is told by its number of layers", async () => {
    for (const count of [1, 4, 512]) assert.equal(await deadly({"llama.block_count": uint(count)}), false);
    for (const count of [0, 513, 10 ** 9, 2 ** 32 - 1])
      assert.equal(await deadly({"llama.block_count": uint(count)}), true);
    assert.equal(
      await deadly({"llama.block_count": uint(4), "llama.nextn_predict_layers": uint(5)}),
      true,
      "more layers of one kind than there are"
    );
    assert.equal(await deadly({"llama.block_count": uint(4), "llama.nextn_predict_layers": uint(1)}), false);
    // The key of another architecture, which llama.cpp ignores.
    assert.equal(await deadly({"qwen2.block_count": uint(0)}), false);
  });

  it("is told by tensors that its numbers don't fit", async () => {
    const shape = (name: string, ...dimensions: number[]): MadeUpTensor => ({name, dimensions});
    const tensors = [
      shape("token_embd.weight", 8, 3),
      shape("blk.0.attn_q.weight", 8, 8),
      shape("blk.0.ffn_down.weight", 16, 8)
    ];
    const good = {
      "llama.embedding_length": uint(8),
      "llama.feed_forward_length": uint(16),
      "llama.attention.head_count": uint(2),
      "tokenizer.ggml.tokens": texts(["a", "b", "c"])
    };
    const key = (name: string) => `llama.attention.${name}`;
    assert.equal(await deadly(good, tensors), false);
    assert.equal(await deadly({...good, [key("head_count")]: uints([0, 2, 2, 2])}, tensors), false);
    assert.equal(await deadly({...good, [key("key_length")]: uint(4), [key("head_count")]: uint(64)}, tensors), false);
    for (const wrong of [
      {"tokenizer.ggml.tokens": texts(["a", "b"])},
      {"tokenizer.ggml.tokens": texts([])},
      {"llama.embedding_length": uint(1)},
      {"llama.feed_forward_length": uint(0)},
      {[key("head_count")]: uint(0)},
      {[key("head_count")]: uint(9)},
      {[key("head_count_kv")]: uint(0)},
      {[key("key_length")]: uint(0)},
      {[key("value_length")]: uint(0)}
    ])
      assert.equal(await deadly({...good, ...wrong}, tensors), true, Object.keys(wrong).join());
    const experts = [...tensors.slice(0, 2), shape("blk.0.ffn_down_exps.weight", 16, 8, 4)];
    const without = {...good, "llama.feed_forward_length": uint(0)};
    assert.equal(await deadly(without, experts), true);
    assert.equal(await deadly({...without, "llama.expert_feed_forward_length": uint(16)}, experts), false);
    const positions = [shape("position_embd.weight", 8, 100)];
    assert.equal(await deadly({"llama.context_length": uint(0)}, positions), true);
    assert.equal(await deadly({"llama.context_length": uint(100)}, positions), false);
    // Without these tensors nothing is inconsistent.
    assert.equal(await deadly({...good, "llama.feed_forward_length": uint(0)}, tensors.slice(0, 2)), false);
    assert.equal(await deadly({"llama.embedding_length": uint(8)}), false);
    assert.equal(await deadly({...good, "general.architecture": text("llamb")}, tensors), false);
  });

  it("is told by weights of a type that nothing is multiplied with", async () => {
    const weights = (name: string, type: number) => deadly({}, [{name, dimensions: [256, 2], type}]);
    for (const name of ["output.weight", "blk.12.attn_q.weight", "blk.3.ffn_down_exps.weight", "output_norm.weight"]) {
      for (const type of [0, 1, 2, 8, 12, 23, 30, 39]) assert.equal(await weights(name, type), false);
      for (const type of [9, 15, 24, 25, 26, 27, 28]) assert.equal(await weights(name, type), true);
    }
    // Tables of numbers are not weights.
    assert.equal(await weights("blk.0.ffn_gate_tid2eid.weight", 26), false);
  });

  it("is told by tensors that are in two parts", async () => {
    const part = (...names: string[]) =>
      headerWith(
        {},
        names.map((name) => ({name, dimensions: [1]}))
      );
    assert.equal(wouldAbortLlama(await part("a", "b"), [await part("c"), await part("d")]), false);
    assert.equal(wouldAbortLlama(await part("a", "b"), [await part("c"), await part("a")]), true);
  });

  it("is told by its experts", async () => {
    const experts = (count: number, used: GgufValue | number, groups = 0, groupsUsed = 0) =>
      deadly({
        "llama.expert_count": uint(count),
        "llama.expert_used_count": typeof used === "number" ? uint(used) : used,
        "llama.expert_group_count": uint(groups),
        "llama.expert_group_used_count": uint(groupsUsed)
      });
    assert.equal(await experts(0, 0), false);
    assert.equal(await experts(128, 8), false);
    assert.equal(await experts(256, 8, 8, 4), false);
    assert.equal(await experts(8, uints([0, 2, 8])), false);
    assert.equal(await experts(2 ** 31, 8), true);
    assert.equal(await experts(8, 9), true);
    assert.equal(await experts(8, uints([0, 2, 9])), true);
    assert.equal(await experts(8, 0), true);
    assert.equal(await experts(0, 2), true);
    assert.equal(await experts(0, 0, 2), true);
    assert.equal(await experts(8, 2, 8, 1), true);
    assert.equal(await experts(8, 2, 3, 1), true);
    assert.equal(await experts(8, 2, 4, 0), true);
    assert.equal(await experts(8, 2, 4, 4), true);
    assert.equal(await deadly({"llama.expert_count": uint(8)}), true, "none of them used");
  });

  it("is told by norms that are none", async () => {
    const norm = (value: number) => deadly({"llama.attention.layer_norm_rms_epsilon": {type: "float32", value}});
    for (const good of [0, 1e-6, 1e-5]) assert.equal(await norm(good), false);
    for (const bad of [-1e-5, Number.NaN, Number.NEGATIVE_INFINITY]) assert.equal(await norm(bad), true);
  });

  it("is told by a tokenizer that never comes to an end", async () => {
    const byte = (value: number): string => {
      const named: Readonly<Record<number, string>> = {9: "\\t", 10: "\\n", 13: "\\r", 92: "\\\\"};
      const plain = value >= 0x20 && value < 0x7f ? String.fromCharCode(value) : undefined;
      return named[value] ?? plain ?? `\\x${value.toString(16).padStart(2, "0")}`;
    };
    const bytes = Array.from({length: 256}, (_, value) => byte(value));
    const rwkv = (tokens: readonly string[]) =>
      deadly({"tokenizer.ggml.model": text("rwkv"), "tokenizer.ggml.tokens": texts(tokens)});
    assert.equal(await rwkv(["<s>", ...bytes, "ab", "\\n\\n"]), false);
    assert.equal(await rwkv(["<s>", ...bytes.slice(0, 255), "ab"]), true);
    assert.equal(await rwkv(["<0x00>", "<0x01>"]), true);
  });

  it("is told by lists with more items than any vocabulary's", async () => {
    /** A list of `length` zeros or empty strings. */
    const listed = async (key: string, of: "uint8" | "string", items: number) => {
      const file = ggufFile({entries: [[key, {type: "array", of, values: []}]]});
      const length = 24 + 8 + key.length + 4 + 4;
      const bytes = Buffer.concat([file.subarray(0, length + 8), Buffer.alloc(items * (of === "string" ? 8 : 1))]);
      bytes.writeBigUInt64LE(BigInt(items), length);
      return wouldAbortLlama(await readHeader(sourceOf(bytes)));
    };
    assert.equal(await listed("list", "uint8", 2 ** 21), false);
    assert.equal(await listed("list", "uint8", 2 ** 21 + 1), true);
    assert.equal(await listed("tokenizer.ggml.tokens", "string", 2 ** 20), false);
    assert.equal(await listed("tokenizer.ggml.tokens", "string", 2 ** 20 + 1), true);
  });

  it("is none of those that are known", async () => {
    for (const file of ["media/models/tokenscope-tiny-q8_0.gguf", "test/fixtures/models/tokenscope-tiny-f16.gguf"]) {
      const source = sourceOf(readFileSync(path.join(root, file)));
      const header = await readHeader(source);
      assert.equal(wouldAbortLlama(header), false, file);
      const tokens = header.metadata.get("tokenizer.ggml.tokens");
      assert.ok(isList(tokens));
      assert.equal(await repeatedString(source, tokens), null, file);
    }
  });
});

describe("A list of strings", () => {
  it("has one twice or has not, wherever they stand", async () => {
    const many = Array.from({length: 12_000}, (_, i) => `token ${i}`);
    assert.equal(await repeated(many), null);
    assert.equal(await repeated(many.with(11_999, "token 0")), "token 0");
    // On both sides of where a window ends.
    assert.equal(await repeated(many.with(4100, "token 4099")), "token 4099");
    assert.equal(await repeated([]), null);
    assert.equal(await repeated(["", "", "a"]), null);
    assert.equal(await repeated(["x".repeat(30_000), "a", "x".repeat(30_000)]), "x".repeat(1024));
    assert.equal(await repeated(["x".repeat(30_000), "a", `${"x".repeat(29_999)}y`]), null);
    // llama.cpp's strings end with the first NUL.
    assert.equal(await repeated(["a", "b\0c", "b\0d"]), "b");
    assert.equal(await repeated(["\0", "\0a", "a"]), null);
  });

  it("is judged as by a set of its strings", async () => {
    const strings = fc.array(
      fc.string({unit: "binary", maxLength: 3}).map((one) => one.toWellFormed()),
      {maxLength: 60}
    );
    await fc.assert(
      fc.asyncProperty(strings, async (tokens) => {
        const full = tokens.map((token) => token.split("\0", 1)[0] ?? "").filter((token) => token !== "");
        const again = full.find((token, i) => full.indexOf(token) < i);
        assert.equal(await repeated(tokens), again ?? null);
      }),
      {seed: 20261122, numRuns: 300}
    );
  });
});
