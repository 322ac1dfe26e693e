import {float32, type GgufParts, reassemble, string, takeApart, uint32, valueTypes} from "../faults/ggufParts";

export interface Templates {
  readonly standard?: string;
  readonly toolUse?: string;
}

/** The same GGUF file with other chat templates. */
export function withChatTemplates(bytes: Buffer, {standard, toolUse}: Templates): Buffer {
  const parts = takeApart(bytes);
  const entries = parts.entries.filter(({key}) => !key.toString().startsWith("tokenizer.chat_template"));
  const named = {"tokenizer.chat_template": standard, "tokenizer.chat_template.tool_use": toolUse};
  for (const [key, template] of Object.entries(named))
    if (template !== undefined) entries.push({key: Buffer.from(key), type: valueTypes.string, value: string(template)});
  return reassemble({...parts, entries});
}

/** A vocabulary without weights becomes a model that llama.cpp's server loads: one small layer of zeros. */
export function withWeights(bytes: Buffer): Buffer {
  const {version, entries} = takeApart(bytes);
  // llama.cpp treats some special tokens by the model's name.
  const vocabulary = entries.filter(({key}) => /^(tokenizer\.|general\.name$)/.test(key.toString()));
  const tokens = vocabulary.find(({key}) => key.toString() === "tokenizer.ggml.tokens");
  if (tokens === undefined) throw new Error("This file has no vocabulary.");
  const size = Number(tokens.value.readBigUInt64LE(4));
  const [width, hidden] = [32, 32];
  const numbers = {
    context_length: 4096,
    embedding_length: width,
    block_count: 1,
    feed_forward_length: hidden,
    "attention.head_count": 1,
    "attention.head_count_kv": 1
  };
  const shapes: Readonly<Record<string, readonly number[]>> = {
    "token_embd.weight": [width, size],
    "output_norm.weight": [width],
    "blk.0.attn_norm.weight": [width],
    "blk.0.attn_q.weight": [width, width],
    "blk.0.attn_k.weight": [width, width],
    "blk.0.attn_v.weight": [width, width],
    "blk.0.attn_output.weight": [width, width],
    "blk.0.ffn_norm.weight": [width],
    "blk.0.ffn_gate.weight": [width, hidden],
    "blk.0.ffn_down.weight": [hidden, width],
    "blk.0.ffn_up.weight": [width, hidden]
  };
  let offset = 0;
  const tensors = Object.entries(shapes).map(([name, dimensions]) => {
    const tensor = {name: Buffer.from(name), dimensions: dimensions.map(BigInt), type: 0, offset: BigInt(offset)};
    offset += dimensions.reduce((product, one) => product * one, 4);
    return tensor;
  });
  const head: GgufParts["entries"] = [
    {key: Buffer.from("general.architecture"), type: valueTypes.string, value: string("llama")},
    {
      key: Buffer.from("llama.attention.layer_norm_rms_epsilon"),
      type: valueTypes.float32,
      value: float32(1e-5)
    },
    ...Object.entries(numbers).map(([key, value]) => ({
      key: Buffer.from(`llama.${key}`),
      type: valueTypes.uint32,
      value: uint32(value)
    }))
  ];
  return reassemble({version, entries: [...head, ...vocabulary], tensors, data: Buffer.alloc(offset)});
}
