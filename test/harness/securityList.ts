import {readFileSync, realpathSync} from "node:fs";
import path from "node:path";
import {root} from "./paths";
import type {Deed} from "./recording";

/** The meaning of each `<word>` in SECURITY.md's table: paths or addresses of this machine. */
export type Meanings = Readonly<Record<string, readonly string[]>>;

/** `<extension>` for programs that run from this folder. node_modules may be a link to that of another working tree. */
export const extensionHere = [
  path.join(root, "dist"),
  path.join(root, "node_modules"),
  realpathSync(path.join(root, "node_modules")),
  path.join(root, "package.json")
];

interface Row {
  readonly who: string;
  readonly does: string;
  readonly patterns: readonly string[];
}

/** Reads the table of what Tokenscope does outside itself. */
export function securityList(): Row[] {
  const lines = readFileSync(path.join(root, "SECURITY.md"), "utf8").split("\n");
  const cells = lines
    .filter((line) => /^\| (extension|engine|transfers) /.test(line))
    .map((line) => line.split("|").map((cell) => cell.trim()));
  return cells.map(([, who = "", does = "", what = ""]) => ({
    who,
    does,
    patterns: Array.from(what.matchAll(/`([^`]+)`/g), ([, pattern = ""]) => pattern)
  }));
}

/** The actions that the table does not allow, each once: "reads /etc/passwd". */
export function notListed(who: string, deeds: readonly Deed[], meanings: Meanings): string[] {
  const rows = securityList().filter((row) => row.who === who);
  const allowed = new Map<string, RegExp[]>();
  for (const {does, patterns} of rows)
    allowed.set(does, [...(allowed.get(does) ?? []), ...patterns.flatMap((pattern) => expressions(pattern, meanings))]);
  const others = deeds.filter(({does, what}) => !allowed.get(does)?.some((pattern) => pattern.test(what)));
  return [...new Set(others.map(({does, what}) => `${does} ${what}`))];
}

/** A regular expression for each meaning; none if a word has no meaning here. */
function expressions(pattern: string, meanings: Meanings): RegExp[] {
  const [, word] = /^<(\w+)>/.exec(pattern) ?? [];
  const begins = word === undefined ? [""] : (meanings[word] ?? []);
  const rest = pattern.slice(word === undefined ? 0 : word.length + 2);
  return begins.map((begin) => new RegExp(`^${escaped(begin)}${glob(rest)}$`));
}

/** `folder/**` includes the folder itself. */
function glob(pattern: string): string {
  return escaped(pattern)
    .replace(/\/\\\*\\\*$/, "(/.*)?")
    .replace(/\\\*\\\*/g, ".*")
    .replace(/\\\*/g, "[^/]*");
}

function escaped(text: string): string {
  return text.replace(/[\\^$.*+?()[\]{}|]/g, "\\$&");
}
