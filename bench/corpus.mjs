// Real files for completions: npm packages with sources by different authors, published in the year before this
// benchmark, so that none of our models was trained on them. They are downloaded through npm.
import {spawnSync} from "node:child_process";
import {createHash} from "node:crypto";
import {existsSync, mkdirSync, readdirSync, readFileSync, renameSync, rmSync} from "node:fs";
import path from "node:path";
import * as tar from "tar";
import {root} from "./engine.mjs";

const folder = path.join(root, "out/bench-corpus");

/** All have the MIT licence. `sources` are the folders of the original source files. */
export const packages = [
  {
    name: "fastify",
    version: "5.12.8",
    published: "2026-11-02",
    sources: ["lib"],
    integrity: "sha512-moP8exb2sCHLUbJkwp+I6C0padhy4D8lp0SdmzY7HhSdZuqm7O/u3o2aq7u8okaQ//33QDzj3G/u+FsSdB8Qzw=="
  },
  {
    name: "zod",
    version: "4.6.7",
    published: "2026-10-12",
    sources: ["src/v4/classic", "src/v4/core", "src/v4/mini"],
    integrity: "sha512-g8W2D2kU6a8untc053fX1uVBKzM7yqAxW/3zwk83+6RyF2+SKOuV+c0wBDhUwzV1PaGapmZH+rmcUzPf+3CGwg=="
  },
  {
    name: "preact",
    version: "11.2.0",
    published: "2026-11-06",
    sources: ["src", "compat/src", "hooks/src", "debug/src"],
    integrity: "sha512-/HfHI/7N84e6GrWBJ3J280z3mLaRJiDcSvj/A+y/4AbLnND/1UlGHe1sR6oYuTGwId0nP7dqDU9OnLxMPZ7xBg=="
  },
  {
    name: "@tanstack/query-core",
    version: "5.108.0",
    published: "2026-11-17",
    sources: ["src"],
    integrity: "sha512-X9zJUtEV/0D2q9pmGS/Bza8S4bNovSBhZOtdhtu0fzsHwizC6C+Eh/q5CX3MQBchsRMrirWVQmv7Fp4OStzV9g=="
  },
  {
    name: "ws",
    version: "8.23.0",
    published: "2026-11-12",
    sources: ["lib"],
    integrity: "sha512-wCkmX8QMOrKjgO8HW2WyDbTSGeqkocxgDzS9iR79rEAexty6/2qzilx3Ag8Tqf9ykop3irLKle0MtVn5qjVnoQ=="
  },
  {
    name: "@noble/curves",
    version: "2.4.0",
    published: "2026-08-27",
    sources: ["src"],
    integrity: "sha512-P4/62zrgfH33CneE3Dn4WhJVA22YUU0eR51wKIan4NVRvwsA0YnPTwWGpNbpuacSujmSFLvyzpyuR30+fbq2Ew=="
  },
  {
    name: "execa",
    version: "10.2.1",
    published: "2026-10-23",
    sources: ["lib"],
    integrity: "sha512-/Bofl3ZBh2Q4/PG0W63qFzP5vDAypi8Zc90UWTBzaDNIYiX7apPOd0N6L8hG8CojUdq4V51adu8BObP+iVsSTw=="
  }
];

/** Whether a file is code written by people: no declarations, tests or translations. */
const wanted = /(?<!\.d|\.test|\.test-d)\.[cm]?[jt]sx?$/;
const unwanted = /(^|\/)(tests?|__tests__|locales)\//;
const fewestLines = 20;
/** Maximum UTF-16 units of a line; longer lines are generated. */
const maxLineLength = 400;

/** The packages' files, `{repository, path, text}` each, in a fixed order. Downloads missing packages. */
export function corpusFiles() {
  fetchPackages();
  return packages.flatMap(({name, sources}) =>
    sources
      .flatMap((source) =>
        readdirSync(path.join(folder, name, source), {recursive: true, encoding: "utf8"}).map((file) =>
          path.posix.join(source, file.split(path.sep).join("/"))
        )
      )
      .filter((file) => wanted.test(file) && !unwanted.test(file))
      .sort()
      .map((file) => ({repository: name, path: file, text: readFileSync(path.join(folder, name, file), "utf8")}))
      .filter(({text}) => {
        const lines = text.split("\n");
        return lines.length >= fewestLines && lines.every(({length}) => length <= maxLineLength);
      })
  );
}

function fetchPackages() {
  mkdirSync(folder, {recursive: true});
  for (const {name, version, integrity} of packages) {
    const target = path.join(folder, name);
    const done = path.join(target, `.${version}`);
    if (existsSync(done)) continue;
    const [{filename}] = JSON.parse(npm(["pack", `${name}@${version}`, "--json", "--pack-destination", folder]));
    // npm writes "-" or "/" in the file name of a scoped package, depending on its version.
    const file = path.join(folder, filename.replace(/^@/, "").replaceAll("/", "-"));
    const found = `sha512-${createHash("sha512").update(readFileSync(file)).digest("base64")}`;
    if (found !== integrity) throw new Error(`${name}@${version} is another one than this bench's: ${found}`);
    rmSync(target, {recursive: true, force: true});
    const unfinished = `${target}.unfinished`;
    rmSync(unfinished, {recursive: true, force: true});
    mkdirSync(unfinished, {recursive: true});
    tar.extract({file, cwd: unfinished, strip: 1, sync: true});
    mkdirSync(path.join(unfinished, `.${version}`));
    renameSync(unfinished, target);
    rmSync(file);
  }
}

function npm(parameters) {
  const {status, stdout, stderr} = spawnSync("npm", parameters, {
    encoding: "utf8",
    shell: process.platform === "win32"
  });
  if (status !== 0) throw new Error(`npm ${parameters.join(" ")} failed: ${stderr}`);
  return stdout;
}

/** Random numbers in [0, 1) from a seed (mulberry32). */
export function seeded(seed) {
  let state = seed >>> 0;
  return () => {
    state = (state + 0x6d2b79f5) >>> 0;
    let mixed = Math.imul(state ^ (state >>> 15), state | 1);
    mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61);
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32;
  };
}

export const holeKinds = ["within a line", "end of line", "whole line", "a few lines"];

/**
 * Cuts `perKind` holes of each kind: `{kind, repository, path, text, offset, truth}`. `text` lacks the hole, and
 * `truth` is the text that was at `offset`. Packages take turns, so that large ones do not count more. No line is cut
 * twice.
 *
 * Whole lines are cut after their indentation, where an editor puts the cursor. Holes of several lines (2 to 6) have no
 * blank line and balanced brackets, so that the code around them stays whole.
 */
export function cutHoles(files, perKind, seed) {
  const random = seeded(seed);
  const below = (limit) => Math.floor(random() * limit);
  const used = new Set();
  const holes = [];
  for (const kind of holeKinds)
    for (let number = 0; number < perKind; ) {
      const mine = files.filter(({repository}) => repository === packages[number % packages.length].name);
      const file = mine[below(mine.length)];
      const lines = file.text.split("\n");
      const row = below(lines.length);
      const hole = cut(kind, lines, row, below);
      if (hole === undefined) continue;
      const rows = Array.from({length: hole.rows}, (_, index) => `${file.repository}/${file.path}:${row + index}`);
      if (rows.some((one) => used.has(one))) continue;
      for (const one of rows) used.add(one);
      const start = lines.slice(0, row).join("\n").length + (row > 0 ? 1 : 0) + hole.from;
      const truth = file.text.slice(start, start + hole.length);
      holes.push({
        ...file,
        kind,
        text: file.text.slice(0, start) + file.text.slice(start + hole.length),
        offset: start,
        truth
      });
      number++;
    }
  return holes;
}

/** A hole of this kind in the lines from `row` on; undefined if there is none. */
function cut(kind, lines, row, below) {
  const line = lines[row].trimEnd();
  const indentation = line.length - line.trimStart().length;
  if (!/\p{L}/u.test(line)) return undefined;
  if (kind === "whole line") return {rows: 1, from: indentation, length: line.length - indentation};
  if (kind === "a few lines") {
    const block = lines.slice(row, row + 2 + below(5));
    if (block.length < 2 || block.some((one) => one.trim() === "") || !balanced(block.join("\n"))) return undefined;
    return {rows: block.length, from: indentation, length: block.join("\n").trimEnd().length - indentation};
  }
  // Words, runs of spaces and single characters: a person may stop typing after each.
  const ends = [...line.matchAll(/\w+|\s+|[^\w\s]/gu)].map(({0: piece, index}) => index + piece.length);
  const inside = ends.filter((end) => end > indentation && end < line.length);
  if (kind === "end of line") {
    if (inside.length === 0) return undefined;
    const from = inside[below(inside.length)];
    return {rows: 1, from, length: line.length - from};
  }
  if (inside.length < 2) return undefined;
  const first = below(inside.length - 1);
  const from = inside[first];
  const to = inside[Math.min(first + 1 + below(6), inside.length - 1)];
  return line.slice(from, to).trim() === "" ? undefined : {rows: 1, from, length: to - from};
}

/** Whether brackets are balanced. Those in strings and comments count too. */
function balanced(text) {
  const pairs = {")": "(", "]": "[", "}": "{"};
  const open = [];
  for (const character of text) {
    if ("([{".includes(character)) open.push(character);
    else if (character in pairs && open.pop() !== pairs[character]) return false;
  }
  return open.length === 0;
}
