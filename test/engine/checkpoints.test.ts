import {strict as assert} from "node:assert";
import {writeFileSync} from "node:fs";
import path from "node:path";
import {Random} from "../faults/random";
import {tinyModels} from "../faults/tinyModels";
import {Engine, spec} from "./engine";
import {temporaryFolder} from "./modelCopies";

/** Tokens that a key may cost: what it changes, and what stands behind the last checkpoint. */
const perKey = 24;

const words = ["const ", "text ", "some ", "= ", "a", "\n", "ab;", "st "];

describe("A completion after another key", () => {
  const folder = temporaryFolder();

  for (const name of ["llama", "gemma3", "mamba", "hybrid"])
    it(`evaluates the end of the prompt only, and is what a new engine says, on ${name}`, async () => {
      const file = path.join(folder.path, `${name}.gguf`);
      writeFileSync(file, tinyModels[name]?.(new Random(7)) ?? "");
      const engine = new Engine(spec(file));
      const random = new Random(3);
      const ask = async (prefix: string, asked = engine) =>
        await asked.ask("complete", {prefix, suffix: "", maxTokens: 6, extent: "unlimited"});
      let prefix = Array.from({length: 150}, () => random.pick(words)).join("");
      const first = await ask(prefix);
      assert.equal(first.evaluatedPromptTokens, first.promptTokens);
      assert.ok(first.promptTokens > 8 * perKey, `${first.promptTokens} tokens`);
      for (const key of ["x", "y", "\n", "some ", "z"]) {
        prefix += key;
        const {ids, logprobs, evaluatedPromptTokens, promptTokens} = await ask(prefix);
        assert.ok(evaluatedPromptTokens <= perKey, `${evaluatedPromptTokens} of ${promptTokens} tokens after a key`);
        const fresh = await ask(prefix, new Engine(spec(file)));
        assert.deepEqual(ids, fresh.ids);
        // Other batches round otherwise.
        for (const [i, logprob] of logprobs.entries())
          assert.ok(Math.abs(logprob - (fresh.logprobs[i] ?? Number.NaN)) < 0.02, `token ${i}: ${logprob}`);
      }
    });

  it("goes back over what was taken away, on a recurrent model", async () => {
    const file = path.join(folder.path, "mamba.gguf");
    const engine = new Engine(spec(file));
    const random = new Random(4);
    const text = Array.from({length: 200}, () => random.pick(words)).join("");
    const ask = async (length: number, asked = engine) =>
      await asked.ask("complete", {prefix: text.slice(0, length), suffix: "", maxTokens: 4, extent: "unlimited"});
    for (const length of [text.length, text.length - 2, text.length - 300, text.length - 298, text.length - 100]) {
      const {ids} = await ask(length);
      assert.deepEqual(ids, (await ask(length, new Engine(spec(file)))).ids, `${length} characters`);
    }
  });
});
