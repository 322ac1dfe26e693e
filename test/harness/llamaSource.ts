import {execFileSync} from "node:child_process";
import {createHash} from "node:crypto";
import {existsSync, mkdirSync, mkdtempSync, readFileSync, renameSync, rmSync} from "node:fs";
import path from "node:path";
import {root} from "./paths";

const bundle = path.join(root, "node_modules/node-llama-cpp/llama/gitRelease.bundle");

/**
 * A folder of llama.cpp's source, from node-llama-cpp's copy. Unpacked once per version, into a folder that Git
 * ignores.
 */
export function llamaSource(name: "models" | "src" | "tests"): string {
  const version = createHash("sha256").update(readFileSync(bundle)).digest("hex").slice(0, 12);
  const folder = path.join(root, `.vscode-test/llama-${name}-${version}`);
  if (existsSync(folder)) return folder;
  mkdirSync(path.dirname(folder), {recursive: true});
  const clone = mkdtempSync(`${folder}-`);
  try {
    git(["clone", "--quiet", "--no-checkout", bundle, clone]);
    // No conversion of line ends: they are part of the test.
    git(["-C", clone, "-c", "core.autocrlf=false", "checkout", "--quiet", "HEAD", "--", name]);
    renameSync(path.join(clone, name), folder);
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
      throw new Error("llama.cpp's source, to test with, is in a git bundle, and there is no git here: install git.");
    throw error;
  }
}
