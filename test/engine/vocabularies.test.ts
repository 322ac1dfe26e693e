import {strict as assert} from "node:assert";
import fc from "fast-check";
import type {TokenList} from "../../src/contract/scoring";
import {cases} from "../harness/thorough";
import {at, Engine, spec} from "./engine";
import {vocabularyFile, vocabularyFiles} from "./vocabularyFiles";

/**
 * Vocabularies whose tokenizers rewrite texts (BERT to lower case, Unigram by normalization), so that there are no
 * spans.
 */
const rewriting = new Set(["bert-bge", "nomic-bert-moe"]);

/** SentencePiece vocabularies that put a space in front of a text. */
const spaceInFront = new Set(["baichuan", "llama-spm", "phi-3"]);

const lossy = new TextDecoder("utf-8", {ignoreBOM: true});

/** Checks that tokens tile the text's UTF-8 bytes and show the bytes they cover. */
function assertTiles(text: string, {ids, ends, texts}: TokenList, addsSpace: boolean): void {
  assert.ok(ends, `no spans for ${JSON.stringify(text)}`);
  const bytes = Buffer.from(text.toWellFormed());
  assert.equal(ends.length, ids.length);
  assert.equal(ends.at(-1) ?? 0, bytes.length);
  let start = 0;
  for (const [i, end] of ends.entries()) {
    assert.ok(end >= start, `token ${i} of ${JSON.stringify(text)} ends before it starts`);
    const covered = lossy.decode(bytes.subarray(start, end));
    assert.equal(at(texts, i), i === 0 && addsSpace ? ` ${covered}` : covered, `token ${i} of ${JSON.stringify(text)}`);
    start = end;
  }
}

describe("llama.cpp's vocabularies", () => {
  const files = vocabularyFiles();
  const usual = files.find(({name}) => name === "llama-bpe")?.cases ?? [];
  const engine = new Engine();

  it("are all there, with their texts", () => {
    assert.ok(files.length >= 19, `${files.length} vocabularies`);
    assert.ok(files.filter(({cases}) => cases.length > 0).length >= 15);
    for (const {name, cases} of files) assert.ok(cases.length === 0 || cases.length >= 46, name);
  });

  for (const {name, file, cases} of files) {
    const model = spec(file);

    if (cases.length > 0)
      it(`${name}: gives llama.cpp's ids`, async () => {
        for (const {text, ids} of cases) {
          const list = await engine.ask("tokenize", {model, text, texts: 0});
          assert.deepEqual([...list.ids], ids, JSON.stringify(text));
        }
      });

    // Vocabularies without their own test texts use another's.
    const texts = (cases.length > 0 ? cases : usual).map(({text}) => text);
    if (rewriting.has(name))
      it(`${name}: claims no spans`, async () => {
        for (const text of texts) {
          const list = await engine.ask("tokenize", {model, text});
          assert.equal(list.ends, null);
          assert.equal(list.model.capabilities.spans, false);
        }
      });
    else
      it(`${name}: tokens tile every text`, async () => {
        for (const text of ["", ...texts]) {
          const list = await engine.ask("tokenize", {model, text});
          assertTiles(text, list, spaceInFront.has(name));
          assert.equal(list.model.capabilities.spans, true);
        }
      });
  }
});

describe("Random Unicode", () => {
  const character = fc.oneof(
    {weight: 4, arbitrary: fc.string({unit: "grapheme-ascii", minLength: 1, maxLength: 4})},
    {weight: 3, arbitrary: fc.string({unit: "grapheme", minLength: 1, maxLength: 1})},
    {weight: 2, arbitrary: fc.string({unit: "binary", minLength: 1, maxLength: 1})},
    {
      weight: 3,
      arbitrary: fc.constantFrom(
        "\0",
        "\ud83d",
        "\ude80",
        "\r\n",
        "\r",
        "\n",
        "\t",
        "    ",
        "🚀",
        "👩‍👩‍👧",
        "\ufeff",
        "\ufffd"
      )
    },
    {weight: 1, arbitrary: fc.constantFrom("<|endoftext|>", "<|fim_prefix|>", "<s>", "<0x41>", "</s>", "Ġ", "Ċ")}
  );
  const texts = fc.array(character, {maxLength: 20}).map((parts) => parts.join(""));
  const seeded = {seed: 20261122, numRuns: cases(150, 2000)};

  it("is tiled by the demonstration model's tokens", async () => {
    const engine = new Engine();
    await fc.assert(
      fc.asyncProperty(texts, async (text) => {
        const list = await engine.ask("tokenize", {text});
        assertTiles(text, list, false);
        assert.equal((await engine.ask("count", {text})).count, list.ids.length);
      }),
      seeded
    );
  });

  it("is tiled by SentencePiece tokens", async () => {
    const engine = new Engine(spec(vocabularyFile("llama-spm")));
    await fc.assert(
      fc.asyncProperty(texts, async (text) => {
        const plain = text.replaceAll("\u2581", "");
        assertTiles(plain, await engine.ask("tokenize", {text: plain}), true);
      }),
      seeded
    );
  });

  it("has no spans in SentencePiece where the text itself has the sign that stands for a space", async () => {
    const engine = new Engine(spec(vocabularyFile("llama-spm")));
    // SentencePiece treats ▁ and a space alike: tokens don't tell which one it was.
    const list = await engine.ask("tokenize", {text: "a\u2581b"});
    assert.equal(list.ends, null);
    assert.ok(list.model.capabilities.spans);
  });
});

describe("Special tokens written in a text", () => {
  const engine = new Engine();
  const text = "a<|endoftext|>b";

  it("are characters", async () => {
    const list = await engine.ask("tokenize", {text});
    assert.ok(list.ids.length > 3);
    assertTiles(text, list, false);
  });

  it("are what they stand for when asked for", async () => {
    const list = await engine.ask("tokenize", {text, special: true});
    assert.deepEqual([...list.texts], ["a", "<|endoftext|>", "b"]);
    assertTiles(text, list, false);
  });

  it("tile in SentencePiece too, where a space follows each", async () => {
    const model = spec(vocabularyFile("llama-spm"));
    const list = await engine.ask("tokenize", {model, text: "a</s>b", special: true});
    assert.ok(list.ids.includes(2), String(list.ids));
    assert.deepEqual([...(list.ends ?? [])], [1, 5, 6]);
  });
});

describe("Tokens as text", () => {
  const engine = new Engine();

  it("are given for as many tokens as asked for", async () => {
    const list = await engine.ask("tokenize", {text: "one two three", texts: 2});
    assert.equal(list.texts.length, 2);
    assert.ok(list.ids.length > 2);
    assert.deepEqual((await engine.ask("tokenTexts", {ids: list.ids})).slice(0, 2), list.texts);
  });

  it("keep a byte order mark", async () => {
    const model = spec(vocabularyFile("llama-spm"));
    const list = await engine.ask("tokenize", {model, text: "\ufeffa"});
    assert.equal(list.texts.join(""), " \ufeffa");
  });

  it("are empty for ids outside the vocabulary", async () => {
    assert.deepEqual(await engine.ask("tokenTexts", {ids: Int32Array.of(-1, 8192, 1 << 30)}), ["", "", ""]);
  });
});
