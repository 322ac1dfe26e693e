import {strict as assert} from "node:assert";
import fc from "fast-check";
import type {LlamaModel} from "node-llama-cpp";
import {Vocabulary} from "../../src/engine/llama/vocabulary";
import {cases, thorough} from "../harness/thorough";
import {compareEdits, documentsOf, histories} from "./editing";
import {demonstration, engineInProcess} from "./engine";
import {vocabularyFile, vocabularyFiles} from "./vocabularyFiles";

/** Vocabularies that are read fast, at least one of each kind. `TOKENSCOPE_THOROUGH=1` takes all. */
const fast = new Set(["bert-bge", "deepseek-llm", "gpt-2", "llama-spm", "nomic-bert-moe", "phi-3", "qwen2"]);

const actsAtOnce = 20;

async function vocabularyOf(file: string): Promise<{model: LlamaModel; vocabulary: Vocabulary}> {
  const llama = await engineInProcess.llamaRuntime("off", 1, () => undefined);
  const model = await llama.loadModel({modelPath: file, vocabOnly: true, gpuLayers: 0});
  return {model, vocabulary: new Vocabulary(model)};
}

describe("A document that is edited has the tokens of its text", () => {
  for (const {name, file} of [{name: "demonstration model", file: demonstration}, ...vocabularyFiles()].filter(
    ({file, name}) => thorough || file === demonstration || fast.has(name)
  ))
    it(name, async () => {
      const {model, vocabulary} = await vocabularyOf(file);
      try {
        await fc.assert(
          fc.asyncProperty(histories(actsAtOnce), fc.integer({min: 1, max: 60}), async (history, chunkLength) => {
            assert.equal(await compareEdits(vocabulary, history, chunkLength), actsAtOnce);
          }),
          {seed: 20261130, numRuns: cases(5, 20)}
        );
      } finally {
        await model.dispose();
      }
    });
});

describe("A live document", () => {
  const {signal} = new AbortController();
  const context = {signal, onProgress: () => undefined};
  const ref = {model: {} as never, document: "d", version: 1};

  it("begins at 0 also where the tokenizer drops its first characters", async () => {
    const {model, vocabulary} = await vocabularyOf(vocabularyFile("bert-bge"));
    try {
      const documents = documentsOf(vocabulary, 1);
      const text = "\ude80 \ude80 a b c";
      await documents.open({...ref, text}, context);
      const tokens = await documents.tokens({...ref, start: 0, end: text.length}, context);
      assert.deepEqual([tokens?.first, tokens?.start, tokens?.ids.length], [0, 0, 3]);
    } finally {
      await model.dispose();
    }
  });

  it("counts a range that ends inside a surrogate pair as a text by itself", async () => {
    const {model, vocabulary} = await vocabularyOf(vocabularyFile("llama-spm"));
    try {
      const text = `${"A few words before it. ".repeat(20)}🚀 and behind`;
      const end = text.indexOf("🚀") + 1;
      for (const chunkLength of [1, 20, 1000]) {
        const documents = documentsOf(vocabulary, chunkLength);
        await documents.open({...ref, text}, context);
        const ranges = {starts: Uint32Array.of(0, end), ends: Uint32Array.of(end, text.length)};
        const counts = await documents.countRanges({...ref, ...ranges}, context);
        const expected = [text.slice(0, end), text.slice(end)].map(
          (part) => vocabulary.tokenize(part.toWellFormed(), false).length
        );
        assert.deepEqual([...(counts?.counts ?? [])], expected, `parts of ${chunkLength}`);
      }
    } finally {
      await model.dispose();
    }
  });
});
