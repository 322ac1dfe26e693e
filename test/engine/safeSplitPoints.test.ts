import {strict as assert} from "node:assert";
import {readFileSync} from "node:fs";
import path from "node:path";
import fc from "fast-check";
import type {LlamaModel} from "node-llama-cpp";
import {Vocabulary} from "../../src/engine/llama/vocabulary";
import {root} from "../harness/paths";
import {cases, thorough} from "../harness/thorough";
import {demonstration, engineInProcess} from "./engine";
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
  const letters = ["a", "the", "S", "don", "и", "слово", "é", "ß", "字", "かな", "한", "ǅ", "ªº"];
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
  const others = ["1", "2024", "'s", "'", ".", "...", "(", ")", "\u0301", "🚀", "\0", "\ufffd", "-", "_", "//", "n't"];
  const piece = fc.oneof(
    {weight: 6, arbitrary: fc.constantFrom(...letters)},
    {weight: 6, arbitrary: fc.constantFrom(...between)},
    {weight: 3, arbitrary: fc.constantFrom(...others)},
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
