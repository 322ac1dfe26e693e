import {readFileSync} from "node:fs";
import path from "node:path";
import {vocabularyFile} from "../engine/vocabularyFiles";
import {root} from "../harness/paths";
import {
  type Entry,
  float32,
  type GgufParts,
  itemsOf,
  reassemble,
  string,
  strings,
  type Tensor,
  takeApart,
  uint32,
  uint64,
  valueTypes
} from "./ggufParts";
import type {Random} from "./random";
import {split, splitFiles, tinyModels} from "./tinyModels";

/** A lying file, or the files of a split model, of which the first is opened. */
export interface Mutation {
  readonly base: string;
  readonly kind: Kind;
  /** A description of the change, to find it again. */
  readonly what: string;
  readonly files: readonly LyingFile[];
}

export interface LyingFile {
  readonly name: string;
  readonly bytes: Buffer;
  /** File size. If it is more than the bytes, the rest is a hole. */
  readonly size?: number;
}

/** A good file. */
export interface Base {
  readonly name: string;
  readonly bytes: Buffer;
  readonly parts: ReturnType<typeof takeApart>;
}

/** A change of a file's bytes, or of its parts. */
type Change = (random: Random, base: Base) => {readonly what: string; readonly files: readonly LyingFile[]} | undefined;

const single = "model.gguf";
const whole = (bytes: Buffer, what: string) => ({what, files: [{name: single, bytes}]});
const rebuilt = (parts: GgufParts, what: string) => whole(reassemble(parts), what);

/** Unexpected numbers. */
const absurd: readonly bigint[] = [
  ...[0n, 1n, 2n, 3n, 7n, 255n, 1023n, 65_535n, 10n ** 9n, 10n ** 12n],
  ...[31n, 32n, 40n, 53n, 62n, 63n].flatMap((power) => [2n ** power - 1n, 2n ** power]),
  2n ** 64n - 1n
];

const broken: readonly Buffer[] = [
  Buffer.from([0xff]),
  Buffer.from([0xc0, 0x80]),
  Buffer.from([0xed, 0xa0, 0x80]),
  Buffer.from([0xf5, 0x80, 0x80, 0x80]),
  Buffer.from([0xe2, 0x96]),
  Buffer.from([0x00]),
  Buffer.from([0x0a, 0x1b, 0x5b, 0x33, 0x31, 0x6d])
];

/** Replaces a hyperparameter's value by any scalar or list. */
function anyValue(random: Random): Pick<Entry, "type" | "value"> {
  switch (random.below(10)) {
    case 0:
      return {
        type: valueTypes.float32,
        value: float32(random.pick([0, -1, 0.5, 1e30, Number.NaN, Number.POSITIVE_INFINITY, Number.NEGATIVE_INFINITY]))
      };
    case 1:
      return {type: valueTypes.string, value: string(random.pick(["", "none", "yarn", "longrope", "x".repeat(2000)]))};
    case 2:
      return {type: valueTypes.bool, value: Buffer.from([random.below(3)])};
    case 3:
      return {type: valueTypes.int32, value: uint32(random.pick([0, 1, 2 ** 31, 2 ** 32 - 1]))};
    case 4: {
      const items = Array.from({length: random.pick([0, 1, 2, 3, 600])}, () => Number(random.pick(absurd) % 2n ** 32n));
      return {
        type: valueTypes.array,
        value: Buffer.concat([
          uint32(random.pick([valueTypes.uint32, valueTypes.int32])),
          uint64(items.length),
          ...items.map(uint32)
        ])
      };
    }
    case 5:
      return {type: valueTypes.uint64, value: uint64(random.pick(absurd))};
    default:
      return {
        type: valueTypes.uint32,
        value: uint32(random.chance(0.3) ? random.below(300) : Number(random.pick(absurd) % 2n ** 32n))
      };
  }
}

const keyOf = ({key}: Entry): string => key.toString("utf8");

function withEntry(parts: GgufParts, key: string, value: Pick<Entry, "type" | "value">): GgufParts {
  const entry = {key: Buffer.from(key), ...value};
  const known = parts.entries.some((one) => keyOf(one) === key);
  return {
    ...parts,
    entries: known ? parts.entries.map((one) => (keyOf(one) === key ? entry : one)) : [...parts.entries, entry]
  };
}

function architectureOf({entries}: GgufParts): string {
  return (
    entries
      .find((one) => keyOf(one) === "general.architecture")
      ?.value.subarray(8)
      .toString() ?? ""
  );
}

/** Hyperparameters that llama.cpp knows, present in the file or not. */
const hyperparameters = [
  ..."vocab_size context_length embedding_length embedding_length_out features_length block_count".split(" "),
  ..."leading_dense_block_count feed_forward_length expert_feed_forward_length use_parallel_residual".split(" "),
  ..."expert_count expert_used_count expert_shared_count expert_group_count expert_group_used_count".split(" "),
  ..."expert_weights_scale expert_gating_func moe_every_n_layers nextn_predict_layers pooling_type".split(" "),
  ..."logit_scale attn_logit_softcapping final_logit_softcapping residual_scale embedding_scale".split(" "),
  ..."head_count head_count_kv max_alibi_bias clamp_kqv key_length value_length layer_norm_epsilon layer_norm_rms_epsilon causal relative_buckets_count sliding_window sliding_window_pattern scale"
    .split(" ")
    .map((name) => `attention.${name}`),
  ..."dimension_count dimension_sections freq_base scale_linear scaling.type scaling.factor scaling.attn_factor scaling.original_context_length scaling.finetuned"
    .split(" ")
    .map((name) => `rope.${name}`),
  ..."conv_kernel inner_size state_size time_step_rank group_count dt_b_c_rms".split(" ").map((name) => `ssm.${name}`)
];

const architectures =
  "llama llama4 deci falcon grok gpt2 gptneox mpt baichuan starcoder refact bert modern-bert nomic-bert jina-bert-v2 bloom stablelm qwen qwen2 qwen2moe qwen2vl qwen3 qwen3moe qwen3next phi2 phi3 phimoe plamo2 codeshell orion internlm2 minicpm3 gemma gemma2 gemma3 gemma3n gemma4 gemma-embedding starcoder2 mamba mamba2 jamba falcon-h1 command-r cohere2 dbrx olmo2 openelm arctic deepseek deepseek2 chatglm glm4 glm4moe bitnet t5 t5encoder jais nemotron nemotron_h exaone4 rwkv6 rwkv7 granite granitehybrid chameleon wavtokenizer-dec plm bailingmoe dots1 ernie4_5 hunyuan-moe smollm3 gpt-oss lfm2 dream llada seed_oss minimax-m2 kimi-linear mistral3 clip".split(
    " "
  );

const specialIds = [
  ..."bos eos eot eom unknown seperator padding cls mask fim_pre fim_suf fim_mid fim_pad fim_rep fim_sep prefix suffix middle"
    .split(" ")
    .map((name) => `tokenizer.ggml.${name}_token_id`)
];

const preTokenizers = ["", "default", "llama-bpe", "qwen2", "deepseek-coder", "gpt-2", "tekken", "kimi-k2", "nobody's"];
const tokenizers = ["llama", "gpt2", "bert", "t5", "rwkv", "plamo2", "gemma4", "none", "no_vocab", "test", "nobody's"];

export const kinds = {
  truncated: (random, {bytes, parts}) => {
    const end = random.chance(0.6) ? random.below(parts.headerBytes) : random.below(bytes.length);
    return whole(bytes.subarray(0, end), `ends at ${end} of ${bytes.length}`);
  },
  length: (random, {bytes, parts}) => {
    const copy = Buffer.from(bytes);
    const field = random.pick(parts.fields.filter(({kind}) => kind === "length"));
    const was = copy.readBigUInt64LE(field.offset);
    const now = random.chance(0.3) ? BigInt.asUintN(64, was + BigInt(random.pick([-1, 1, 2]))) : random.pick(absurd);
    copy.writeBigUInt64LE(now, field.offset);
    return whole(copy, `length at ${field.offset}: ${was} → ${now}`);
  },
  type: (random, {bytes, parts}) => {
    const copy = Buffer.from(bytes);
    const field = random.pick(parts.fields.filter(({kind}) => kind === "type"));
    const was = copy.readUInt32LE(field.offset);
    const now = random.chance(0.8) ? random.below(14) : random.pick([42, 2 ** 31, 2 ** 32 - 1]);
    copy.writeUInt32LE(now, field.offset);
    return whole(copy, `type at ${field.offset}: ${was} → ${now}`);
  },
  tensor: (random, {parts}) => {
    if (parts.tensors.length === 0) return undefined;
    const at = random.below(parts.tensors.length);
    const tensor = parts.tensors[at] as Tensor;
    const changed: Tensor = random.pick([
      () => ({...tensor, type: random.chance(0.7) ? random.below(45) : random.pick([99, 2 ** 31, 2 ** 32 - 1])}),
      () => ({
        ...tensor,
        offset: random.pick([random.pick(absurd), tensor.offset + 1n, tensor.offset + 32n, 0n])
      }),
      () => ({...tensor, dimensions: [...tensor.dimensions].reverse()}),
      () => ({...tensor, dimensions: tensor.dimensions.map((size, i) => (i === 0 ? random.pick(absurd) : size))}),
      () => ({
        ...tensor,
        dimensions: tensor.dimensions.map((size) => BigInt.asUintN(64, size + BigInt(random.pick([-1, 0, 1]))))
      }),
      () => ({...tensor, dimensions: [...tensor.dimensions, random.pick([0n, 1n, 2n, 2n ** 32n])]}),
      () => ({...tensor, dimensions: tensor.dimensions.slice(1)}),
      // This makes a 64-bit product overflow to a small number.
      () => ({...tensor, dimensions: [2n ** 32n, 2n ** 32n, 1n, 1n]}),
      () => ({...tensor, name: random.pick([Buffer.from("other"), Buffer.alloc(70, "x"), ...broken])}),
      () => ({...tensor, name: (parts.tensors[random.below(parts.tensors.length)] as Tensor).name})
    ])();
    const tensors = random.chance(0.1) ? parts.tensors.filter((_, i) => i !== at) : parts.tensors.with(at, changed);
    return rebuilt(
      {...parts, tensors},
      `${tensor.name}: ${JSON.stringify({type: changed.type, offset: String(changed.offset), dimensions: changed.dimensions.map(String), name: String(changed.name).slice(0, 80)})} of ${tensors.length}`
    );
  },
  hyperparameter: (random, {parts}) => {
    const architecture = architectureOf(parts);
    const own = parts.entries.map(keyOf).filter((key) => key.startsWith(`${architecture}.`));
    let changed: GgufParts = parts;
    const what: string[] = [];
    for (let i = random.pick([1, 1, 1, 2, 3]); i > 0; i--) {
      const key =
        own.length > 0 && random.chance(0.6) ? random.pick(own) : `${architecture}.${random.pick(hyperparameters)}`;
      const value = anyValue(random);
      changed = withEntry(changed, key, value);
      what.push(`${key} = type ${value.type} ${value.value.subarray(0, 24).toString("hex")}`);
    }
    return rebuilt(changed, what.join(", "));
  },
  missing: (random, {parts}) => {
    const entry = random.pick(parts.entries);
    return rebuilt({...parts, entries: parts.entries.filter((one) => one !== entry)}, `without ${keyOf(entry)}`);
  },
  architecture: (random, {parts}) => {
    const from = architectureOf(parts);
    const to = random.pick(architectures);
    const entries = parts.entries.map((entry) =>
      keyOf(entry).startsWith(`${from}.`)
        ? {...entry, key: Buffer.from(`${to}${keyOf(entry).slice(from.length)}`)}
        : entry
    );
    const changed = withEntry({...parts, entries}, "general.architecture", {
      type: valueTypes.string,
      value: string(to)
    });
    return rebuilt(changed, `${from} → ${to}`);
  },
  vocabulary: (random, {parts}) => {
    const key = (name: string): string => `tokenizer.ggml.${name}`;
    const found = (name: string): Entry | undefined => parts.entries.find((one) => keyOf(one) === key(name));
    const tokens = found("tokens");
    if (tokens === undefined) return undefined;
    const items = itemsOf(tokens.value);
    const list = (values: readonly (string | Buffer)[]) => ({type: valueTypes.array, value: strings(values)});
    const id = (): number => random.pick([items.length - 1, items.length, 2 ** 31 - 1, 2 ** 31, 2 ** 32 - 1, 0]);
    const someTokens = (change: (item: Buffer, i: number) => Buffer | string) => {
      const chosen = new Set(Array.from({length: random.pick([1, 3, 50])}, () => random.below(items.length)));
      return list(items.map((item, i) => (chosen.has(i) ? change(item, i) : item)));
    };
    return random.pick([
      () => {
        const count = random.pick([0, 1, 2, items.length - 1, Math.floor(items.length / 2)]);
        return rebuilt(withEntry(parts, key("tokens"), list(items.slice(0, count))), `${count} tokens`);
      },
      () => {
        const more = [...items, ...Array.from({length: random.pick([1, 100])}, (_, i) => Buffer.from(`<more ${i}>`))];
        return rebuilt(withEntry(parts, key("tokens"), list(more)), `${more.length} tokens for ${items.length} rows`);
      },
      () => rebuilt(withEntry(parts, key("tokens"), list(items.map(() => "same"))), "all tokens alike"),
      () =>
        rebuilt(
          withEntry(
            parts,
            key("tokens"),
            someTokens(() => items[0] as Buffer)
          ),
          "some tokens twice"
        ),
      () =>
        rebuilt(
          withEntry(
            parts,
            key("tokens"),
            someTokens(() => "")
          ),
          "some empty tokens"
        ),
      () =>
        rebuilt(
          withEntry(
            parts,
            key("tokens"),
            someTokens(() => random.pick(broken))
          ),
          "broken tokens"
        ),
      () =>
        rebuilt(
          withEntry(
            parts,
            key("tokens"),
            someTokens(() => Buffer.alloc(100_000, "x"))
          ),
          "long tokens"
        ),
      () => {
        const which = random.pick(specialIds);
        const to = id();
        return rebuilt(withEntry(parts, which, {type: random.pick([4, 5]), value: uint32(to)}), `${which} = ${to}`);
      },
      () => {
        const which = random.pick(specialIds);
        return rebuilt(withEntry(parts, which, anyValue(random)), `${which} of any type`);
      },
      () => {
        const merges = found("merges");
        const some = merges === undefined ? [] : itemsOf(merges.value);
        const wrong = ["no where", "", " ", "a", "a  b", "x".repeat(5000), "a b c", ...broken];
        const mixed = random.chance(0.2)
          ? []
          : [...some.map((item) => (random.chance(0.05) ? random.pick(wrong) : item)), ...wrong];
        return rebuilt(withEntry(parts, key("merges"), list(mixed)), `${mixed.length} merges`);
      },
      () => {
        const which = random.pick(["scores", "token_type"]);
        const of = random.chance(0.7) ? (which === "scores" ? 6 : 5) : random.below(8);
        const count = random.pick([0, 1, items.length - 1, items.length, items.length + 1]);
        const size = [1, 1, 2, 2, 4, 4, 4, 1][of] ?? 1;
        const value = Buffer.concat([uint32(of), uint64(count), random.bytes(count * size)]);
        return rebuilt(withEntry(parts, key(which), {type: valueTypes.array, value}), `${which}: ${count} of ${of}`);
      },
      () => {
        const to = random.pick(tokenizers);
        return rebuilt(
          withEntry(parts, key("model"), {type: valueTypes.string, value: string(to)}),
          `tokenizer "${to}"`
        );
      },
      () => {
        const to = random.pick(preTokenizers);
        return rebuilt(withEntry(parts, key("pre"), {type: valueTypes.string, value: string(to)}), `pre "${to}"`);
      },
      () => {
        const count = random.pick([0, 3, 4, 8, 5000]);
        const map = Buffer.concat([uint32(0), uint64(count), random.bytes(count)]);
        if (count > 4) map.writeUInt32LE(random.pick([0, count - 5, count, 2 ** 32 - 1]), 12);
        const changed = withEntry(parts, key("model"), {type: valueTypes.string, value: string("t5")});
        return rebuilt(
          withEntry(changed, key("precompiled_charsmap"), {type: valueTypes.array, value: map}),
          `character map of ${count} bytes`
        );
      },
      () => rebuilt(withEntry(parts, key(random.pick(["model", "pre", "tokens"])), anyValue(random)), "any type")
    ])();
  },
  twice: (random, {parts}) => {
    if (parts.tensors.length > 0 && random.chance(0.4)) {
      const tensor = random.pick(parts.tensors);
      return rebuilt({...parts, tensors: [...parts.tensors, tensor]}, `tensor ${tensor.name} twice`);
    }
    const entry = random.pick(parts.entries);
    const second = random.chance(0.5) ? entry : {...entry, ...anyValue(random)};
    return rebuilt({...parts, entries: [...parts.entries, second]}, `${keyOf(entry)} twice`);
  },
  utf8: (random, {parts}) => {
    const at = random.below(parts.entries.length);
    const entry = parts.entries[at] as Entry;
    const bad = random.pick(broken);
    const changed: Entry =
      entry.type === valueTypes.string && random.chance(0.6)
        ? {...entry, value: string(Buffer.concat([entry.value.subarray(8), bad]))}
        : {...entry, key: Buffer.concat([entry.key, bad])};
    return rebuilt({...parts, entries: parts.entries.with(at, changed)}, `${keyOf(entry)} with ${bad.toString("hex")}`);
  },
  weights: (random, {bytes, parts}) => {
    if (parts.data.length === 0) return undefined;
    const copy = Buffer.from(bytes);
    const start = bytes.length - parts.data.length;
    const tensor = random.pick(parts.tensors);
    const from = start + Number(tensor.offset);
    const length = Math.min(copy.length - from, random.pick([4, 64, 4096, copy.length]));
    const how = random.pick(["random", "NaN", "infinite", "huge", "zero"]);
    if (how === "random") random.bytes(length).copy(copy, from);
    else {
      const pattern = {
        NaN: float32(Number.NaN),
        infinite: float32(Number.POSITIVE_INFINITY),
        huge: float32(3e38),
        zero: float32(0)
      }[how] as Buffer;
      copy.fill(pattern, from, from + length);
    }
    return whole(copy, `${length} bytes of ${tensor.name} ${how}`);
  },
  explosion: (random, {parts}) => {
    // The data is a hole in the file: only zeros, which take no space on the disk.
    const key = random.pick([
      "x",
      "tokenizer.ggml.tokens",
      "tokenizer.ggml.merges",
      "tokenizer.ggml.scores",
      "tokenizer.chat_template",
      "split.count"
    ]);
    const of = random.pick([0, 4, 7, 8, 10, "text"] as const);
    const size = {0: 1, 4: 4, 7: 1, 8: 8, 10: 8, text: 1}[of];
    const count = random.pick([10 ** 6, 2 * 10 ** 6, 20 * 10 ** 6, 10 ** 8, 10 ** 9]);
    const last: Entry =
      of === "text"
        ? {key: Buffer.from(key), type: valueTypes.string, value: uint64(count)}
        : {key: Buffer.from(key), type: valueTypes.array, value: Buffer.concat([uint32(of), uint64(count)])};
    const entries = parts.entries.filter((one) => keyOf(one) !== key);
    const bytes = reassemble({...parts, tensors: [], data: Buffer.alloc(0), entries: [...entries, last]});
    return {
      what: `${key}: ${count} of type ${of}`,
      files: [{name: single, bytes, size: bytes.length + count * size + 4096}]
    };
  },
  bits: (random, {bytes, parts}) => {
    const copy = Buffer.from(bytes);
    const count = random.pick([1, 1, 2, 5, 20]);
    // The start and the list of tensors are small beside the vocabulary, so half of all flips go there.
    const places = Array.from({length: count}, () =>
      random.chance(0.5) ? random.below(Math.min(1500, parts.headerBytes)) : random.below(parts.headerBytes)
    );
    for (const at of places) copy[at] = (copy[at] ?? 0) ^ (1 << random.below(8));
    return whole(copy, `bits at ${places.join(", ")}`);
  },
  split: (random, {bytes, parts}) => {
    if (parts.tensors.length === 0 || bytes.length > 10 ** 6) return undefined;
    const count = 3;
    const all = split(bytes, count);
    const name = (part: number, of = count): string =>
      `model-${String(part).padStart(5, "0")}-of-${String(of).padStart(5, "0")}.gguf`;
    const files = splitFiles(all).map((one, i): LyingFile => ({name: name(i + 1), bytes: one}));
    const at = random.below(count);
    const short = (value: number) => ({type: 2, value: uint32(value).subarray(0, 2)});
    const withChanged = (part: number, key: string, value: Pick<Entry, "type" | "value">) =>
      files.with(part, {
        name: name(part + 1),
        bytes: reassemble(withEntry(all[part] as GgufParts, key, value))
      });
    return random.pick([
      () => ({what: "good", files}),
      () => ({what: `part ${at + 1} is missing`, files: files.filter((_, i) => i !== at)}),
      () => ({
        what: `part ${at + 1} is the first again`,
        files: files.with(at, {name: name(at + 1), bytes: (files[0] as LyingFile).bytes})
      }),
      () => ({
        what: "the parts in another order",
        files: files.map((one, i) => ({...one, name: name(((i + 1) % count) + 1)}))
      }),
      () => {
        const key = random.pick(["split.no", "split.count", "split.tensors.count"]);
        const value = random.pick([
          short(random.pick([0, 1, 2, 3, 4, 65_535])),
          {type: valueTypes.int32, value: uint32(random.pick([0, 1, 18, 2 ** 31 - 1, 2 ** 31, 2 ** 32 - 1]))},
          anyValue(random)
        ]);
        return {
          what: `${key} of part ${at + 1} is type ${value.type} ${value.value.subarray(0, 16).toString("hex")}`,
          files: withChanged(at, key, value)
        };
      },
      () => ({
        what: "one file that says it is of 99,999",
        files: [{name: name(1, 99_999), bytes: (files[0] as LyingFile).bytes}]
      }),
      () => ({
        what: "the first part under a plain name",
        files: [{name: single, bytes: (files[0] as LyingFile).bytes}]
      }),
      () => ({what: "asked for the last part", files: [...files].reverse()}),
      () => ({
        what: `part ${at + 1} is cut off`,
        files: files.with(at, {
          name: name(at + 1),
          bytes: (files[at] as LyingFile).bytes.subarray(0, random.below((files[at] as LyingFile).bytes.length))
        })
      }),
      () => ({
        what: "a whole model as each part",
        files: files.map((one) => ({...one, bytes}))
      })
    ])();
  }
} satisfies Record<string, Change>;

export type Kind = keyof typeof kinds;

/** Small models of some hundred kilobytes. */
export function tinyBases(random: Random): readonly Base[] {
  return Object.entries(tinyModels).map(([name, make]) => base(name, make(random)));
}

/** Real models. They are used rarely, because they are slow and show no more than small ones. */
export function allBases(random: Random): readonly Base[] {
  const tiny = tinyBases(random);
  const vocabularies = ["llama-spm", "gpt-2", "bert-bge"].map((name) => base(name, readFileSync(vocabularyFile(name))));
  const real = ["media/models/tokenscope-tiny-q8_0.gguf", "test/fixtures/models/tokenscope-tiny-f16.gguf"].map((file) =>
    base(path.basename(file, ".gguf"), readFileSync(path.join(root, file)))
  );
  return [...tiny, ...tiny, ...tiny, ...real, ...vocabularies];
}

function base(name: string, bytes: Buffer): Base {
  return {name, bytes, parts: takeApart(bytes)};
}

const names = Object.keys(kinds) as Kind[];
/** The share of each kind. Most files pass the first check and reach native code. */
const weighted: readonly Kind[] = [
  ...names,
  ...names,
  "hyperparameter",
  "hyperparameter",
  "vocabulary",
  "vocabulary",
  "tensor",
  "weights"
];

/** Makes lying files. The same seed gives the same files. */
export function* mutations(random: Random, bases: readonly Base[], count: number): Generator<Mutation> {
  for (let made = 0; made < count; ) {
    const base = random.pick(bases);
    const kind = random.pick(weighted);
    const mutation = (kinds[kind] as Change)(random, base);
    if (mutation === undefined) continue;
    made++;
    yield {base: base.name, kind, ...mutation};
  }
}
