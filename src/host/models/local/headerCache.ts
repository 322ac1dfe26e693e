import {randomUUID} from "node:crypto";
import {mkdir, readdir, readFile, rename, rm, stat, writeFile} from "node:fs/promises";
import path from "node:path";
import {type ModelFacts, modelFacts} from "../../../gguf/facts";
import {GgufError} from "../../../gguf/ggufError";
import {type GgufHeader, missingBytes, type ReadOptions, readHeader} from "../../../gguf/header";
import {HeaderBudget} from "../../../gguf/headerBudget";
import {noModel} from "../../../gguf/refusal";
import {splitNames} from "../../../gguf/splits";
import {fileSource} from "../../../platform/fileSource";
import {iterateInSlices} from "../../cooperativeWork";
import {isModelFacts} from "./factsShape";
import type {LocalModel} from "./localModel";

/**
 * The kept file's first line; each of the others has an entry, so that it can be read and written in turns. Of a format that
 * another version wrote, nothing is taken over.
 */
const firstLine = '{"format":1,"entries":[';
const lastLine = "]}";
const maxEntries = 2000;
/** Characters of the kept file. An entry has some 600: those used last are kept where some have more. */
const maxFileSize = 4 * 2 ** 20;
/** Headers read at once: each works for some milliseconds before others get their turn. */
const maxConcurrent = 2;
/** Milliseconds after which what was learned is written down. */
const saveDelay = 1000;
/** Milliseconds after which a file that is written beside the kept one is written no more: its process has died. */
const abandonedAfter = 60_000;

/** Which state of a file the facts are of. */
interface Entry {
  readonly bytes: number;
  readonly parts: number;
  readonly modified: number;
  /** Null: no model, as far as this version can tell. */
  readonly facts: ModelFacts | null;
}

/** What models' headers say, read once for each state of a file and kept over sessions. */
export class HeaderCache {
  /** The ones used last are last. */
  private readonly entries = new Map<string, Entry>();
  private readonly slotWaiters: (() => void)[] = [];
  private running = 0;
  private loading: Promise<void> | undefined;
  private unsaved = false;
  private timer: NodeJS.Timeout | undefined;
  private writing: Promise<void> = Promise.resolve();

  /** `file` is where it is kept; its folder is made when there is something to keep. */
  constructor(private readonly file: string) {}

  /** Resolves when what was kept is known. Never rejects: what can't be read is not known. */
  load(): Promise<void> {
    this.loading ??= this.read();
    return this.loading;
  }

  /** What is known without reading a file: null for what is no model, undefined for what has to be read. */
  known(model: LocalModel): ModelFacts | null | undefined {
    const entry = this.entries.get(model.path);
    return entry !== undefined && isSameFileState(entry, model) ? entry.facts : undefined;
  }

  /**
   * Reads a model's header (of all its parts) unless it is known. Null where it is no model or can't be read. Rejects
   * only with the signal's reason.
   */
  async facts(model: LocalModel, signal?: AbortSignal): Promise<ModelFacts | null> {
    await this.load();
    return await this.withSlot(async () => {
      signal?.throwIfAborted();
      const known = this.known(model);
      if (known === undefined) return await this.readFacts(model, signal);
      this.addEntry(model.path, {...fileState(model), facts: known});
      return known;
    });
  }

  /** Writes down what was learned, if anything was. Never rejects: then it is read again next time. */
  save(): Promise<void> {
    clearTimeout(this.timer);
    this.timer = undefined;
    if (this.unsaved) {
      this.unsaved = false;
      this.writing = this.writing.then(() => this.write()).catch(() => undefined);
    }
    return this.writing;
  }

  dispose(): void {
    void this.save();
  }

  private async readFacts(model: LocalModel, signal: AbortSignal | undefined): Promise<ModelFacts | null> {
    try {
      const facts = await factsOf(model, signal);
      this.store(model, facts);
      return facts;
    } catch (error) {
      signal?.throwIfAborted();
      // What the file is will not change; that it can't be read may.
      if (error instanceof GgufError) this.store(model, null);
      return null;
    }
  }

  private store(model: LocalModel, facts: ModelFacts | null): void {
    this.addEntry(model.path, {...fileState(model), facts});
    this.unsaved = true;
    this.timer ??= setTimeout(() => void this.save(), saveDelay).unref();
  }

  private addEntry(file: string, entry: Entry): void {
    this.entries.delete(file);
    this.entries.set(file, entry);
    for (const oldest of this.entries.keys()) {
      if (this.entries.size <= maxEntries) break;
      this.entries.delete(oldest);
    }
  }

  private async withSlot<T>(work: () => Promise<T>): Promise<T> {
    while (this.running >= maxConcurrent) await new Promise<void>((resolve) => this.slotWaiters.push(resolve));
    this.running++;
    try {
      return await work();
    } finally {
      this.running--;
      this.slotWaiters.shift()?.();
    }
  }

  private async read(): Promise<void> {
    try {
      // A character may have three bytes.
      if ((await stat(this.file)).size > 3 * maxFileSize) return;
      const [first, ...lines] = (await readFile(this.file, "utf8")).split("\n");
      if (first !== firstLine) return;
      for await (const line of iterateInSlices(lines)) {
        if (line === lastLine) return;
        const [file, entry] = JSON.parse(line.replace(/,$/, "")) as readonly unknown[];
        if (typeof file === "string" && isEntry(entry)) this.addEntry(file, entry);
      }
    } catch {
      // Not there yet, or damaged: headers are read again.
    }
  }

  private async write(): Promise<void> {
    const lines: string[] = [];
    let characters = 0;
    for await (const entry of iterateInSlices([...this.entries].reverse())) {
      const line = JSON.stringify(entry);
      characters += line.length;
      if (characters > maxFileSize) break;
      lines.unshift(line);
    }
    await mkdir(path.dirname(this.file), {recursive: true});
    await this.removeAbandoned().catch(() => undefined);
    const beside = `${this.file}.${randomUUID()}.part`;
    try {
      await writeFile(beside, `${firstLine}\n${lines.join(",\n")}\n${lastLine}\n`);
      await rename(beside, this.file);
    } catch (error) {
      await rm(beside, {force: true});
      throw error;
    }
  }

  private async removeAbandoned(): Promise<void> {
    const folder = path.dirname(this.file);
    for (const name of await readdir(folder)) {
      if (!name.startsWith(`${path.basename(this.file)}.`) || !name.endsWith(".part")) continue;
      const {mtimeMs} = await stat(path.join(folder, name)).catch(() => ({mtimeMs: Date.now()}));
      if (Date.now() - mtimeMs > abandonedAfter) await rm(path.join(folder, name), {force: true});
    }
  }
}

function fileState({bytes, parts, modified}: LocalModel): Omit<Entry, "facts"> {
  return {bytes, parts, modified};
}

function isSameFileState(entry: Entry, model: LocalModel): boolean {
  return entry.bytes === model.bytes && entry.parts === model.parts && entry.modified === model.modified;
}

function isEntry(value: unknown): value is Entry {
  if (typeof value !== "object" || value === null) return false;
  const {bytes, parts, modified, facts} = value as Record<string, unknown>;
  const stamped = [bytes, parts, modified].every((number) => typeof number === "number");
  return stamped && (facts === null || isModelFacts(facts));
}

/** Throws a {@link GgufError} for what is no whole model. */
async function factsOf(model: LocalModel, signal: AbortSignal | undefined): Promise<ModelFacts | null> {
  const folder = path.dirname(model.path);
  const names = model.parts === 1 ? [path.basename(model.path)] : splitNames(path.basename(model.path));
  const budget = new HeaderBudget();
  const options: ReadOptions = signal === undefined ? {budget} : {budget, signal};
  const headers: GgufHeader[] = [];
  for (const name of names) {
    const header = await headerOf(path.join(folder, name), options);
    if (header === null) return null;
    headers.push(header);
  }
  const [first, ...others] = headers;
  return first === undefined || noModel(first) !== null ? null : modelFacts(first, model.bytes, others);
}

/** Null for a file that lacks some of its tensors. */
async function headerOf(file: string, options: ReadOptions): Promise<GgufHeader | null> {
  const source = await fileSource(file);
  try {
    const header = await readHeader(source, options);
    return missingBytes(header, source.size) > 0 ? null : header;
  } finally {
    await source.close();
  }
}
