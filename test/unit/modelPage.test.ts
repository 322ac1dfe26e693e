import {strict as assert} from "node:assert";
import {readFileSync} from "node:fs";
import path from "node:path";
import {exportJson, modelPage, type ReadModel, specialTokens, wholeValue} from "../../src/features/modelInfo/modelPage";
import type {ModelPage} from "../../src/features/modelInfo/protocol";
import {tensorGroupOf, tensorGroups} from "../../src/features/modelInfo/tensorGroups";
import type {ByteSource} from "../../src/gguf/byteSource";
import {modelFacts} from "../../src/gguf/facts";
import {elements} from "../../src/gguf/ggmlTypes";
import {readPossible} from "../../src/gguf/header";
import {isList} from "../../src/gguf/metadata";
import {stringsAt} from "../../src/gguf/stringLists";
import {type GgufValue, ggufFile, type MadeUpTensor, text, texts, uint} from "../harness/ggufFile";
import {root} from "../harness/paths";

const demonstrationModel = readFileSync(path.join(root, "media/models/tokenscope-tiny-q8_0.gguf"));

function sourceOf(bytes: Uint8Array): ByteSource {
  return {size: bytes.length, read: async (offset, length) => bytes.subarray(offset, offset + length)};
}

async function read(bytes: Uint8Array): Promise<ReadModel> {
  const source = sourceOf(bytes);
  const {header, problem} = await readPossible(source);
  const tokens = header.metadata.get("tokenizer.ggml.tokens");
  const ids = specialTokens(header).map(({id}) => id);
  return {
    file: {
      name: "a.gguf",
      location: "/a.gguf",
      bytes: bytes.length,
      parts: 1,
      local: true,
      download: false,
      reveal: null
    },
    problem: problem?.sentence("a.gguf") ?? null,
    facts: modelFacts(header, bytes.length),
    header,
    tensors: header.tensors ?? [],
    tokenTexts: isList(tokens) ? await stringsAt(source, tokens, ids) : new Map()
  };
}

async function pageOf(bytes: Uint8Array): Promise<ModelPage> {
  return modelPage(await read(bytes), "f16");
}

const madeUp = (entries: readonly (readonly [string, GgufValue])[], tensors: readonly MadeUpTensor[] = []) =>
  ggufFile({entries: [["general.architecture", text("llama")], ...entries], tensors});

describe("a tensor's group", () => {
  const groups = {
    embedding: ["token_embd.weight", "token_types.weight", "position_embd.weight", "per_layer_token_embd.weight"],
    attention: [
      "blk.0.attn_q.weight",
      "blk.11.attn_output.bias",
      "blk.3.attn_kv_a_mqa.weight",
      "dec.blk.0.cross_attn_k.weight"
    ],
    feedForward: ["blk.0.ffn_up.weight", "blk.0.ffn_gate.weight", "blk.0.ffn_down.bias", "enc.blk.7.ffn_up.weight"],
    experts: [
      "blk.0.ffn_up_exps.weight",
      "blk.0.ffn_gate_inp.weight",
      "blk.0.ffn_down_shexp.weight",
      "blk.0.ffn_gate.7.weight",
      "blk.1.exp_probs_b.bias"
    ],
    recurrent: ["blk.0.ssm_conv1d.weight", "blk.0.ssm_a", "blk.0.time_mix_key.weight", "blk.2.shortconv.conv.weight"],
    norms: [
      "blk.0.attn_norm.weight",
      "blk.0.ffn_norm.weight",
      "output_norm.weight",
      "token_embd_norm.weight",
      "blk.0.attn_q_norm.weight",
      "blk.1.post_ffw_norm_1.weight"
    ],
    output: ["output.weight", "output.bias", "cls.weight", "cls.output.weight"],
    vision: ["v.blk.0.attn_q.weight", "mm.0.weight", "v.patch_embd.weight"],
    audio: ["a.blk.0.attn_q.weight"],
    other: ["rope_freqs.weight", "something", ""]
  } as const;
  for (const [group, names] of Object.entries(groups))
    it(`is ${group} for ${names[0]} and its like`, () => {
      assert.deepEqual(
        names.map((name) => [name, tensorGroupOf(name)]),
        names.map((name) => [name, group])
      );
    });

  it("sums up what its tensors are stored as, the type with the most bytes first", () => {
    const [attention, ...others] = tensorGroups([
      {name: "blk.0.attn_q.weight", type: "Q4_K", dimensions: [256, 256], bytes: 36_864},
      {name: "blk.0.attn_v.weight", type: "Q6_K", dimensions: [256, 512], bytes: 107_520},
      {name: "blk.1.attn_q.weight", type: "Q4_K", dimensions: [256, 256], bytes: 36_864}
    ]);
    assert.deepEqual(others, []);
    assert.deepEqual(attention, {
      name: "attention",
      types: [
        {type: "Q6_K", tensors: 1},
        {type: "Q4_K", tensors: 2}
      ],
      tensors: 3,
      parameters: 262_144,
      bytes: 181_248
    });
  });

  it("has no size where one of its types is unknown", () => {
    const [group] = tensorGroups([
      {name: "output.weight", type: "Q8_0", dimensions: [32], bytes: 34},
      {name: "output.bias", type: "99", dimensions: [32], bytes: null}
    ]);
    assert.equal(group?.bytes, null);
    assert.equal(group?.parameters, 64);
  });
});

describe("the page of the demonstration model", () => {
  let page: ModelPage;
  before(async () => {
    page = await pageOf(demonstrationModel);
  });

  it("has its facts, and no problem", () => {
    assert.equal(page.problem, null);
    assert.equal(page.facts?.name, "Tokenscope Tiny Coder");
    assert.equal(page.facts?.layers, 4);
    assert.deepEqual(page.details?.rope, {
      dimensions: 64,
      base: 10_000,
      scaling: null,
      factor: null,
      originalContext: null
    });
    assert.deepEqual(page.details?.vocabulary, {
      model: "gpt2",
      preTokenizer: "qwen2",
      addsBos: true,
      addsEos: null
    });
  });

  it("has groups that make up all of its tensors", () => {
    const sum = (of: (group: ModelPage["groups"][number]) => number) =>
      page.groups.reduce((all, one) => all + of(one), 0);
    assert.equal(
      sum(({tensors}) => tensors),
      38
    );
    assert.equal(
      sum(({parameters}) => parameters),
      page.facts?.parameters
    );
    assert.equal(
      sum(({bytes}) => bytes ?? Number.NaN),
      page.facts?.tensorBytes
    );
    const types = Object.fromEntries(page.groups.map(({name, types}) => [name, types.map(({type}) => type)]));
    assert.deepEqual(types["norms"], ["F32"]);
    assert.deepEqual(types["attention"], ["Q8_0"]);
    assert.ok(!("other" in types), "every tensor is known");
  });

  it("has the texts of its special tokens, far down in the vocabulary", () => {
    assert.deepEqual(page.details?.specialTokens, [
      {role: "bos", id: 8185, text: "<|endoftext|>"},
      {role: "eos", id: 8185, text: "<|endoftext|>"},
      {role: "padding", id: 8189, text: "<|fim_pad|>"}
    ]);
    assert.deepEqual(
      page.details?.infillTokens.map(({role, text}) => [role, text]),
      [
        ["fim_pre", "<|fim_prefix|>"],
        ["fim_suf", "<|fim_suffix|>"],
        ["fim_mid", "<|fim_middle|>"],
        ["fim_pad", "<|fim_pad|>"],
        ["fim_rep", "<|repo_name|>"],
        ["fim_sep", "<|file_sep|>"]
      ]
    );
  });

  it("foretells more memory for a longer context, up to the trained one", () => {
    assert.deepEqual(
      page.memory.map(({contextSize}) => contextSize),
      [256, 512, 1024]
    );
    const caches = page.memory.map(({kvCache}) => kvCache);
    assert.deepEqual(
      caches,
      [...caches].sort((a, b) => a - b)
    );
    assert.ok(page.memory.every(({weights}) => weights === page.facts?.tensorBytes));
  });

  it("foretells less memory with smaller keys and values, and names their type", async () => {
    const small = modelPage(await read(demonstrationModel), "q8_0");
    assert.deepEqual([page.kvCache, small.kvCache], ["f16", "q8_0"]);
    assert.deepEqual(
      small.memory.map(({kvCache}) => kvCache),
      page.memory.map(({kvCache}) => (kvCache * 17) / 32)
    );
  });

  it("lists all metadata, lists by their first values", () => {
    assert.equal(page.metadata.total, 30);
    const row = (key: string) => page.metadata.rows.find((one) => one.key === key);
    const tokens = row("tokenizer.ggml.tokens");
    assert.equal(tokens?.itemType, "string");
    assert.equal(tokens?.length, 8192);
    assert.equal(tokens?.value.length, 8);
    assert.ok(tokens?.cut);
    // As the file's author wrote it: a float32 has 7 significant digits.
    assert.equal(row("llama.attention.layer_norm_rms_epsilon")?.value, "0.00001");
    assert.equal(row("llama.context_length")?.value, "1024");
    assert.equal(row("tokenizer.ggml.add_bos_token")?.value, "true");
  });

  it("is JSON with all that is known", async () => {
    const model = await read(demonstrationModel);
    const json = JSON.parse([...exportJson(modelPage(model, "q8_0"), model)].join(""));
    assert.equal(json.facts.architecture, "llama");
    assert.equal(json.tensors.length, 38);
    assert.equal(json.metadata["llama.block_count"], 4);
    assert.equal(json.metadata["tokenizer.ggml.tokens"].length, 8192);
    assert.equal(json.tensorGroups.length, page.groups.length);
    assert.equal(json.memory.length, 3);
  });
});

describe("the page of a strange file", () => {
  it("gives what stands before the damage, and says that there is some", async () => {
    const {facts, groups, problem, metadata, tensors} = await pageOf(demonstrationModel.subarray(0, 60_000));
    assert.match(problem ?? "", /incomplete or damaged/);
    assert.equal(facts?.name, "Tokenscope Tiny Coder");
    assert.ok(metadata.total >= 15, `${metadata.total} entries`);
    assert.equal(tensors.total, 0);
    assert.deepEqual(groups, []);
  });

  it("gives the beginning of a long value, and all of it when asked for", async () => {
    const long = "äx".repeat(1000);
    const file = madeUp([["long", text(long)]]);
    const {metadata} = await pageOf(file);
    const row = metadata.rows[1];
    assert.ok(typeof row?.value === "string" && row.value.length === 300);
    assert.deepEqual([row.cut, row.length], [true, 3000]);
    const {header} = await read(file);
    assert.ok(header);
    assert.deepEqual(wholeValue(header, "long"), {text: long, cut: false});
    assert.equal(wholeValue(header, "none"), null);
  });

  it("keeps of a text of 10 MB what a person may want to see", async () => {
    const file = madeUp([["huge", text("x".repeat(10_000_000))]]);
    const {header} = await read(file);
    assert.ok(header);
    const value = wholeValue(header, "huge");
    assert.ok(value?.cut && value.text.length < 100_000);
    const {metadata} = await pageOf(file);
    assert.equal(metadata.rows[1]?.length, 10_000_000);
    assert.ok(JSON.stringify(metadata).length < 2000);
  });

  it("gives the view no more of tables and templates than a message may have", async () => {
    const key = (kind: string, i: number): string => kind + "x".repeat(900) + i;
    const file = madeUp(
      [
        ...Array.from({length: 1000}, (_, i) => [key("k", i), text("\u0001".repeat(300))] as const),
        ...Array.from({length: 20}, (_, i) => [`tokenizer.chat_template.${i}`, text("\u0001".repeat(60_000))] as const)
      ],
      Array.from({length: 2000}, (_, i) => ({name: key("t", i), dimensions: [1]}))
    );
    const {metadata, tensors, groups, details, problem} = await pageOf(file);
    assert.equal(problem, null);
    assert.ok(metadata.rows.length > 100 && metadata.rows.length < metadata.total, `${metadata.rows.length}`);
    assert.ok(tensors.rows.length > 100 && tensors.rows.length < tensors.total, `${tensors.rows.length}`);
    assert.deepEqual([metadata.total, tensors.total, groups[0]?.tensors], [1021, 2000, 2000]);
    assert.equal(details?.chatTemplates.length, 8);
    const characters = JSON.stringify([metadata, tensors]).replaceAll("\\u0001", "x").length;
    assert.ok(characters < 1_500_000, `${characters}`);
  });

  it("cuts no character in half", async () => {
    const {metadata} = await pageOf(madeUp([["long", text(`x${"😀".repeat(1000)}`)]]));
    assert.ok(String(metadata.rows[1]?.value).isWellFormed());
  });

  it("says where a special token is not in the vocabulary", async () => {
    const entries = [
      ["tokenizer.ggml.tokens", texts(["a", "b"])],
      ["tokenizer.ggml.bos_token_id", uint(1)],
      ["tokenizer.ggml.eos_token_id", uint(7)],
      ["tokenizer.ggml.eot_token_id", text("none")]
    ] as const;
    const {details} = await pageOf(madeUp(entries));
    assert.deepEqual(details?.specialTokens, [
      {role: "bos", id: 1, text: "b"},
      {role: "eos", id: 7, text: null}
    ]);
  });

  it("finds chat templates by name, and only texts", async () => {
    const entries = [
      ["tokenizer.chat_template", text("{{ x }}\n")],
      ["tokenizer.chat_template.tool_use", text("{{ tools }}")],
      ["tokenizer.chat_template.number", uint(3)]
    ] as const;
    const {details} = await pageOf(madeUp(entries));
    assert.deepEqual(
      details?.chatTemplates.map(({name, text}) => [name, text]),
      [
        ["", "{{ x }}\n"],
        ["tool_use", "{{ tools }}"]
      ]
    );
  });

  it("lists lists as lines of JSON", async () => {
    const {header} = await read(madeUp([["list", texts(["a", "b\nc", '"'])]]));
    assert.ok(header);
    assert.deepEqual(wholeValue(header, "list"), {text: '"a"\n"b\\nc"\n"\\""', cut: false});
  });

  it("names a type that nobody knows by its number", async () => {
    const {tensors, groups} = await pageOf(madeUp([], [{name: "output.weight", dimensions: [32, 2], type: 999}]));
    assert.deepEqual(tensors.rows, [{name: "output.weight", type: "999", dimensions: [32, 2], bytes: null}]);
    assert.equal(groups[0]?.bytes, null);
  });

  it("counts a tensor without dimensions as one number", () => assert.equal(elements([]), 1));
});
