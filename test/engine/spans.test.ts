import {strict as assert} from "node:assert";
import {writeFileSync} from "node:fs";
import path from "node:path";
import fc from "fast-check";
import {reassemble, takeApart} from "../faults/ggufParts";
import {Random} from "../faults/random";
import {tinyModels} from "../faults/tinyModels";
import {type GgufValue, ggufFile, text, texts, uint} from "../harness/ggufFile";
import {cases} from "../harness/thorough";
import {at, Engine, spec} from "./engine";
import {temporaryFolder} from "./modelCopies";
import {vocabularyFile} from "./vocabularyFiles";

/** GPT-2's alphabet of bytes and `<mask>`, with the pre-tokenizer of a model of Jina's. */
function maskVocabulary(): Buffer {
  const printable = (byte: number) => (byte > 0x20 && byte < 0x7f) || (byte > 0xa0 && byte !== 0xad);
  let next = 0x100;
  const letters = Array.from({length: 256}, (_, byte) => String.fromCodePoint(printable(byte) ? byte : next++));
  const tokens = [...letters, "ab", "<mask>"];
  const types = tokens.map((token): GgufValue => ({type: "int32", value: token === "<mask>" ? 3 : 1}));
  const vocabulary = takeApart(
    ggufFile({
      entries: [
        ["tokenizer.ggml.pre", text("jina-v2-code")],
        ["tokenizer.ggml.tokens", texts(tokens)],
        ["tokenizer.ggml.token_type", {type: "array", of: "int32", values: types}],
        ["tokenizer.ggml.merges", texts(["a b"])],
        ["tokenizer.ggml.eos_token_id", uint(0)]
      ]
    })
  ).entries;
  const whole = takeApart(tinyModels["qwen"]?.(new Random(1)) ?? assert.fail());
  const names = new Set(vocabulary.map(({key}) => key.toString()));
  const others = whole.entries.filter(({key}) => !names.has(key.toString()));
  return reassemble({...whole, entries: [...others, ...vocabulary], tensors: [], data: Buffer.alloc(0)});
}

describe("Special tokens that eat white space", () => {
  const engine = new Engine(spec(vocabularyFile("phi-3")));

  /** The text that each token covers. */
  async function covered(text: string, special = true): Promise<string[]> {
    const {ends} = await engine.ask("tokenize", {text, special});
    assert.ok(ends, `no spans for ${JSON.stringify(text)}`);
    const bytes = Buffer.from(text);
    return Array.from(ends, (end, i) => bytes.subarray(ends[i - 1] ?? 0, end).toString());
  }

  it("cover what they ate", async () => {
    assert.deepEqual(await covered("<|user|>\nHello<|end|>\n"), ["<|user|>\n", "Hello", "<|end|>\n"]);
    assert.deepEqual(await covered("<|user|> \t\r\n\v\f a"), ["<|user|> \t\r\n\v\f ", "a"]);
    assert.deepEqual(await covered("a<|end|>\n<|user|>\n\nb"), ["a", "<|end|>\n", "<|user|>\n\n", "b"]);
    assert.deepEqual(await covered("<|end|>\n"), ["<|end|>\n"]);
  });

  it("leave what is no white space of C's, and what stands before them", async () => {
    assert.equal((await covered("<|user|>\u00a0a"))[0], "<|user|>");
    assert.deepEqual(await covered("a <|end|>"), ["a", " ", "<|end|>"]);
  });

  it("eat nothing where they are exempt, or are read as characters", async () => {
    assert.deepEqual(await covered("<s>\na"), ["<s>", "", "\n", "a"]);
    assert.ok((await covered("<|user|>\na", false)).includes("\n"));
  });

  it("may eat what stands before them", async () => {
    const folder = temporaryFolder();
    try {
      const file = path.join(folder.path, "mask.gguf");
      writeFileSync(file, maskVocabulary());
      const text = "a \n<mask> b<mask>c  <mask>";
      const model = spec(file);
      const {ids, ends} = await engine.ask("tokenize", {model, text, special: true});
      const mask = ids.find((id) => id >= 256);
      assert.deepEqual(
        Array.from(ids, (id, i) => id === mask && text.slice(ends?.[i - 1] ?? 0, ends?.[i])).filter(Boolean),
        [" \n<mask>", "<mask>", "  <mask>"]
      );
      assert.equal(ends?.at(-1), text.length);
    } finally {
      folder.remove();
    }
  });

  it("tile any text of tokens, white space and words", async () => {
    const parts = fc.array(
      fc.constantFrom(
        "<|user|>",
        "<|end|>",
        "</s>",
        "<s>",
        "<unk>",
        "<|endoftext|>",
        " ",
        "  ",
        "\n",
        "\r\n",
        "\t",
        "a",
        "🚀",
        "é"
      ),
      {maxLength: 12}
    );
    await fc.assert(
      fc.asyncProperty(parts, fc.boolean(), async (texts, special) => {
        const text = texts.join("");
        const {ends, texts: own} = await engine.ask("tokenize", {text, special});
        assert.ok(ends);
        const bytes = Buffer.from(text);
        assert.equal(ends.at(-1) ?? 0, bytes.length);
        for (const [i, end] of ends.entries()) {
          const piece = bytes.subarray(ends[i - 1] ?? 0, end).toString();
          // A token and its bytes may differ only by removed white space and SentencePiece's space.
          assert.equal(at(own, i).trim(), piece.trim(), `token ${i} of ${JSON.stringify(text)}`);
        }
      }),
      {seed: 9, numRuns: cases(200, 5000)}
    );
  });
});
