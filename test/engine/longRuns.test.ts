import {strict as assert} from "node:assert";
import {spawn} from "node:child_process";
import {mkdtempSync, readFileSync, rmSync, writeFileSync} from "node:fs";
import {tmpdir} from "node:os";
import path from "node:path";
import {text as allOf} from "node:stream/consumers";
import {hasLongRun, longestRun, preTokenizersWithLoops} from "../../src/engine/llama/longRuns";
import {putTogether, string, takeApart} from "../faults/ggufParts";
import {thorough} from "../harness/thorough";
import type {LongText, LongTextResult} from "./fixtures/longTexts";
import {vocabularyFile, vocabularyFiles, vocabularySource} from "./vocabularyFiles";

/** One of each class that a pre-tokenizer's pattern names, and what patterns take together. */
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

/** BPE on plain UTF-8: a vocabulary in the byte alphabet makes no tiles there. */
const notByteAlphabet = new Set(["gemma4", "granite-embed-multi-311m", "sarvam-moe", "whitespace"]);

const source = vocabularySource();

/** llama.cpp's pre-tokenizers, by the patterns that they share: the cases of one `switch` over types, and the types' names. */
function sharedPatterns(): readonly (readonly string[])[] {
  const names = new Map<string, string[]>([["default", ["default"]]]);
  for (const [, asked = "", type = ""] of source.matchAll(
    /if \(\s*((?:tokenizer_pre == "[^"]+"\s*(?:\|\|)?\s*)+)\) \{\s*pre_type = LLAMA_VOCAB_PRE_TYPE_(\w+);/g
  )) {
    const same = [...asked.matchAll(/"([^"]+)"/g)].map(([, name = ""]) => name);
    if (type !== "DEFAULT") names.set(type, [...(names.get(type) ?? []), ...same]);
  }
  const groups: string[][] = [["default"]];
  for (const [labels] of source.matchAll(/(?:case LLAMA_VOCAB_PRE_TYPE_\w+:\s*)+(?=regex_exprs = )/g))
    groups.push([...labels.matchAll(/PRE_TYPE_(\w+)/g)].flatMap(([, type = ""]) => names.get(type) ?? []));
  return groups;
}

describe("Long runs of one class of characters", () => {
  const groups = sharedPatterns();
  const folder = mkdtempSync(path.join(tmpdir(), "tokenscope-long-runs-"));
  const {version, entries, tensors, data} = takeApart(readFileSync(vocabularyFile("gpt-2")));
  after(() => rmSync(folder, {recursive: true, force: true}));

  /** GPT-2's vocabulary with another pre-tokenizer. */
  function withPreTokenizer(name: string): string {
    const file = path.join(folder, `${name}.gguf`);
    const changed = entries.map((entry) =>
      entry.key.toString() === "tokenizer.ggml.pre" ? {...entry, value: string(name)} : entry
    );
    writeFileSync(file, putTogether({version, entries: changed, tensors, data}));
    return file;
  }

  /** What comes of texts of these kinds, in a process of its own. */
  async function tried(file: string, length: number, names: readonly string[]): Promise<Map<string, LongTextResult>> {
    const texts = names.map((name): LongText => ({unit: kinds[name as keyof typeof kinds], length}));
    const child = spawn(
      process.execPath,
      [path.resolve("out/test/engine/fixtures/longTexts.js"), file, JSON.stringify(texts)],
      {
        stdio: ["ignore", "pipe", "ignore"]
      }
    );
    const ended = new Promise<string>((resolve) =>
      child.once("exit", (code, signal) => resolve(signal ?? `code ${code}`))
    );
    const lines = (await allOf(child.stdout)).split("\n").filter((line) => line.startsWith("{"));
    assert.equal(await ended, "code 0", `died of ${names[lines.length]}`);
    return new Map(lines.map((line, i) => [names[i] ?? "", JSON.parse(line) as LongTextResult]));
  }

  function assertTiled(kind: string, result: LongTextResult, tiles: boolean): void {
    assert.ok("tokens" in result, `${kind}: ${JSON.stringify(result)}`);
    assert.ok(result.tokens > 0 && (result.tiles || !tiles), `${kind}: ${JSON.stringify(result)}`);
  }

  it("are known of every pre-tokenizer that llama.cpp has", () => {
    const names = groups.flat();
    const named = [...source.matchAll(/tokenizer_pre == "([^"]+)"/g)].map(([, name = ""]) => name);
    assert.deepEqual([...new Set(names)].sort(), [...new Set(named)].sort());
    assert.ok(groups.length >= 30, `${groups.length} patterns`);
    assert.deepEqual(
      preTokenizersWithLoops().filter((name) => !names.includes(name)),
      []
    );
    // Names that share a pattern share its loops.
    for (const group of groups)
      for (const unit of Object.values(kinds)) {
        const long = unit.repeat(longestRun + 1);
        const refusing = group.filter((name) => hasLongRun(long, name));
        assert.ok(refusing.length === 0 || refusing.length === group.length, `${JSON.stringify(unit)}: ${refusing}`);
      }
  });

  for (const [name = "", ...same] of groups) {
    const file = (): string => withPreTokenizer(name);
    const tiles = !notByteAlphabet.has(name);

    it(`of ${longestRun} characters are tokenized: ${[name, ...same].join(", ")}`, async () => {
      for (const [kind, result] of await tried(file(), longestRun, Object.keys(kinds)))
        assertTiled(kind, result, tiles);
    });

    it(`of a million characters are tokenized or refused: ${name}`, async () => {
      // What is tokenized takes a second each.
      const refused = (kind: string): boolean =>
        hasLongRun(kinds[kind as keyof typeof kinds].repeat(longestRun + 1), name);
      const names = Object.keys(kinds).filter((kind) => thorough || refused(kind));
      for (const [kind, result] of await tried(file(), 1_000_000, names))
        if (refused(kind)) assert.deepEqual(result, {refused: "longRun"}, kind);
        else assertTiled(kind, result, tiles);
    });
  }

  for (const {name, file} of vocabularyFiles().filter(({name}) => /spm|bert/.test(name)))
    it(`of a million characters are tokenized by other kinds of vocabularies: ${name}`, async () => {
      const names = Object.keys(kinds).filter((kind) => thorough || kind === "small letters" || kind === "spaces");
      for (const [kind, result] of await tried(file, 1_000_000, names)) assertTiled(kind, result, false);
    });
});
