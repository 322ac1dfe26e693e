/**
 * What a text for others may contain: file names without folders, hosts without the rest of the address, places in our own code.
 * For any input, the result contains no folder, no user name and no message of an error.
 */
import {visibleText} from "../../text/visibleText";

/** Names to hide. Names of one or two letters are ignored: they would be found everywhere. */
export type Secrets = readonly string[];

const maxNameLength = 80;
const maxFrames = 12;

/** A name from outside, on one line and without Markdown. */
export function plainName(text: string, secrets: Secrets): string {
  let name = text.slice(0, maxNameLength).replace(/(?<![^\s("'])(?:[A-Za-z]:|~)?[/\\]\S*/g, "(path)");
  for (const secret of secrets.filter(({length}) => length > 2))
    name = name.replace(new RegExp(escapeRegExp(secret), "gi"), "(hidden)");
  return visibleText(name.toWellFormed()).replace(/[^\p{L}\p{N} .,:;+()@=/_-]/gu, "?");
}

/** The last part of a path of any system, or of an address. */
export function fileNameOnly(file: string, secrets: Secrets): string {
  const name = file
    .trim()
    .split(/[/\\]/)
    .findLast((part) => part !== "");
  return plainName(name ?? "", secrets);
}

/** "huggingface.co" of "https://user:token@huggingface.co/path?query". */
export function hostOnly(address: string, secrets: Secrets): string {
  try {
    const {hostname} = new URL(address.trim());
    return /^[\w.:[\]-]+$/.test(hostname) ? plainName(hostname, secrets) : "(no address)";
  } catch {
    return "(no address)";
  }
}

/** A single technical word: an error code, a signal, the name of a class. Else undefined. */
export function wordOnly(word: unknown): string | undefined {
  return typeof word === "string" && /^[A-Za-z][A-Za-z0-9_-]{0,39}$/.test(word) ? word : undefined;
}

/** The frames of a stack that lie in `folder`, the extension's own: "activate (dist/extension.js:1:200)". */
export function framesOf(stack: string, folder: string): string[] {
  const inside = new RegExp(
    `^ {4}at (?:async )?(?:(?:new )?([\\w$.<>]{1,80}) \\()?${escapeRegExp(folder)}[/\\\\]([\\w./\\\\-]+\\.js:\\d+:\\d+)\\)?$`,
    "i"
  );
  return stack
    .split("\n")
    .flatMap((line) => {
      const [, name, place] = inside.exec(line) ?? [];
      return place === undefined ? [] : [name === undefined ? place : `${name} (${place})`];
    })
    .slice(0, maxFrames);
}

function escapeRegExp(text: string): string {
  return text.replace(/[\\^$.*+?()[\]{}|/-]/g, "\\$&");
}
