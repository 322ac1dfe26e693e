import {existsSync, readdirSync, readFileSync} from "node:fs";
import path from "node:path";
import {llamaSource} from "../harness/llamaSource";

/** A vocabulary without weights, and llama.cpp's expected ids for texts, if there are any. */
export interface VocabularyFile {
  readonly name: string;
  readonly file: string;
  readonly cases: readonly {readonly text: string; readonly ids: readonly number[]}[];
}

/** The vocabularies of llama.cpp's tokenizer tests. */
export function vocabularyFiles(): readonly VocabularyFile[] {
  const folder = llamaSource("models");
  return readdirSync(folder)
    .filter((file) => /^ggml-vocab-.*\.gguf$/.test(file))
    .sort()
    .map((file) => ({
      name: file.replace(/^ggml-vocab-|\.gguf$/g, ""),
      file: path.join(folder, file),
      cases: existsSync(path.join(folder, `${file}.inp`)) ? readCases(path.join(folder, file)) : []
    }));
}

export function vocabularyFile(name: string): string {
  const found = vocabularyFiles().find((one) => one.name === name);
  if (found === undefined) throw new Error(`llama.cpp's source has no vocabulary "${name}" any more.`);
  return found.file;
}

/** llama.cpp's source code on vocabularies. */
export function vocabularySource(): string {
  return readFileSync(path.join(llamaSource("src"), "llama-vocab.cpp"), "utf8");
}

/**
 * Parses them like llama.cpp's tests/test-tokenizer-0.cpp: texts between separator lines, and a line of ids for each.
 */
function readCases(file: string): VocabularyFile["cases"] {
  const texts = readFileSync(`${file}.inp`, "utf8").split("\n__ggml_vocab_test__\n");
  // After a separator at the end there is no further text.
  if (texts.at(-1) === "") texts.pop();
  const lines = readFileSync(`${file}.out`, "utf8").split("\n");
  if (lines.at(-1) === "") lines.pop();
  if (texts.length !== lines.length) throw new Error(`${file}: ${texts.length} texts, ${lines.length} lines of ids`);
  return texts.map((text, i) => ({text, ids: (lines[i] ?? "").trim().split(/\s+/).filter(Boolean).map(Number)}));
}
