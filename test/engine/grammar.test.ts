import {strict as assert} from "node:assert";
import type {LlamaGrammar, LlamaGrammarEvaluationState, LlamaModel, Token} from "node-llama-cpp";
import {grammarTokens} from "../../src/engine/llama/grammarTokens";
import type {LoadedVocabulary} from "../../src/engine/llama/loadedVocabulary";
import {AllowedTokens} from "../../src/grammar/allowedTokens";
import {Grammar} from "../../src/grammar/grammar";
import {parseGrammar} from "../../src/grammar/parseGrammar";
import {schemaGrammar} from "../../src/grammar/schemaGrammar";
import {type TokenBytes, type TokenTrie, tokenTrie} from "../../src/grammar/tokenTrie";
import {Random} from "../faults/random";
import {cases} from "../harness/thorough";
import {at, engineInProcess, spec} from "./engine";
import {vocabularyFile} from "./vocabularyFiles";

/** What node-llama-cpp has below its API: llama.cpp's own answer on one token. */
interface Bindings {
  readonly AddonSampler: {
    canBeNextTokenForGrammarEvaluationState(state: unknown, token: Token): boolean;
    acceptGrammarEvaluationStateToken(state: unknown, token: Token): void;
  };
}

/** llama.cpp's grammar on a text. */
class Theirs {
  private readonly state: LlamaGrammarEvaluationState;
  private readonly sampler: Bindings["AddonSampler"];

  constructor(model: LlamaModel, grammar: LlamaGrammar, State: typeof LlamaGrammarEvaluationState) {
    this.state = new State({model, grammar});
    this.sampler = (
      model as unknown as {readonly _llama: {readonly _bindings: Bindings}}
    )._llama._bindings.AddonSampler;
  }

  allows(id: number): boolean {
    return this.sampler.canBeNextTokenForGrammarEvaluationState(this.native, id as Token);
  }

  accept(id: number): void {
    this.sampler.acceptGrammarEvaluationStateToken(this.native, id as Token);
  }

  private get native(): unknown {
    return (this.state as unknown as {readonly _state: unknown})._state;
  }
}

const json = schemaGrammar({}).grammar;
const record = schemaGrammar({
  type: "object",
  properties: {
    name: {type: "string", minLength: 2, maxLength: 12},
    sizes: {type: "array", items: {type: "integer", minimum: -5, maximum: 1200}, minItems: 1, maxItems: 3},
    kind: {enum: ["naïve", "日本", "😀 x", null, 4]},
    when: {type: "string", format: "date-time"}
  },
  required: ["name", "kind"],
  additionalProperties: {type: "boolean"}
}).grammar;

/** Grammars, and how a text under them begins. */
const grammars: readonly (readonly [name: string, grammar: string, beginnings: readonly string[]])[] = [
  ["JSON", json, ["", '{"', '{"a": [1, "x\\', '{"π": "日', "[tr", "-1.5e", '"']],
  ["a schema", record, ["", '{"name": "é', '{"name":"ab", "kind": 4, "sizes": [-3, 1', '{"name": "naï", "kind": "']],
  ["letters of several bytes", 'root ::= ([é-ü] | [☃日本] | "😀" | "x")+ "."', ["", "é☃", "日😀x"]],
  ["anything but some letters", "root ::= [^a-zé\\n]+ | .{3} [^😀]*", ["", "É", "abc☃"]],
  ["a list", 'root ::= ("- " [^\\n]+ "\\n")+', ["", "- ", "- one\n", "- é"]],
  ["an ambiguous grammar", 'root ::= (a | b)* "!"\na ::= "x" | "xx" | " "*\nb ::= "x" [xyz ]* a?', ["", "xx", "x y"]]
];

const utf8 = new TextEncoder();

describe("The tokens that a grammar allows are llama.cpp's", () => {
  for (const name of ["gpt-2", "llama-spm", "qwen2", "command-r", "gemma-4"]) {
    describe(name, () => {
      let loaded: LoadedVocabulary;
      let tokens: TokenBytes;
      let trie: TokenTrie;
      let State: typeof LlamaGrammarEvaluationState;
      const random = new Random(18);

      before(async () => {
        loaded = await engineInProcess.loadVocabulary(spec(vocabularyFile(name)), () => undefined);
        const asked = grammarTokens(loaded.model, loaded.vocabulary);
        // Each is looked at often.
        const bytes = Array.from({length: asked.size}, (_, id) => asked.bytes(id));
        const ends = bytes.map((_, id) => asked.endsText(id));
        tokens = {size: asked.size, bytes: (id) => at(bytes, id), endsText: (id) => ends[id] === true};
        trie = tokenTrie(tokens);
        ({LlamaGrammarEvaluationState: State} = await import("node-llama-cpp"));
      });

      after(async () => {
        await loaded.model.dispose();
      });

      async function theirGrammar(grammar: string): Promise<LlamaGrammar> {
        return await loaded.llama.createGrammar({grammar});
      }

      /** Walks a text's tokens and then random ones, and compares at each place. */
      function compare(
        theirs: Theirs,
        allowed: AllowedTokens,
        beginning: readonly number[],
        steps: number,
        whole: boolean
      ): void {
        const {grammar} = allowed;
        let state = grammar.start;
        for (let step = 0; step < beginning.length + steps; step++) {
          const ours = allowed.in(state);
          const list = [...ours];
          // llama.cpp is asked token by token: for all (in a large vocabulary, for every few of them), or for some that begin inside a
          // character, some that are allowed, and some of all.
          const stride = Math.max(1, Math.round(tokens.size / cases(6_000, 300_000)));
          const asked = whole
            ? Array.from({length: Math.ceil(tokens.size / stride)}, (_, i) => stride * i + random.below(stride))
            : [
                ...Array.from({length: 30}, () => trie.inner[random.below(Math.max(1, trie.inner.length))]?.id ?? -1),
                ...Array.from({length: 30}, () => list[random.below(Math.max(1, list.length))] ?? -1),
                ...Array.from({length: 40}, () => random.below(tokens.size))
              ].filter((id) => id >= 0);
          for (const id of asked.filter((id) => id < tokens.size)) {
            const bytes = tokens.bytes(id);
            // Its characters behind the byte 0 would not be looked at.
            if (bytes.indexOf(0) > 0) continue;
            assert.equal(
              ours.has(id),
              theirs.allows(id),
              `token ${id}, ${JSON.stringify(loaded.vocabulary.text(id))}, at ${step}`
            );
          }
          const open = list.filter((id) => !tokens.endsText(id));
          // Half of the random tokens are part of a character, where that is possible.
          const partial = open.filter((id) => (tokens.bytes(id)[0] ?? 0) >= 0x80);
          const pool = partial.length > 0 && random.below(2) === 0 ? partial : open;
          const next = step < beginning.length ? beginning[step] : pool[random.below(Math.max(1, pool.length))];
          if (next === undefined) return;
          const after = grammar.accept(state, tokens.bytes(next), next);
          assert.ok(after !== null, `token ${next} at ${step}`);
          state = after;
          theirs.accept(next);
        }
      }

      for (const [title, text, beginnings] of grammars)
        it(title, async () => {
          const allowed = new AllowedTokens(new Grammar(parseGrammar(text)), trie);
          const grammar = await theirGrammar(text);
          for (const beginning of beginnings) {
            const ids = loaded.vocabulary.tokenizeOn(beginning);
            compare(new Theirs(loaded.model, grammar, State), allowed, ids, cases(4, 60), false);
          }
        });

      it("at all tokens of a string, and of a grammar that names tokens", async () => {
        const allowed = new AllowedTokens(new Grammar(parseGrammar(json)), trie);
        const inString = loaded.vocabulary.tokenizeOn('"é').slice(0, 2);
        compare(new Theirs(loaded.model, await theirGrammar(json), State), allowed, inString, 1, true);
        const id = at(loaded.vocabulary.tokenizeOn("x"), 0);
        const named = `root ::= <[${id}]> !<[${id}]> | "a" "b"`;
        const byName = new AllowedTokens(new Grammar(parseGrammar(named)), trie);
        compare(new Theirs(loaded.model, await theirGrammar(named), State), byName, [id], 1, true);
      });

      it("and bytes of one character in tokens of their own", async () => {
        const ids = [...utf8.encode("☃é")].map((byte) =>
          Array.from({length: tokens.size}, (_, id) => id).find((id) => {
            const bytes = tokens.bytes(id);
            return bytes.length === 1 && bytes[0] === byte;
          })
        );
        if (ids.includes(undefined)) return;
        for (const text of ["root ::= [☃日] [^a]", "root ::= .+", json.replace(/^root ::= .*$/m, "root ::= char+")]) {
          const allowed = new AllowedTokens(new Grammar(parseGrammar(text)), trie);
          compare(new Theirs(loaded.model, await theirGrammar(text), State), allowed, ids as number[], 0, false);
        }
      });
    });
  }
});
