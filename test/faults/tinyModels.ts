import {type GgufValue, ggufFile, type MadeUpTensor, text, texts, uint} from "../harness/ggufFile";
import {type GgufParts, reassemble, takeApart, uint32, valueTypes} from "./ggufParts";
import type {Random} from "./random";

/** Sizes of tiny models, so small that several per second can be written, loaded and used. */
const [embedding, heads, headLength, feedForward, layers, context] = [64, 2, 32, 96, 2, 256];
/** Sizes of models for texts that are longer than the sliding window. */
const longContext = 1024;

const f32 = 0;

const float = (value: number): GgufValue => ({type: "float32", value});

const int = (value: number): GgufValue => ({type: "int32", value});

/** The 256 byte tokens of a SentencePiece vocabulary, after its three special tokens. */
function sentencePieces(): [string, GgufValue][] {
  const bytes = Array.from({length: 256}, (_, byte) => `<0x${byte.toString(16).toUpperCase().padStart(2, "0")}>`);
  const words = ["▁", "▁a", "▁const", "on", "st", "const", "e", "t", "▁=", ";", "ab", "▁some", "▁text"];
  const tokens = ["<unk>", "<s>", "</s>", ...bytes, ...words];
  return [
    ["tokenizer.ggml.model", text("llama")],
    ["tokenizer.ggml.tokens", texts(tokens)],
    ["tokenizer.ggml.scores", {type: "array", of: "float32", values: tokens.map((_, id) => float(-id))}],
    ["tokenizer.ggml.token_type", types(tokens.map((_, id) => (id === 0 ? 2 : id < 3 ? 3 : id < 259 ? 6 : 1)))],
    ["tokenizer.ggml.bos_token_id", uint(1)],
    ["tokenizer.ggml.eos_token_id", uint(2)],
    ["tokenizer.ggml.add_bos_token", {type: "bool", value: true}]
  ];
}

/** The GPT-2 alphabet of bytes and a few merges of them. */
function bytePairs(): [string, GgufValue][] {
  const printable = Array.from({length: 0x7e - 0x20}, (_, i) => String.fromCodePoint(0x21 + i));
  const others = Array.from({length: 324 - 0x100}, (_, i) => String.fromCodePoint(0x100 + i));
  const merges = ["c o", "n s", "co ns", "cons t", "Ġ =", "e x", "t ex"];
  const tokens = [...printable, ...others, ...merges.map((merge) => merge.replace(" ", "")), "<|endoftext|>"];
  return [
    ["tokenizer.ggml.model", text("gpt2")],
    ["tokenizer.ggml.pre", text("gpt-2")],
    ["tokenizer.ggml.tokens", texts(tokens)],
    ["tokenizer.ggml.token_type", types(tokens.map((_, id) => (id === tokens.length - 1 ? 3 : 1)))],
    ["tokenizer.ggml.merges", texts(merges)],
    ["tokenizer.ggml.eos_token_id", uint(tokens.length - 1)]
  ];
}

function types(values: readonly number[]): GgufValue {
  return {type: "array", of: "int32", values: values.map(int)};
}

/** Models of the most common kinds with random weights. Their output means nothing, but they run. */
export const tinyModels: Readonly<Record<string, (random: Random) => Buffer>> = {
  llama: (random) => model("llama", sentencePieces(), random, [], attention),
  mixture: (random) =>
    model(
      "llama",
      sentencePieces(),
      random,
      [
        ["expert_count", uint(4)],
        ["expert_used_count", uint(2)]
      ],
      (layer, add) => attention(layer, add, "experts")
    ),
  qwen: (random) => model("qwen2", bytePairs(), random, [], (layer, add) => attention(layer, add, "biases")),
  gemma: (random) =>
    model(
      "gemma2",
      sentencePieces(),
      random,
      [
        ["attention.key_length", uint(headLength)],
        ["attention.value_length", uint(headLength)],
        ["attention.sliding_window", uint(64)],
        ["attn_logit_softcapping", float(50)],
        ["final_logit_softcapping", float(30)]
      ],
      (layer, add) => attention(layer, add, "gemma")
    ),
  gemma3: (random) =>
    model(
      "gemma3",
      sentencePieces(),
      random,
      [
        ["attention.key_length", uint(headLength)],
        ["attention.value_length", uint(headLength)],
        ["attention.sliding_window", uint(96)]
      ],
      (layer, add) => attention(layer, add, "gemma3"),
      [],
      longContext
    ),
  phi: (random) =>
    model(
      "phi3",
      sentencePieces(),
      random,
      [["rope.scaling.original_context_length", uint(512)]],
      (layer, add) => {
        add(`blk.${layer}.attn_norm.weight`, [embedding]);
        add(`blk.${layer}.attn_qkv.weight`, [embedding, 3 * embedding]);
        add(`blk.${layer}.attn_output.weight`, [embedding, embedding]);
        add(`blk.${layer}.ffn_norm.weight`, [embedding]);
        add(`blk.${layer}.ffn_up.weight`, [embedding, 2 * feedForward]);
        add(`blk.${layer}.ffn_down.weight`, [feedForward, embedding]);
      },
      [
        ["output.weight", [embedding, 272]],
        ["rope_factors_long.weight", [headLength / 2]],
        ["rope_factors_short.weight", [headLength / 2]]
      ],
      longContext
    ),
  cogvlm: (random) =>
    model(
      "cogvlm",
      sentencePieces(),
      random,
      [],
      (layer, add) => {
        add(`blk.${layer}.attn_norm.weight`, [embedding]);
        add(`blk.${layer}.ffn_norm.weight`, [embedding]);
        // It has one set of weights for texts, and one for pictures.
        for (const prefix of ["", "vis_"]) {
          add(`blk.${layer}.${prefix}attn_qkv.weight`, [embedding, 3 * embedding]);
          add(`blk.${layer}.${prefix}attn_output.weight`, [embedding, embedding]);
        }
        for (const prefix of ["ffn_", "vis_"]) {
          add(`blk.${layer}.${prefix}gate.weight`, [embedding, feedForward]);
          add(`blk.${layer}.${prefix}up.weight`, [embedding, feedForward]);
          add(`blk.${layer}.${prefix}down.weight`, [feedForward, embedding]);
        }
      },
      [],
      longContext
    ),
  hybrid: (random) =>
    model(
      "lfm2",
      bytePairs(),
      random,
      [
        ["attention.head_count_kv", {type: "array", of: "int32", values: [0, heads].map(int)}],
        ["shortconv.l_cache", uint(3)]
      ],
      (layer, add) => {
        add(`blk.${layer}.attn_norm.weight`, [embedding]);
        add(`blk.${layer}.ffn_norm.weight`, [embedding]);
        add(`blk.${layer}.ffn_gate.weight`, [embedding, feedForward]);
        add(`blk.${layer}.ffn_up.weight`, [embedding, feedForward]);
        add(`blk.${layer}.ffn_down.weight`, [feedForward, embedding]);
        if (layer === 0) {
          add(`blk.${layer}.shortconv.conv.weight`, [3, embedding]);
          add(`blk.${layer}.shortconv.in_proj.weight`, [embedding, 3 * embedding]);
          add(`blk.${layer}.shortconv.out_proj.weight`, [embedding, embedding]);
        } else {
          for (const name of ["attn_q", "attn_k", "attn_v", "attn_output"])
            add(`blk.${layer}.${name}.weight`, [embedding, embedding]);
          for (const name of ["attn_q_norm", "attn_k_norm"]) add(`blk.${layer}.${name}.weight`, [headLength]);
        }
      },
      [["token_embd_norm.weight", [embedding]]],
      longContext
    ),
  gpt: (random) =>
    model(
      "gpt2",
      bytePairs(),
      random,
      [["attention.layer_norm_epsilon", float(1e-5)]],
      (layer, add) => {
        for (const norm of ["attn_norm", "ffn_norm"]) {
          add(`blk.${layer}.${norm}.weight`, [embedding]);
          add(`blk.${layer}.${norm}.bias`, [embedding]);
        }
        for (const [name, from, to] of [
          ["attn_qkv", embedding, 3 * embedding],
          ["attn_output", embedding, embedding],
          ["ffn_up", embedding, feedForward],
          ["ffn_down", feedForward, embedding]
        ] as const) {
          add(`blk.${layer}.${name}.weight`, [from, to]);
          add(`blk.${layer}.${name}.bias`, [to]);
        }
      },
      [
        ["position_embd.weight", [embedding, context]],
        ["output_norm.bias", [embedding]]
      ]
    ),
  mamba: (random) =>
    model(
      "mamba",
      bytePairs(),
      random,
      [
        ["ssm.conv_kernel", uint(4)],
        ["ssm.inner_size", uint(2 * embedding)],
        ["ssm.state_size", uint(16)],
        ["ssm.time_step_rank", uint(4)]
      ],
      (layer, add) => {
        const inner = 2 * embedding;
        add(`blk.${layer}.attn_norm.weight`, [embedding]);
        add(`blk.${layer}.ssm_in.weight`, [embedding, 2 * inner]);
        add(`blk.${layer}.ssm_conv1d.weight`, [4, inner]);
        add(`blk.${layer}.ssm_conv1d.bias`, [inner]);
        add(`blk.${layer}.ssm_x.weight`, [inner, 4 + 2 * 16]);
        add(`blk.${layer}.ssm_dt.weight`, [4, inner]);
        add(`blk.${layer}.ssm_dt.bias`, [inner]);
        add(`blk.${layer}.ssm_a`, [16, inner]);
        add(`blk.${layer}.ssm_d`, [inner]);
        add(`blk.${layer}.ssm_out.weight`, [inner, embedding]);
      },
      [],
      longContext
    )
};

type AttentionKind = "plain" | "biases" | "experts" | "gemma" | "gemma3";

type Add = (name: string, dimensions: readonly number[]) => void;

function attention(layer: number, add: Add, kind: AttentionKind = "plain"): void {
  const block = (name: string, ...dimensions: number[]): void => add(`blk.${layer}.${name}`, dimensions);
  block("attn_norm.weight", embedding);
  block("ffn_norm.weight", embedding);
  for (const name of ["attn_q", "attn_k", "attn_v"]) {
    block(`${name}.weight`, embedding, heads * headLength);
    if (kind === "biases") block(`${name}.bias`, heads * headLength);
  }
  block("attn_output.weight", heads * headLength, embedding);
  if (kind.startsWith("gemma"))
    for (const name of ["post_attention_norm", "post_ffw_norm"]) block(`${name}.weight`, embedding);
  if (kind === "gemma3") for (const name of ["attn_q_norm", "attn_k_norm"]) block(`${name}.weight`, headLength);
  const experts = kind === "experts" ? [4] : [];
  const suffix = kind === "experts" ? "_exps" : "";
  if (kind === "experts") block("ffn_gate_inp.weight", embedding, 4);
  block(`ffn_gate${suffix}.weight`, embedding, feedForward, ...experts);
  block(`ffn_up${suffix}.weight`, embedding, feedForward, ...experts);
  block(`ffn_down${suffix}.weight`, feedForward, embedding, ...experts);
}

function model(
  architecture: string,
  vocabulary: readonly (readonly [string, GgufValue])[],
  random: Random,
  own: readonly (readonly [string, GgufValue])[],
  layer: (layer: number, add: Add) => void,
  more: readonly (readonly [string, readonly number[]])[] = [],
  length = context
): Buffer {
  const tokens = vocabulary.find(([key]) => key === "tokenizer.ggml.tokens")?.[1];
  const size = tokens?.type === "array" ? tokens.values.length : 0;
  const tensors: MadeUpTensor[] = [];
  let bytes = 0;
  const add: Add = (name, dimensions) => {
    tensors.push({name, dimensions, type: f32, offset: bytes});
    const taken = 4 * dimensions.reduce((product, length) => product * length, 1);
    bytes += Math.ceil(taken / 32) * 32;
  };
  add("token_embd.weight", [embedding, size]);
  // LFM2 uses another name for it.
  if (!more.some(([name]) => name === "token_embd_norm.weight")) add("output_norm.weight", [embedding]);
  for (const [name, dimensions] of more) add(name, dimensions);
  for (let i = 0; i < layers; i++) layer(i, add);
  const header = ggufFile({
    entries: [
      ["general.architecture", text(architecture)],
      // If the name contains phi3, llama.cpp looks for more tokens.
      ["general.name", text(`Tiny ${architecture.replace("phi3", "phi")}`)],
      [`${architecture}.context_length`, uint(length)],
      [`${architecture}.embedding_length`, uint(embedding)],
      [`${architecture}.block_count`, uint(layers)],
      [`${architecture}.feed_forward_length`, uint(architecture === "mamba" ? 0 : feedForward)],
      [`${architecture}.attention.head_count`, uint(architecture === "mamba" ? 0 : heads)],
      [`${architecture}.attention.layer_norm_rms_epsilon`, float(1e-5)],
      ...own.map(([key, value]) => [`${architecture}.${key}`, value] as const),
      ...vocabulary
    ],
    tensors
  });
  const data = Buffer.alloc(bytes);
  for (let at = 0; at < bytes; at += 4) data.writeFloatLE(random.fraction() - 0.5, at);
  // Else the state would grow with each token, and soon be infinite.
  for (const {offset = 0, dimensions} of tensors.filter(({name}) => name.endsWith(".ssm_a")))
    for (let i = 0; i < dimensions.reduce((product, length) => product * length, 1); i++)
      data.writeFloatLE(-Math.abs(data.readFloatLE(offset + 4 * i)) - 0.1, offset + 4 * i);
  return Buffer.concat([header, data]);
}

/** Splits a model like `llama-gguf-split`: all metadata goes to the first file, tensors go to all. */
export function split(whole: Buffer, parts: number): readonly GgufParts[] {
  const {entries, tensors, data, version} = takeApart(whole);
  const short = (value: number): Buffer => uint32(value).subarray(0, 2);
  return Array.from({length: parts}, (_, part) => {
    const own = tensors.filter((_, i) => i % parts === part);
    const pieces: Buffer[] = [];
    let bytes = 0;
    const moved = own.map((tensor) => {
      const from = Number(tensor.offset);
      const next = tensors.map(({offset}) => Number(offset)).filter((offset) => offset > from);
      const piece = data.subarray(from, Math.min(data.length, ...next));
      pieces.push(piece);
      bytes += piece.length;
      return {...tensor, offset: BigInt(bytes - piece.length)};
    });
    return {
      version,
      entries: [
        ...(part === 0 ? entries : []),
        {key: Buffer.from("split.no"), type: 2, value: short(part)},
        {key: Buffer.from("split.count"), type: 2, value: short(parts)},
        {key: Buffer.from("split.tensors.count"), type: valueTypes.int32, value: uint32(tensors.length)}
      ],
      tensors: moved,
      data: Buffer.concat(pieces)
    };
  });
}

export function splitFiles(parts: readonly GgufParts[]): readonly Buffer[] {
  return parts.map(reassemble);
}
