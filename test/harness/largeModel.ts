import {open} from "node:fs/promises";
import {type GgufValue, ggufFile, type MadeUpTensor, text, texts, uint} from "./ggufFile";

const [f32, q4K, q6K] = [0, 12, 14];
const layers = 48;

/** Size of the file in bytes, as of a real model of this kind. */
const fileBytes = 20e9;

/**
 * Writes the header of a model of 30 billion parameters, as large as a real one (a vocabulary of 151,936 tokens and its
 * merges, a chat template, 579 tensors), and 20 GB of zeros as a sparse file. Returns the size of the header in bytes.
 */
export async function writeLargeModel(file: string): Promise<number> {
  const header = ggufFile({entries: entries(), tensors: tensors()});
  const handle = await open(file, "w");
  try {
    await handle.writeFile(header);
    await handle.truncate(fileBytes);
  } finally {
    await handle.close();
  }
  return header.length;
}

function entries(): [string, GgufValue][] {
  const tokens = Array.from({length: 151_936}, (_, id) => `Ġtoken${id}`);
  tokens[151_643] = "<|endoftext|>";
  tokens[151_645] = "<|im_end|>";
  tokens[151_659] = "<|fim_prefix|>";
  tokens[151_660] = "<|fim_middle|>";
  tokens[151_661] = "<|fim_suffix|>";
  return [
    ["general.architecture", text("qwen3moe")],
    ["general.name", text("Large Coder 30B A3B")],
    ["general.license", text("apache-2.0")],
    ["general.file_type", uint(15)],
    ["qwen3moe.block_count", uint(layers)],
    ["qwen3moe.context_length", uint(262_144)],
    ["qwen3moe.embedding_length", uint(2048)],
    ["qwen3moe.feed_forward_length", uint(6144)],
    ["qwen3moe.attention.head_count", uint(32)],
    ["qwen3moe.attention.head_count_kv", uint(4)],
    ["qwen3moe.attention.key_length", uint(128)],
    ["qwen3moe.attention.value_length", uint(128)],
    ["qwen3moe.rope.freq_base", {type: "float32", value: 1e7}],
    ["qwen3moe.attention.layer_norm_rms_epsilon", {type: "float32", value: 1e-6}],
    ["qwen3moe.expert_count", uint(128)],
    ["qwen3moe.expert_used_count", uint(8)],
    ["tokenizer.ggml.model", text("gpt2")],
    ["tokenizer.ggml.pre", text("qwen2")],
    ["tokenizer.ggml.tokens", texts(tokens)],
    ["tokenizer.ggml.merges", texts(Array.from({length: 151_387}, (_, rank) => `Ġtok en${rank}`))],
    ["tokenizer.ggml.eos_token_id", uint(151_645)],
    ["tokenizer.ggml.padding_token_id", uint(151_643)],
    ["tokenizer.ggml.fim_pre_token_id", uint(151_659)],
    ["tokenizer.ggml.fim_suf_token_id", uint(151_661)],
    ["tokenizer.ggml.fim_mid_token_id", uint(151_660)],
    ["tokenizer.ggml.add_bos_token", {type: "bool", value: false}],
    [
      "tokenizer.chat_template",
      text("{%- for message in messages %}\n  {{- message.content }}\n{%- endfor %}\n".repeat(60))
    ]
  ];
}

function tensors(): MadeUpTensor[] {
  const all: MadeUpTensor[] = [
    {name: "token_embd.weight", dimensions: [2048, 151_936], type: q4K},
    {name: "output.weight", dimensions: [2048, 151_936], type: q6K},
    {name: "output_norm.weight", dimensions: [2048], type: f32}
  ];
  for (let layer = 0; layer < layers; layer++) {
    const block = (name: string, dimensions: number[], type: number): number =>
      all.push({name: `blk.${layer}.${name}.weight`, dimensions, type});
    block("attn_norm", [2048], f32);
    block("attn_q", [2048, 4096], q4K);
    block("attn_k", [2048, 512], q4K);
    block("attn_v", [2048, 512], layer % 2 === 0 ? q6K : q4K);
    block("attn_output", [4096, 2048], q4K);
    block("attn_q_norm", [128], f32);
    block("attn_k_norm", [128], f32);
    block("ffn_norm", [2048], f32);
    block("ffn_gate_inp", [2048, 128], f32);
    block("ffn_gate_exps", [2048, 768, 128], q4K);
    block("ffn_up_exps", [2048, 768, 128], q4K);
    block("ffn_down_exps", [768, 2048, 128], layer % 2 === 0 ? q6K : q4K);
  }
  return all;
}
