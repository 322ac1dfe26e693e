import {strict as assert} from "node:assert";
import {readdirSync, readFileSync} from "node:fs";
import path from "node:path";
import {architectures, type Trait} from "../../src/gguf/architectures";
import {preTokenizers, tokenizers} from "../../src/gguf/tokenizers";
import {llamaSource} from "../harness/llamaSource";

/** llama.cpp's source on architectures, read as text, to compare with our tables. */
class Source {
  private readonly folder = llamaSource("src");
  private readonly classes: string;
  /** Enumerators (`LLM_ARCH_GEMMA2`) and names ("gemma2"). */
  private readonly names: ReadonlyMap<string, string>;
  private readonly models: string;

  constructor() {
    const listed = this.between("llama-arch.cpp", "LLM_ARCH_NAMES = {", "\n};");
    this.names = new Map(
      [...listed.matchAll(/\{ (LLM_ARCH_\w+), +"([^"]+)" +\}/g)]
        .map(([, id = "", name = ""]) => [id, name] as const)
        .filter(([id]) => id !== "LLM_ARCH_UNKNOWN")
    );
    this.classes = this.read("models/models.h");
    this.models = readdirSync(path.join(this.folder, "models"))
      .filter((file) => file.endsWith(".cpp"))
      .map((file) => this.read(`models/${file}`))
      .join("\n");
  }

  get allNames(): readonly string[] {
    return [...this.names.values()];
  }

  read(file: string): string {
    return readFileSync(path.join(this.folder, file), "utf8");
  }

  /** The text after `from`, up to `to`. */
  between(file: string, from: string, to: string): string {
    const text = this.read(file);
    const start = text.indexOf(from);
    assert.ok(start >= 0, `${file} has no "${from}" any more`);
    return text.slice(start, text.indexOf(to, start));
  }

  /** Names of the architectures whose enumerators are in a text. */
  namesIn(text: string): readonly string[] {
    return [...new Set([...text.matchAll(/LLM_ARCH_\w+/g)].map(([id]) => this.names.get(id)))].filter(
      (name) => name !== undefined
    );
  }

  /** Names for which `llama_model_NAME::METHOD`, its own or inherited, matches. */
  namesWith(method: string, pattern: RegExp): readonly string[] {
    const mapping = this.between("llama-model.cpp", "llama_model_mapping(", "default:");
    return [...mapping.matchAll(/case (LLM_ARCH_\w+):\s+return new (llama_model_\w+)\(/g)]
      .filter(([, , className = ""]) => pattern.test(this.body(className, method)))
      .map(([, id = ""]) => this.names.get(id) ?? id);
  }

  private body(className: string, method: string): string {
    const start = this.models.indexOf(`void ${className}::${method}(`);
    if (start >= 0) return this.models.slice(start, this.models.indexOf("\n}", start));
    const base = new RegExp(`struct ${className} : public (\\w+)`).exec(this.classes)?.[1];
    assert.ok(base !== undefined && base !== "llama_model_base", `${className} has no ${method}`);
    return this.body(base, method);
  }
}

/** The purpose of an architecture that does not predict the next token. */
const purposes: ReadonlySet<Trait> = new Set([
  "projects",
  "unfinished",
  "diffuses",
  "drafts",
  "speaks",
  "encodesFirst",
  "embeds"
]);

function traitsOf(source: Source): ReadonlyMap<string, ReadonlySet<Trait>> {
  const traits = new Map(source.allNames.map((name) => [name, new Set<Trait>()]));
  const add = (trait: Trait, names: readonly string[]): void => {
    assert.ok(names.length > 0, `no architecture is found any more that ${trait}`);
    for (const name of names) {
      const known = traits.get(name) ?? new Set();
      // The first purpose counts.
      if (!purposes.has(trait) || ![...known].some((one) => purposes.has(one))) known.add(trait);
    }
  };
  const predicate = (name: string) => source.namesIn(source.between("llama-arch.cpp", `bool ${name}(`, "return true;"));
  add("projects", source.namesWith("load_arch_hparams", /GGML_ABORT/));
  // llama.cpp names them but never builds them.
  const made = source.namesIn(source.between("llama-model.cpp", "llama_model_mapping(", "default:"));
  add(
    "unfinished",
    source.allNames.filter((name) => !made.includes(name))
  );
  add("diffuses", predicate("llm_arch_is_diffusion"));
  // They need the context of another model.
  add(
    "drafts",
    source.namesIn(source.between("llama-context.cpp", "cparams.ctx_other = nullptr;", "rope_scaling_type"))
  );
  // They don't predict tokens of a text, which only their names show.
  add(
    "speaks",
    source.allNames.filter((name) => /tts$|^wavtokenizer/.test(name))
  );
  const encoders = source.namesIn(source.between("llama-model.cpp", "bool llama_model_has_encoder(", "return true;"));
  const noDecoders = source.namesIn(
    source.between("llama-model.cpp", "bool llama_model_has_decoder(", "return false;")
  );
  add(
    "encodesFirst",
    encoders.filter((name) => !noDecoders.includes(name))
  );
  add("embeds", [
    ...noDecoders,
    ...source.namesIn(source.between("llama-model.cpp", "llama_model::create_memory(", "res = nullptr;")),
    ...source.namesWith("load_arch_hparams", /causal_attn = false/),
    ...source.allNames.filter((name) => /embed$/.test(name))
  ]);
  add(
    "generates",
    [...traits].filter(([, known]) => known.size === 0).map(([name]) => name)
  );
  add("recurrent", predicate("llm_arch_is_recurrent"));
  add("hybrid", predicate("llm_arch_is_hybrid"));
  add("slidingWindow", source.namesWith("load_arch_hparams", /swa_type\s*=\s*LLAMA_SWA_TYPE_(?!NONE)/));
  add("learnedPositions", source.namesWith("load_arch_tensors", /LLM_TENSOR_POS_EMBD/));
  return traits;
}

describe("The table of architectures", () => {
  const source = new Source();

  it("has every one that this llama.cpp knows, and what its source says of it", () => {
    const found = Object.fromEntries([...traitsOf(source)].map(([name, traits]) => [name, [...traits]]));
    assert.deepEqual(Object.fromEntries([...architectures].map(([name, traits]) => [name, [...traits]])), found);
  });
});

describe("The lists of tokenizers", () => {
  const source = new Source();
  const namesOf = (variable: string): readonly string[] => [
    ...new Set(
      [...source.read("llama-vocab.cpp").matchAll(new RegExp(`${variable} == "([^"]+)"`, "g"))].map(
        ([, name = ""]) => name
      )
    )
  ];

  it("have every one that this llama.cpp knows", () => {
    assert.deepEqual([...tokenizers].sort(), [...namesOf("tokenizer_model")].sort());
    assert.deepEqual([...preTokenizers].sort(), [...namesOf("tokenizer_pre")].sort());
  });
});
