import {strict as assert} from "node:assert";
import {tokenKinds} from "../../src/contract/tokenInfo";
import {demonstration, Engine, engineInProcess, spec} from "./engine";
import {vocabularyFile} from "./vocabularyFiles";

const all = {query: "", by: "text", ignoreCase: false, kinds: tokenKinds, order: "id"} as const;

/** How vocabularies write a space: in GPT-2's byte alphabet, and in SentencePiece's. */
const files = [
  {name: "the demonstration model", file: demonstration, space: "Ġ"},
  {name: "llama-bpe", file: vocabularyFile("llama-bpe"), space: "Ġ"},
  {name: "llama-spm", file: vocabularyFile("llama-spm"), space: "▁"},
  {name: "bert-bge", file: vocabularyFile("bert-bge"), space: "▁"}
];

/** The file's own list. */
async function writtenTokens(file: string): Promise<readonly string[]> {
  const {model} = await engineInProcess.loadVocabulary(spec(file), () => undefined);
  const {tokens} = model.fileInfo.metadata.tokenizer?.ggml ?? {};
  await model.dispose();
  assert.ok(tokens);
  return tokens;
}

describe("A search in a model's vocabulary", () => {
  for (const {name, file, space} of files)
    it(`${name}: finds what is in the file's list`, async () => {
      const engine = new Engine(spec(file));
      const written = await writtenTokens(file);
      const find = async (changes: Partial<Parameters<typeof engine.ask<"searchVocabulary">>[1]>) => [
        ...(await engine.ask("searchVocabulary", {...all, ...changes})).ids
      ];
      const having = (part: string) => written.flatMap((text, id) => (text.includes(part) ? [id] : []));
      assert.equal((await find({})).length, written.length);
      // Signs and letters that mean themselves in every alphabet, and that no byte token `<0x41>` has in its name.
      for (const query of ["ing", "tion", "zz", "st", "nothing has this"])
        assert.deepEqual(await find({query}), having(query), query);
      assert.deepEqual(
        await find({query: "ing$", by: "pattern"}),
        (await find({query: "ing"})).filter((id) => written[id]?.endsWith("ing"))
      );
      const spaced = await find({query: " th"});
      const normal = new Set(await find({kinds: ["normal"]}));
      // BERT's words have their space in front, which is no part of the token here.
      assert.deepEqual(
        spaced.filter((id) => normal.has(id)),
        name === "bert-bge" ? [] : having(`${space}th`).filter((id) => normal.has(id))
      );
      assert.deepEqual(await find({query: "20 74 68", by: "bytes"}), spaced);
      assert.deepEqual(await find({query: "5-7", by: "id"}), [5, 6, 7]);
    });

  it("tells kinds apart as the tokens' details do", async () => {
    const engine = new Engine(spec(vocabularyFile("llama-spm")));
    for (const kind of tokenKinds) {
      const {ids} = await engine.ask("searchVocabulary", {...all, kinds: [kind]});
      const infos = await engine.ask("tokenInfo", {ids});
      assert.deepEqual([...new Set(infos.map((info) => info.kind))], ids.length === 0 ? [] : [kind]);
    }
    const bytes = await engine.ask("searchVocabulary", {...all, kinds: ["byte"]});
    assert.equal(bytes.ids.length, 256);
  });

  it("refuses a regular expression that goes astray", async () => {
    const engine = new Engine(spec(vocabularyFile("llama-bpe")));
    await assert.rejects(engine.ask("searchVocabulary", {...all, query: "^(\\s+)+x|^((-+)+)+x", by: "pattern"}), {
      kind: "invalidRequest"
    });
    assert.ok((await engine.ask("searchVocabulary", {...all, query: "ing"})).ids.length > 0);
  });
});

describe("What a vocabulary is", () => {
  const facts = async (file: string) => {
    const {model, special, ...others} = await new Engine(spec(file)).ask("vocabularyFacts", {});
    return {...others, special: Object.fromEntries(special.map(({role, id, text}) => [role, `${id} ${text}`]))};
  };

  it("the demonstration model", async () => {
    const {special, ...others} = await facts(demonstration);
    assert.deepEqual(others, {
      size: 8192,
      kind: "bpe",
      preTokenizer: "qwen2",
      addsBos: true,
      addsEos: false,
      addsSpace: false
    });
    assert.equal(special["fim_pre"], "8186 <|fim_prefix|>");
  });

  it("SentencePiece", async () => {
    const {special, ...others} = await facts(vocabularyFile("llama-spm"));
    assert.deepEqual(others, {
      size: 32_000,
      kind: "spm",
      preTokenizer: null,
      addsBos: true,
      addsEos: false,
      addsSpace: true
    });
    assert.deepEqual([special["bos"], special["eos"], special["unknown"]], ["1 <s>", "2 </s>", "0 <unk>"]);
  });

  it("WordPiece", async () => {
    const {special, kind, preTokenizer} = await facts(vocabularyFile("bert-bge"));
    assert.deepEqual([kind, preTokenizer], ["wpm", null]);
    assert.deepEqual([special["unknown"], special["padding"], special["mask"]], ["100 [UNK]", "0 [PAD]", "103 [MASK]"]);
  });

  it("Gemma 4, whose file says no BOS and llama.cpp puts one", async () => {
    const {addsBos, addsSpace, preTokenizer, size} = await facts(vocabularyFile("gemma-4"));
    assert.deepEqual(
      {addsBos, addsSpace, preTokenizer, size},
      {addsBos: true, addsSpace: false, preTokenizer: "gemma4", size: 262_144}
    );
  });
});
