import type {GgufHeader, MetadataValue} from "./header";
import {isList} from "./infill";

/** LLAMA_MAX_LAYERS and LLAMA_MAX_EXPERTS (llama-hparams.h). */
const mostLayers = 512;
const mostExperts = 1024;

/** What llama.cpp knows of `rope.scaling.type`. */
const ropeScalings: ReadonlySet<unknown> = new Set(["none", "linear", "yarn", "longrope"]);

/**
 * Items of all lists of a header: node-llama-cpp makes a JavaScript value of each. The most known are 1.3 million, of a
 * vocabulary of 262,144 tokens with its merges, scores and types.
 */
const mostItems = 2 ** 22;

/** Whether llama.cpp would not refuse a model with such a header, but end the process (or never end) over it. */
export function isDeadly(header: GgufHeader): boolean {
  const {metadata} = header;
  const architecture = metadata.get("general.architecture");
  const own = (key: string): MetadataValue | undefined => metadata.get(`${architecture}.${key}`);
  return (
    tooManyItems(metadata) ||
    deadlyLayers(own("block_count"), own("nextn_predict_layers")) ||
    deadlyExperts(own) ||
    deadlyScaling(own("rope.scaling.type")) ||
    endlessTokenizer(metadata)
  );
}

function tooManyItems(metadata: GgufHeader["metadata"]): boolean {
  let items = 0;
  for (const value of metadata.values()) if (isList(value)) items += value.length;
  return items > mostItems;
}

/** The assertions of llama.cpp's `llama_model_base::load_hparams`, as all those below. */
function deadlyLayers(layers: MetadataValue | undefined, predicting: MetadataValue | undefined): boolean {
  if (typeof layers !== "number") return false;
  return layers < 1 || layers > mostLayers || (typeof predicting === "number" && predicting > layers);
}

function deadlyExperts(own: (key: string) => MetadataValue | undefined): boolean {
  const count = numberOr0(own("expert_count"));
  const used = greatest(own("expert_used_count"));
  const groups = numberOr0(own("expert_group_count"));
  const groupsUsed = numberOr0(own("expert_group_used_count"));
  if (count > mostExperts || used > count) return true;
  if (count === 0) return groups !== 0;
  if (used === 0 || groups >= count) return true;
  return groups > 1 && (count % groups !== 0 || groupsUsed === 0 || groupsUsed >= groups);
}

function deadlyScaling(scaling: MetadataValue | undefined): boolean {
  return typeof scaling === "string" && !ropeScalings.has(scaling);
}

/** An RWKV tokenizer that lacks the token of a single byte goes round in circles, and takes memory with each round. */
function endlessTokenizer(metadata: GgufHeader["metadata"]): boolean {
  if (metadata.get("tokenizer.ggml.model") !== "rwkv") return false;
  const tokens = metadata.get("tokenizer.ggml.tokens");
  if (!isList(tokens)) return false;
  // Written as in a Python literal; in all vocabularies they are the first 256 behind token 0.
  const bytes = tokens.items.filter(
    (token) => typeof token === "string" && /^(?:[ -~]|\\x[0-9a-f]{2}|\\.)$/s.test(token)
  );
  return new Set(bytes).size < 256;
}

function numberOr0(value: MetadataValue | undefined): number {
  return typeof value === "number" ? value : 0;
}

/** Of a number, or of a list of them. */
function greatest(value: MetadataValue | undefined): number {
  if (!isList(value)) return numberOr0(value);
  return value.items.reduce<number>((most, item) => Math.max(most, numberOr0(item)), 0);
}
