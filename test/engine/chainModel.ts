import {type GgufValue, ggufFile, type MadeUpTensor, text, texts, uint} from "../harness/ggufFile";

/** Token types of a GGUF (llama.h, llama_token_type). */
export const tokenTypes = {normal: 1, unknown: 2, control: 3, userDefined: 4, byte: 6} as const;

export interface Added {
  readonly text: string;
  readonly type: number;
}

/** Length of an embedding, large enough that those of a small vocabulary are nearly orthogonal. */
const embedding = 128;

/**
 * A model that only knows some sequences of tokens. After each token it is nearly certain of the next, whatever came
 * before, and it repeats the last one. Its layers do nothing: a token's embedding goes straight to the output, where it
 * selects the next token. Sequences share no tokens except their ends.
 *
 * @param vocabulary Its kind: SentencePiece or byte pairs, with all characters of ASCII. @param added Its further
 * tokens.
 * @param chains The texts of the tokens, as they are written in the vocabulary; a character stands for its own token.
 * @param keys Further keys, or other values for those that there are.
 */
export function chainModel(
  vocabulary: "spm" | "bpe",
  added: readonly Added[],
  chains: readonly (readonly string[])[],
  keys: (idOf: (text: string) => number) => Readonly<Record<string, GgufValue>> = () => ({})
): Buffer {
  const tokens = [...(vocabulary === "spm" ? pieces() : characters()), ...added];
  const idOf = (written: string): number => {
    const byte = `<0x${written.charCodeAt(0).toString(16).toUpperCase()}>`;
    const id = tokens.findIndex(
      (token) => token.text === (vocabulary === "spm" && written.length === 1 ? byte : written)
    );
    if (id === -1) throw new RangeError(`no token ${written}`);
    return id;
  };
  const followers = new Map<number, number>();
  for (const ids of chains.map((chain) => chain.map(idOf)))
    for (const [at, id] of ids.entries()) followers.set(id, ids[at + 1] ?? id);
  const embeddings = Array.from({length: tokens.length}, (_, id) => signs(id));
  const rows: Float32Array[] = embeddings.map(() => new Float32Array(embedding));
  for (const [id, follower] of followers) {
    const next = rows[follower] as Float32Array;
    for (const [i, value] of (embeddings[id] as Float32Array).entries()) next[i] = (next[i] as number) + value;
  }
  const values = new Map([
    ["token_embd.weight", embeddings],
    ["output.weight", rows],
    ["output_norm.weight", [new Float32Array(embedding).fill(1)]]
  ]);
  const tensors: MadeUpTensor[] = [];
  const data: Buffer[] = [];
  let bytes = 0;
  const add = (name: string, ...dimensions: number[]): void => {
    const count = dimensions.reduce((product, length) => product * length, 1);
    const buffer = Buffer.alloc(Math.ceil((4 * count) / 32) * 32);
    for (const [at, value] of (values.get(name) ?? []).flatMap((row) => [...row]).entries())
      buffer.writeFloatLE(value, 4 * at);
    tensors.push({name, dimensions, offset: bytes});
    data.push(buffer);
    bytes += buffer.length;
  };
  add("token_embd.weight", embedding, tokens.length);
  add("output.weight", embedding, tokens.length);
  add("position_embd.weight", embedding, 256);
  for (const name of ["output_norm", "blk.0.attn_norm", "blk.0.ffn_norm"]) {
    add(`${name}.weight`, embedding);
    add(`${name}.bias`, embedding);
  }
  for (const [name, from, to] of [
    ["attn_qkv", embedding, 3 * embedding],
    ["attn_output", embedding, embedding],
    ["ffn_up", embedding, embedding],
    ["ffn_down", embedding, embedding]
  ] as const) {
    add(`blk.0.${name}.weight`, from, to);
    add(`blk.0.${name}.bias`, to);
  }
  const entries = {
    "general.architecture": text("gpt2"),
    "gpt2.context_length": uint(256),
    "gpt2.embedding_length": uint(embedding),
    "gpt2.block_count": uint(1),
    "gpt2.feed_forward_length": uint(embedding),
    "gpt2.attention.head_count": uint(2),
    "gpt2.attention.layer_norm_epsilon": {type: "float32", value: 1e-5},
    "tokenizer.ggml.model": text(vocabulary === "spm" ? "llama" : "gpt2"),
    "tokenizer.ggml.pre": text(vocabulary === "spm" ? "default" : "gpt-2"),
    "tokenizer.ggml.tokens": texts(tokens.map((token) => token.text)),
    "tokenizer.ggml.scores": {
      type: "array",
      of: "float32",
      values: tokens.map((_, id): GgufValue => ({type: "float32", value: -id}))
    },
    "tokenizer.ggml.token_type": {
      type: "array",
      of: "int32",
      values: tokens.map(({type}): GgufValue => ({type: "int32", value: type}))
    },
    "tokenizer.ggml.merges": texts(["a a"]),
    "tokenizer.ggml.bos_token_id": uint(1),
    "tokenizer.ggml.eos_token_id": uint(2),
    ...keys(idOf)
  } satisfies Readonly<Record<string, GgufValue>>;
  return Buffer.concat([ggufFile({entries: Object.entries(entries), tensors}), ...data]);
}

const specials = [
  {text: "<|nothing|>", type: tokenTypes.unknown},
  {text: "<|begin|>", type: tokenTypes.control},
  {text: "<|over|>", type: tokenTypes.control}
];

function pieces(): Added[] {
  const hex = (byte: number): string => byte.toString(16).toUpperCase().padStart(2, "0");
  const bytes = Array.from({length: 256}, (_, byte) => ({text: `<0x${hex(byte)}>`, type: tokenTypes.byte}));
  return [...specials, ...bytes, {text: "▁", type: tokenTypes.normal}];
}

/** The part of GPT-2's byte alphabet that the tests need, and the one merge that the file must have. */
function characters(): Added[] {
  const printable = Array.from({length: 0x7e - 0x20}, (_, i) => String.fromCodePoint(0x21 + i));
  return [...specials, ...[...printable, "Ġ", "Ċ", "aa"].map((one) => ({text: one, type: tokenTypes.normal}))];
}

/**
 * A token's embedding, the same on every machine. It has as many positive as negative signs, so that a norm does not
 * change it.
 */
function signs(id: number): Float32Array {
  let state = id + 1;
  const order = Array.from({length: embedding}, (_, i) => {
    state = (Math.imul(state ^ (state >>> 15), 0x2c1b3c6d) + 0x6d2b79f5) | 0;
    return {i, state};
  }).sort((one, other) => one.state - other.state);
  const values = new Float32Array(embedding);
  for (const [rank, {i}] of order.entries()) values[i] = rank % 2 === 0 ? 1 : -1;
  return values;
}
