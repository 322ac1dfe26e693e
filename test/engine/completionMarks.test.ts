import {strict as assert} from "node:assert";
import {writeFileSync} from "node:fs";
import path from "node:path";
import type {Completion} from "../../src/contract/completion";
import {uint} from "../harness/ggufFile";
import {type Added, chainModel, tokenTypes} from "./chainModel";
import {Engine, spec} from "./engine";
import {temporaryFolder} from "./modelCopies";

const {normal, control, userDefined} = tokenTypes;

/** Model families, and the marks that their completions may contain. */
const families = {
  StarCoder: {vocabulary: "bpe", marks: ["<fim_prefix>", "<fim_suffix>", "<fim_middle>", "<file_sep>", "<gh_stars>"]},
  SantaCoder: {vocabulary: "bpe", marks: ["<fim-prefix>", "<fim-suffix>", "<fim-middle>", "<fim-pad>"]},
  "Qwen2.5-Coder": {
    vocabulary: "bpe",
    marks: ["<|fim_prefix|>", "<|fim_suffix|>", "<|fim_middle|>", "<|fim_pad|>", "<|repo_name|>", "<|file_sep|>"]
  },
  DeepSeek: {vocabulary: "bpe", marks: ["<｜fim▁begin｜>", "<｜fim▁hole｜>", "<｜fim▁end｜>", "<|EOT|>"]},
  // Some converters write spaces like this.
  "DeepSeek, converted": {vocabulary: "bpe", marks: ["<｜fim hole｜>", "<｜end of sentence｜>"]},
  CodeGemma: {
    vocabulary: "spm",
    marks: ["<|fim_prefix|>", "<|fim_suffix|>", "<|fim_middle|>", "<|file_separator|>", "<end_of_turn>", "<pad>"]
  },
  "Gemma 4": {vocabulary: "spm", marks: ["<turn|>", "<|turn>", "<|tool_response>"]},
  CodeLlama: {vocabulary: "spm", marks: ["▁<PRE>", "▁<SUF>", "▁<MID>", "▁<EOT>"]},
  Codestral: {vocabulary: "spm", marks: ["[PREFIX]", "[SUFFIX]", "[MIDDLE]", "[INST]"]},
  "Seed-Coder": {vocabulary: "bpe", marks: ["<[fim-prefix]>", "<[fim-suffix]>", "<[fim-middle]>"]},
  "gpt-oss": {vocabulary: "bpe", marks: ["<|channel|>", "<|end|>", "<|return|>", "<|call|>"]},
  Falcon: {vocabulary: "bpe", marks: [">>SUFFIX<<"]}
} as const;

/**
 * Of the model that has learned these sequences, what each of them is completed with: its first token is the text
 * before.
 */
async function completions(...[vocabulary, added, chains, keys]: Parameters<typeof chainModel>): Promise<Completion[]> {
  const folder = temporaryFolder();
  try {
    const file = path.join(folder.path, "chains.gguf");
    writeFileSync(file, chainModel(vocabulary, added, chains, keys));
    const engine = new Engine(spec(file));
    const all: Completion[] = [];
    for (const [prefix = ""] of chains)
      all.push(await engine.ask("complete", {prefix, suffix: "~", maxTokens: 12, extent: "unlimited"}));
    return all;
  } finally {
    folder.remove();
  }
}

async function texts(...model: Parameters<typeof chainModel>): Promise<string[]> {
  return (await completions(...model)).map(({text}) => text);
}

describe("A completion whose model goes on with a mark", () => {
  for (const [family, {vocabulary, marks}] of Object.entries(families))
    for (const [name, type] of Object.entries({normal, userDefined}))
      it(`ends before it, though the file says that it is ${name}: ${family}`, async () => {
        const chains = marks.map((mark, i) => ["abcdef".charAt(i), "ABCDEF".charAt(i), mark]);
        const ended = await completions(
          vocabulary,
          marks.map((text): Added => ({text, type})),
          chains
        );
        for (const [i, {text, stop, ids}] of ended.entries())
          assert.deepEqual([text, stop, ids.length], ["ABCDEF".charAt(i), "end", 1], marks[i]);
      });

  it("ends before it, though it is written in the alphabet of bytes: DeepSeek", async () => {
    const mark = "<ï½ľfimâĸģholeï½ľ>";
    assert.deepEqual(await texts("bpe", [{text: mark, type: normal}], [["x", "a", mark]]), ["a"]);
  });

  it("ends before what the file names as a place of its prompts, whatever it is called", async () => {
    const marks = ["(before)", "(after)", "(between)"];
    const added = marks.map((text) => ({text, type: normal}));
    const chains = marks.map((mark, i) => ["abc".charAt(i), "ABC".charAt(i), mark]);
    const ended = await completions("bpe", added, chains, (idOf) => ({
      "tokenizer.ggml.fim_pre_token_id": uint(idOf("(before)")),
      "tokenizer.ggml.fim_suf_token_id": uint(idOf("(after)")),
      "tokenizer.ggml.fim_mid_token_id": uint(idOf("(between)"))
    }));
    for (const [i, {infill, text, stop}] of ended.entries())
      assert.deepEqual([infill, text, stop], [true, "ABC".charAt(i), "end"]);
  });

  it("ends before what may be text, where the file names it: <mask>", async () => {
    const model = ["spm", [{text: "<mask>", type: userDefined}], [["x", "a", "<mask>"]]] as const;
    const named = (idOf: (text: string) => number) => ({"tokenizer.ggml.mask_token_id": uint(idOf("<mask>"))});
    assert.deepEqual(await texts(...model, named), ["a"]);
    assert.deepEqual(await texts(...model), [`a${"<mask>".repeat(11)}`]);
  });
});

describe("A completion whose model goes on with text that looks like a mark", () => {
  it("keeps a mark that is written in several tokens: it is characters", async () => {
    const added = [{text: "<EOT>", type: control}];
    for (const vocabulary of ["spm", "bpe"] as const)
      assert.deepEqual(await texts(vocabulary, added, [["x", ..."<EOT>;", "<|over|>"]]), ["<EOT>;"]);
  });

  it("keeps the HTML, XML, names and operators that vocabularies have as tokens", async () => {
    const kept = ["<table>", "<s>", "<unk>", "<think>", "<NAME>", "<|>", "[0]", "[]", "<=>", "||"];
    for (const type of [normal, userDefined])
      for (const vocabulary of ["spm", "bpe"] as const) {
        const added = kept.map((text) => ({text, type}));
        const chains = kept.map((text, i) => [`${i}`, text, "<|over|>"]);
        assert.deepEqual(await texts(vocabulary, added, chains), kept);
      }
  });

  it("keeps a sign that the file names by mistake as what fills up", async () => {
    const named = (idOf: (text: string) => number) => ({"tokenizer.ggml.padding_token_id": uint(idOf("!"))});
    assert.deepEqual(await texts("bpe", [], [["x", "a", "!", "<|over|>"]], named), ["a!"]);
  });
});
