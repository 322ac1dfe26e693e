import {execFileSync} from "node:child_process";
import {createHash} from "node:crypto";
import {existsSync, mkdirSync, mkdtempSync, readdirSync, readFileSync, renameSync, rmSync} from "node:fs";
import path from "node:path";
import {root} from "../harness/paths";

const bundle = path.join(root, "node_modules/node-llama-cpp/llama/gitRelease.bundle");
const vocabularyCode = "src/llama-vocab.cpp";

/** A vocabulary without weights, and what llama.cpp expects of it: texts with their ids, or nothing. */
export interface VocabularyFile {
  readonly name: string;
  readonly file: string;
  readonly cases: readonly {readonly text: string; readonly ids: readonly number[]}[];
}

/**
 * The vocabularies that llama.cpp tests its tokenizers with, from the copy of its source that node-llama-cpp carries.
 * Unpacked once per version of that copy, into a folder that git ignores.
 */
export function vocabularyFiles(): readonly VocabularyFile[] {
  const folder = path.join(unpacked(), "models");
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

/** llama.cpp's own code about vocabularies. */
export function vocabularySource(): string {
  return readFileSync(path.join(unpacked(), vocabularyCode), "utf8");
}

function unpacked(): string {
  const version = createHash("sha256").update(readFileSync(bundle)).digest("hex").slice(0, 12);
  const folder = path.join(root, `.vscode-test/llama.cpp-${version}`);
  if (existsSync(folder)) return folder;
  mkdirSync(path.dirname(folder), {recursive: true});
  const clone = mkdtempSync(`${folder}-`);
  try {
    git(["clone", "--quiet", "--no-checkout", bundle, clone]);
    // Texts as they are: line ends are part of what is tested.
    git(["-C", clone, "-c", "core.autocrlf=false", "checkout", "--quiet", "HEAD", "--", "models", vocabularyCode]);
    rmSync(path.join(clone, ".git"), {recursive: true, force: true});
    renameSync(clone, folder);
  } finally {
    rmSync(clone, {recursive: true, force: true});
  }
  return folder;
}

function git(args: readonly string[]): void {
  try {
    execFileSync("git", args, {stdio: ["ignore", "ignore", "pipe"]});
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === "ENOENT")
      throw new Error("The vocabularies to test with are in a git bundle, and there is no git here: install git.");
    throw error;
  }
}

/** As llama.cpp's tests/test-tokenizer-0.cpp reads them: texts between separator lines, a line of ids for each. */
function readCases(file: string): VocabularyFile["cases"] {
  const texts = readFileSync(`${file}.inp`, "utf8").split("\n__ggml_vocab_test__\n");
  // After a separator at the very end there is no further text.
  if (texts.at(-1) === "") texts.pop();
  const lines = readFileSync(`${file}.out`, "utf8").split("\n");
  if (lines.at(-1) === "") lines.pop();
  if (texts.length !== lines.length) throw new Error(`${file}: ${texts.length} texts, ${lines.length} lines of ids`);
  return texts.map((text, i) => ({text, ids: (lines[i] ?? "").trim().split(/\s+/).filter(Boolean).map(Number)}));
}
