import {elements} from "../../gguf/ggmlTypes";
import type {TensorGroup, TensorGroupName, TensorRow} from "./protocol";

/** Patterns of tensor names, of which the first match counts; names as in llama.cpp's llama-arch.cpp and clip-impl.h. */
const patterns: readonly (readonly [TensorGroupName, RegExp])[] = [
  ["vision", /^(v|mm|resampler|model\.vision)\.|\.vis_/],
  ["audio", /^a\./],
  ["norms", /(^|[._])norm(_|\.|\d|$)|(^|[._])(enorm|hnorm|ln\d?|time_mix_ln)\.|_norm\./],
  ["output", /^(output|cls|dense_\d+)(\.|_)|\.shared_head_head\./],
  ["embedding", /(^|\.)(token_embd|token_types|position_embd|per_layer_token_embd|embed_tokens)\b/],
  [
    "experts",
    /_(ch|sh)?exps?\.|\.ffn_(gate|up|down)\.\d+\.|\.ffn_gate_(inp|tid2eid)|\.exp_probs_b|\.ffn_(latent|routed)_/
  ],
  ["recurrent", /\.(ssm|time_mix|channel_mix|shortconv)[._]/],
  ["attention", /\.(cross_)?attn_|\.indexer[._]/],
  ["feedForward", /\.ffn[._]/]
];

/** Maximum characters of a name that are matched. llama.cpp accepts names of up to 63 bytes. */
const maxNameLength = 128;

/** In the order of the page, which is a token's way through the model. */
const order: readonly TensorGroupName[] = [
  ...(["embedding", "attention", "feedForward", "experts", "recurrent"] as const),
  ...(["norms", "output", "vision", "audio", "other"] as const)
];

export function tensorGroupOf(name: string): TensorGroupName {
  const beginning = name.slice(0, maxNameLength);
  return patterns.find(([, pattern]) => pattern.test(beginning))?.[0] ?? "other";
}

/** Tensors by what they are for, with the types in each group. Empty groups are left out. */
export function tensorGroups(tensors: readonly TensorRow[]): TensorGroup[] {
  const members = new Map<TensorGroupName, TensorRow[]>();
  for (const tensor of tensors) {
    const name = tensorGroupOf(tensor.name);
    const group = members.get(name);
    if (group === undefined) members.set(name, [tensor]);
    else group.push(tensor);
  }
  return order.flatMap((name) => {
    const group = members.get(name);
    return group === undefined ? [] : [groupOf(name, group)];
  });
}

function groupOf(name: TensorGroupName, tensors: readonly TensorRow[]): TensorGroup {
  const types = new Map<string, {tensors: number; bytes: number}>();
  for (const {type, bytes} of tensors) {
    const {tensors: count, bytes: sum} = types.get(type) ?? {tensors: 0, bytes: 0};
    types.set(type, {tensors: count + 1, bytes: sum + (bytes ?? 0)});
  }
  return {
    name,
    types: [...types]
      .sort(([, a], [, b]) => b.bytes - a.bytes)
      .map(([type, {tensors: count}]) => ({type, tensors: count})),
    tensors: tensors.length,
    parameters: tensors.reduce((sum, {dimensions}) => sum + elements(dimensions), 0),
    bytes: tensors.reduce<number | null>((sum, {bytes}) => (sum === null || bytes === null ? null : sum + bytes), 0)
  };
}
