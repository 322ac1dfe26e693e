import {randomUUID} from "node:crypto";
import {mkdir, readFile, rename, rm, stat, writeFile} from "node:fs/promises";
import path from "node:path";
import {setImmediate} from "node:timers/promises";
import type {FileProblem} from "../../contract/fileCounts";
import {tokenscopeVersion} from "../../version";
import type {Stamp} from "./contents";

/** What is known of a content: its count, or why it has none. */
export type Counted =
  | {readonly tokens: number; readonly characters: number; readonly bytes: number}
  | {readonly problem: Extract<FileProblem, "binary" | "encoding" | "longRun">};

/** Entries of each kind. The ones that were used longest ago are forgotten. */
const maxEntries = 100_000;

/** Bytes of the file, more than so many entries take. A larger one is not ours. */
const maxFileSize = 40_000_000;

/** Lines that are read or written before others have their turn. */
const linesAtOnce = 4096;

/** Milliseconds after the last new entry. */
const saveDelay = 1000;

/** Another release may cut texts into other tokens. */
const firstLine = `tokenscope-file-counts/1 ${tokenscopeVersion}`;

const name = "[\\w-]{22}";
const number = "(?:0|[1-9]\\d{0,15})";
const stampLine = new RegExp(
  `^s (${name}) (${number}) (\\d{1,15}(?:\\.\\d{1,6})?) (\\d{1,15}(?:\\.\\d{1,6})?) (${name})$`
);
const countLine = new RegExp(`^c (${name}) (${name}) (${number}) (${number}) (${number})$`);
const problemLine = new RegExp(`^p (${name}) (${name}) (binary|encoding|longRun)$`);

/**
 * Counts by content, and which content a file had when it was last read, so that a file that has not changed is not even
 * read. Kept in a file that has no text and no names of files: only hashes, sizes, times and numbers. A file that is broken
 * is ignored, line by line.
 */
export class KeptCounts {
  /** Name of a path → what it had when it was read. */
  private readonly stamps = new Map<string, Stamp & {readonly content: string}>();
  /** Names of a content and a model. */
  private readonly counts = new Map<string, Counted>();
  /** When the file was written that was read last. */
  private readAt = 0;
  private reading: Promise<void> | undefined;
  private timer: NodeJS.Timeout | undefined;
  private writing: Promise<void> = Promise.resolve();

  constructor(private readonly file: string | undefined) {}

  /** Reads the file, once. */
  async ready(): Promise<void> {
    this.reading ??= this.read();
    await this.reading;
  }

  /** The content of a file, if it has not changed since it was read. */
  contentAt(path: string, stamp: Stamp): string | undefined {
    const known = this.stamps.get(path);
    if (known === undefined || !isSame(known, stamp)) return undefined;
    renew(this.stamps, path, known);
    return known.content;
  }

  setContent(path: string, stamp: Stamp, content: string): void {
    renew(this.stamps, path, {...stamp, content});
    this.saveSoon();
  }

  count(content: string, model: string): Counted | undefined {
    const key = `${content} ${model}`;
    const known = this.counts.get(key);
    if (known !== undefined) renew(this.counts, key, known);
    return known;
  }

  setCount(content: string, model: string, counted: Counted): void {
    renew(this.counts, `${content} ${model}`, counted);
    this.saveSoon();
  }

  /** Writes what is new, if anything is. What can't be written is counted again next time. */
  async save(): Promise<void> {
    if (this.timer === undefined) return await this.writing;
    clearTimeout(this.timer);
    this.timer = undefined;
    this.writing = this.writing.then(() => this.write()).catch(() => undefined);
    await this.writing;
  }

  private saveSoon(): void {
    if (this.file === undefined) return;
    clearTimeout(this.timer);
    this.timer = setTimeout(() => void this.save(), saveDelay).unref();
  }

  private async read(): Promise<void> {
    if (this.file === undefined) return;
    const status = await stat(this.file).catch(() => undefined);
    if (!status?.isFile() || status.size > maxFileSize || status.mtimeMs === this.readAt) return;
    this.readAt = status.mtimeMs;
    const text = await readFile(this.file, "latin1").catch(() => "");
    const [first, ...lines] = text.split("\n");
    if (first !== firstLine) return;
    for (const [i, line] of lines.entries()) {
      if (i % linesAtOnce === linesAtOnce - 1) await setImmediate();
      this.readLine(line);
    }
  }

  /** Takes what is not known better already. */
  private readLine(line: string): void {
    const stamp = stampLine.exec(line);
    if (stamp !== null) {
      const [, path = "", size, modified, changed, content = ""] = stamp;
      if (!this.stamps.has(path))
        renew(this.stamps, path, {size: Number(size), modified: Number(modified), changed: Number(changed), content});
      return;
    }
    const [, content, model, ...numbers] = countLine.exec(line) ?? problemLine.exec(line) ?? [];
    const key = `${content} ${model}`;
    if (content === undefined || this.counts.has(key)) return;
    const [tokens, characters, bytes] = numbers.map(Number);
    const isCount = tokens !== undefined && characters !== undefined && bytes !== undefined;
    const problem = numbers[0] as "binary" | "encoding" | "longRun";
    renew(this.counts, key, isCount ? {tokens, characters, bytes} : {problem});
  }

  private async write(): Promise<void> {
    if (this.file === undefined) return;
    // Another window may have written since.
    await this.read();
    await mkdir(path.dirname(this.file), {recursive: true});
    const beside = `${this.file}.${randomUUID()}.part`;
    try {
      await writeFile(beside, await this.lines());
      await rename(beside, this.file);
      this.readAt = (await stat(this.file)).mtimeMs;
    } catch (error) {
      await rm(beside, {force: true});
      throw error;
    }
  }

  private async lines(): Promise<string> {
    const lines = [firstLine];
    const add = async (line: string): Promise<void> => {
      if (lines.push(line) % linesAtOnce === 0) await setImmediate();
    };
    for (const [path, {size, modified, changed, content}] of [...this.stamps])
      await add(`s ${path} ${size} ${time(modified)} ${time(changed)} ${content}`);
    for (const [key, counted] of [...this.counts])
      await add(
        "problem" in counted
          ? `p ${key} ${counted.problem}`
          : `c ${key} ${counted.tokens} ${counted.characters} ${counted.bytes}`
      );
    return `${lines.join("\n")}\n`;
  }
}

function renew<Value>(map: Map<string, Value>, key: string, value: Value): void {
  map.delete(key);
  map.set(key, value);
  if (map.size <= maxEntries) return;
  const [oldest = ""] = map.keys();
  map.delete(oldest);
}

function isSame(a: Stamp, b: Stamp): boolean {
  return a.size === b.size && time(a.modified) === time(b.modified) && time(a.changed) === time(b.changed);
}

/** To the microsecond: a number has no more digits. */
function time(milliseconds: number): string {
  return Math.max(0, milliseconds).toFixed(3);
}
