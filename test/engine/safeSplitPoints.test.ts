import {strict as assert} from "node:assert";
import {mkdtempSync, readFileSync, rmSync, writeFileSync} from "node:fs";
import {tmpdir} from "node:os";
import path from "node:path";
import fc from "fast-check";
import type {LlamaModel} from "node-llama-cpp";
import {Vocabulary} from "../../src/engine/llama/vocabulary";
import {root} from "../harness/paths";
import {cases, thorough} from "../harness/thorough";
import {demonstration, engineInProcess} from "./engine";
import {byteAlphabet, byteVocabulary, notByteAlphabet, sharedPatterns} from "./preTokenizers";
import {vocabularyFiles} from "./vocabularyFiles";

const {signal} = new AbortController();

/**
 * Vocabularies that are read fast, at least one of each kind. `TOKENSCOPE_THOROUGH=1` takes all, with 1,500 random
 * texts each.
 */
const fast = new Set(["bert-bge", "deepseek-llm", "falcon", "gpt-2", "llama-spm", "phi-3", "qwen2", "starcoder"]);

/** Unigram's tokenizer evaluates a text as a whole. */
const whole = new Set(["nomic-bert-moe"]);

async function vocabularyOf(file: string): Promise<{model: LlamaModel; vocabulary: Vocabulary}> {
  const llama = await engineInProcess.llamaRuntime("off", 1, () => undefined);
  const model = await llama.loadModel({modelPath: file, vocabOnly: true, gpuLayers: 0});
  return {model, vocabulary: new Vocabulary(model)};
}

describe("A long text tokenized in parts has the tokens of the whole", () => {
  const letters = ["a", "the", "S", "don", "и", "слово", "é", "ß", "字", "かな", "한", "ǅ", "ªº", "के", "ไทย", "نص"];
  const special = [
    "<|endoftext|>",
    "<s>",
    "</s>",
    "<unk>",
    "[MASK]",
    "<0x41>",
    "<|im_start|>user",
    "\n\n\n",
    "\t\t",
    "    "
  ];
  const between = [" ", "\n", " ", "\n", "  ", "\r\n", "\n\n", "\t", " \n", "\u00a0", "\u2581", "Ġ", "Ċ"];
  const signs = [
    '"',
    '","',
    '":',
    "{",
    "}",
    "];",
    ",",
    "，",
    "。",
    "；",
    "」",
    "+",
    "=",
    "_x",
    "a1b2",
    "/",
    "<b>",
    "x86"
  ];
  const others = ["1", "2024", "'s", "'", ".", "...", "(", ")", "\u0301", "🚀", "\0", "\ufffd", "-", "_", "//", "n't"];
  const piece = fc.oneof(
    {weight: 6, arbitrary: fc.constantFrom(...letters)},
    {weight: 6, arbitrary: fc.constantFrom(...between)},
    {weight: 3, arbitrary: fc.constantFrom(...others)},
    {weight: 3, arbitrary: fc.constantFrom(...signs)},
    {weight: 1, arbitrary: fc.constantFrom(...special)},
    {weight: 1, arbitrary: fc.string({unit: "grapheme", minLength: 1, maxLength: 2})}
  );
  const texts = fc.array(piece, {maxLength: 40}).map((parts) => parts.join("").toWellFormed());
  const written = ["prose", "python", "typescript", "unicode"].map((name) =>
    readFileSync(path.join(root, `test/fixtures/reference/${name}.txt`), "utf8")
  );

  for (const {name, file} of [{name: "demonstration model", file: demonstration}, ...vocabularyFiles()].filter(
    ({file, name}) => thorough || file === demonstration || fast.has(name)
  ))
    it(name, async () => {
      const {model, vocabulary} = await vocabularyOf(file);
      const tokenize = vocabulary.tokenize.bind(vocabulary);
      let calls = 0;
      vocabulary.tokenize = (text, special) => {
        calls++;
        return tokenize(text, special);
      };
      const assertSame = async (text: string, special: boolean): Promise<void> => {
        const parts = await vocabulary.tokenizeInTurns(text, special, signal, 1);
        assert.deepEqual([...parts], [...tokenize(text, special)], JSON.stringify(text));
      };
      try {
        for (const text of written) await assertSame(text, false);
        assert.ok(whole.has(name) ? calls === written.length : calls > 100, `${calls} parts`);
        await fc.assert(fc.asyncProperty(texts, fc.boolean(), assertSame), {
          seed: 20261122,
          numRuns: cases(40, 1500)
        });
      } finally {
        await model.dispose();
      }
    });
});

/** How the byte alphabet of GPT-2's vocabulary writes a text. */
function inByteAlphabet(text: string): string {
  return [...Buffer.from(text)].map((byte) => byteAlphabet[byte]).join("");
}

/**
 * A vocabulary that joins whatever it may: any two of these characters, and many of the pairs. Where a pre-tokenizer does not
 * begin a word, there is a token that shows it.
 */
const characters = [..."aBsté я一か한12_\"',.:(-}/<>$ \n\r\t\u3000，。！", "`", "\u0301", "🚀", "क", "े", "ก", "ع"];

function eagerMerges(seed: number): readonly string[] {
  const order = fc.sample(fc.double({noNaN: true}), {seed, numRuns: characters.length ** 2});
  const whole = characters.map(inByteAlphabet);
  const made = whole.flatMap((text) =>
    Array.from(text)
      .slice(1)
      .map((last, i) => `${[...text].slice(0, i + 1).join("")} ${last}`)
  );
  const pairs = whole
    .flatMap((left) => whole.map((right) => [left, right] as const))
    .map((pair, i) => ({pair, order: order[i] as number}))
    .sort((a, b) => a.order - b.order)
    .map(({pair: [left, right]}) => ({left, right}));
  const fours = pairs.slice(0, 400).flatMap(({left, right}, i) => {
    const other = pairs[(i * 7 + 3) % pairs.length] as {left: string; right: string};
    return [`${left}${right} ${other.left}${other.right}`, `${left}${right} ${other.left}`];
  });
  return [...new Set([...made, ...pairs.map(({left, right}) => `${left} ${right}`), ...fours])];
}

describe("Where words begin, they begin for every pre-tokenizer of llama.cpp", () => {
  const folder = mkdtempSync(path.join(tmpdir(), "tokenscope-split-points-"));
  after(() => rmSync(folder, {recursive: true, force: true}));
  const piece = fc.constantFrom(...characters, "ab", "'s", "'re", "123456", "  ", "\r\n", '":"', "a1", "1a", "a,1");
  const texts = fc.array(piece, {minLength: 2, maxLength: 12}).map((parts) => parts.join(""));
  const merges = eagerMerges(20261130);
  const names = sharedPatterns().flatMap((group) => (thorough ? group : group.slice(0, 1)));
  for (const name of names.filter((name) => !notByteAlphabet.has(name)))
    it(name, async () => {
      const file = path.join(folder, `${name}.gguf`);
      writeFileSync(file, byteVocabulary(name, merges));
      const {model, vocabulary} = await vocabularyOf(file);
      try {
        const same = async (text: string) =>
          assert.deepEqual(
            [...(await vocabulary.tokenizeInTurns(text, false, signal, 1))],
            [...vocabulary.tokenize(text, false)],
            JSON.stringify(text)
          );
        await fc.assert(fc.asyncProperty(texts, same), {seed: 20261130, numRuns: cases(100, 300)});
      } finally {
        await model.dispose();
      }
    });
});
