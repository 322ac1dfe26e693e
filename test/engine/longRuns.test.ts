import {strict as assert} from "node:assert";
import {spawn} from "node:child_process";
import {mkdtempSync, rmSync, writeFileSync} from "node:fs";
import {tmpdir} from "node:os";
import path from "node:path";
import {text as allOf} from "node:stream/consumers";
import {hasLongRun, maxRunLength, preTokenizersWithLoops} from "../../src/engine/llama/longRuns";
import {Engine, spec} from "./engine";
import type {LongTextResult, LongTexts} from "./fixtures/longTexts";
import {byteVocabulary, notByteAlphabet, sharedPatterns, vocabulary} from "./preTokenizers";
import {vocabularyFiles, vocabularySource} from "./vocabularyFiles";

/** With `TOKENSCOPE_LONG_RUNS=1` every pre-tokenizer gets a million characters of every class, which takes an hour. */
const everything = process.env["TOKENSCOPE_LONG_RUNS"] === "1";

/** A character of each class in pre-tokenizers' patterns, and of combined classes. */
const kinds = {
  "small letters": "a",
  capitals: "A",
  "letters of both cases": "aA",
  "accented letters": "é",
  Cyrillic: "я",
  Thai: "ก",
  Han: "一",
  kana: "か",
  "katakana and its dot": "カ・",
  Hangul: "가",
  Bopomofo: "ㄅ",
  digits: "1",
  "Arabic digits": "٣",
  "letters and digits": "a1",
  spaces: " ",
  "line feeds": "\n",
  "carriage returns": "\r",
  "both line ends": "\r\n",
  tabs: "\t",
  "no-break spaces": "\u00a0",
  "next lines": "\u0085",
  "byte order marks": "\ufeff",
  "ideographic spaces": "\u3000",
  "ideographic spaces and full stops": "\u3000。",
  "full stops": ".",
  apostrophes: "'",
  slashes: "/",
  "punctuation and line feeds": "!\n",
  "East Asian punctuation": "，",
  symbols: "$",
  "circled digits and arrows": "①→",
  emoji: "🚀",
  "combining marks": "\u0301",
  "Hindi syllables": "\u0915\u093f",
  "control characters": "\u0001",
  "unassigned characters": "\u0378",
  "rare Han and full stops": "\u{31350}.",
  "private characters": "\ue000",
  "one-letter words": "a ",
  "words with a space before": " aaaa"
};

type Kind = keyof typeof kinds;

/** GPT-2's byte tokens and few others, so that it is fast. */
function fewTokens(preTokenizer: string): Buffer {
  return byteVocabulary(preTokenizer, ["a a", "aa aa", "Ġ Ġ", "1 1"]);
}

interface Try {
  /** Name of the vocabulary's file. */
  readonly vocabulary: string;
  readonly kind: Kind;
  readonly length: number;
}

describe("Long runs of one class of characters", () => {
  const groups = sharedPatterns();
  const folder = mkdtempSync(path.join(tmpdir(), "tokenscope-long-runs-"));
  after(() => rmSync(folder, {recursive: true, force: true}));

  function written(name: string): string {
    const file = path.join(folder, `${name}.gguf`);
    writeFileSync(file, fewTokens(name));
    return file;
  }

  /** Tokenizes the texts in a separate process. */
  async function results(tries: readonly Try[], fileOf: (vocabulary: string) => string): Promise<LongTextResult[]> {
    const lists = [...new Set(tries.map(({vocabulary}) => vocabulary))].map((vocabulary): LongTexts => {
      const texts = tries.filter((one) => one.vocabulary === vocabulary);
      return {file: fileOf(vocabulary), texts: texts.map(({kind, length}) => ({unit: kinds[kind], length}))};
    });
    const listFile = path.join(folder, "texts.json");
    writeFileSync(listFile, JSON.stringify(lists));
    const child = spawn(process.execPath, [path.resolve("out/test/engine/fixtures/longTexts.js"), listFile], {
      stdio: ["ignore", "pipe", "ignore"]
    });
    const ended = new Promise<unknown>((resolve) => child.once("exit", (code, signal) => resolve(signal ?? code)));
    const lines = (await allOf(child.stdout)).split("\n").filter((line) => line.startsWith("{"));
    assert.equal(await ended, 0, `the process died of ${JSON.stringify(tries[lines.length])}`);
    assert.equal(lines.length, tries.length);
    return lines.map((line) => JSON.parse(line) as LongTextResult);
  }

  it("are known of every pre-tokenizer that llama.cpp has", () => {
    const names = groups.flat();
    const named = [...vocabularySource().matchAll(/tokenizer_pre == "([^"]+)"/g)].map(([, name = ""]) => name);
    assert.deepEqual([...new Set(names)].sort(), [...new Set(named)].sort());
    assert.ok(groups.length >= 30, `${groups.length} patterns`);
    const unknown = preTokenizersWithLoops().filter((name) => !names.includes(name));
    assert.deepEqual(unknown, []);
    // Names with the same pattern have the same loops.
    for (const group of groups)
      for (const unit of Object.values(kinds)) {
        const refusing = group.filter((name) => refuses(name, unit));
        assert.ok(refusing.length === 0 || refusing.length === group.length, `${JSON.stringify(unit)}: ${refusing}`);
      }
  });

  it("are tokenized or refused by every pre-tokenizer", async () => {
    const all = Object.keys(kinds) as Kind[];
    const tried = everything ? groups : groups.filter(([name = ""]) => preTokenizersWithLoops().includes(name));
    const tries = tried.flatMap(([vocabulary = ""]) => [
      // A length for loops. superbpe takes quadratic time: six seconds for 10,000 digits.
      ...all
        .filter((kind) => everything || (vocabulary !== "superbpe" && refuses(vocabulary, kinds[kind])))
        .map((kind): Try => ({vocabulary, kind, length: maxRunLength})),
      // Tokenizing takes up to some seconds each.
      ...all
        .filter((kind) => everything || refuses(vocabulary, kinds[kind]))
        .map((kind): Try => ({vocabulary, kind, length: 1_000_000}))
    ]);
    for (const [i, result] of (await results(tries, written)).entries()) {
      const {vocabulary, kind, length} = tries[i] as Try;
      const what = `${vocabulary}: ${length} ${kind}: ${JSON.stringify(result)}`;
      if (length > maxRunLength && refuses(vocabulary, kinds[kind]))
        assert.deepEqual(result, {refused: "longRun"}, what);
      else assert.ok("tiles" in result && (result.tiles || notByteAlphabet.has(vocabulary)), what);
    }
  }).timeout(3_600_000);

  it("are tokenized by other kinds of vocabularies", async () => {
    const others = vocabularyFiles().filter(({name}) => ["llama-spm", "bert-bge", "nomic-bert-moe"].includes(name));
    const some: readonly Kind[] = everything ? (Object.keys(kinds) as Kind[]) : ["small letters", "spaces"];
    const tries = others.flatMap(({file}) => some.map((kind): Try => ({vocabulary: file, kind, length: 1_000_000})));
    for (const [i, result] of (await results(tries, (file) => file)).entries())
      assert.ok("tiles" in result, `${JSON.stringify(tries[i])}: ${JSON.stringify(result)}`);
  }).timeout(1_800_000);
});

describe("A space beside other white space", () => {
  it("is a token by itself for the pre-tokenizer that splits there, and no death", async () => {
    const folder = mkdtempSync(path.join(tmpdir(), "tokenscope-white-space-"));
    try {
      const file = path.join(folder, "white-space.gguf");
      writeFileSync(file, vocabulary("whitespace", [" ", "\n", "\t", "a", "é"], ["a é", "\n \n"]));
      const list = await new Engine(spec(file)).ask("tokenize", {text: "aé  a\n\n \té a"});
      assert.deepEqual([...list.texts], ["aé", " ", " ", "a", "\n\n", " ", "\t", "é", " ", "a"]);
      assert.deepEqual([...(list.ends ?? [])], [3, 4, 5, 6, 8, 9, 10, 12, 13, 14]);
    } finally {
      rmSync(folder, {recursive: true, force: true});
    }
  });
});

/** Whether long runs of this character are refused for this pre-tokenizer. */
function refuses(preTokenizer: string, unit: string): boolean {
  return hasLongRun(unit.repeat(maxRunLength + 1), preTokenizer);
}
