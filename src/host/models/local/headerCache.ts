import {randomUUID} from "node:crypto";
import {mkdir, readdir, readFile, rename, rm, stat, writeFile} from "node:fs/promises";
import path from "node:path";
import * as v from "valibot";
import {type ModelFacts, modelFacts} from "../../../gguf/facts";
import {GgufError} from "../../../gguf/ggufError";
import {type GgufHeader, missingBytes, type ReadOptions, readHeader} from "../../../gguf/header";
import {HeaderBudget} from "../../../gguf/headerBudget";
import {noModel} from "../../../gguf/refusal";
import {splitNames} from "../../../gguf/splits";
import {fileSource} from "../../../platform/fileSource";
import {parsed} from "../../../text/guard";
import {iterateInSlices} from "../../cooperativeWork";
import {modelFactsShape} from "./factsShape";
import type {LocalModel} from "./localModel";

/**
 * First line of the cache file. Each other line has one entry, so that the file is read and written in time slices. A
 * file in another format is ignored.
 */
const firstLine = '{"format":1,"entries":[';
const lastLine = "]}";
const maxEntries = 2000;
/**
 * Maximum characters of the cache file. An entry has about 600; if they are longer, the least recently used are
 * dropped.
 */
const maxFileSize = 4 * 2 ** 20;
/** Maximum number of headers read concurrently. Each blocks for some milliseconds at a time. */
const maxConcurrent = 2;
/** Delay until new entries are written to the file (ms). */
const saveDelay = 1000;
/** A temporary file this old (ms) is left over from a process that died. */
const abandonedAfter = 60_000;

/** The facts about one state of a file. */
interface Entry {
  readonly bytes: number;
  readonly parts: number;
  readonly modified: number;
  /** Null if the file is no model, as far as this version can tell. */
  readonly facts: ModelFacts | null;
}

/** A line of the cache file: a path and its entry. */
const lineShape = v.tuple([
  v.string(),
  v.object({bytes: v.number(), parts: v.number(), modified: v.number(), facts: v.nullable(modelFactsShape)})
]);

/** Caches the facts in model headers across sessions. A header is read again if its file changed. */
export class HeaderCache {
  /** In order of use, the most recent last. */
  private readonly entries = new Map<string, Entry>();
  private readonly slotWaiters: (() => void)[] = [];
  private running = 0;
  private loading: Promise<void> | undefined;
  private unsaved = false;
  private timer: NodeJS.Timeout | undefined;
  private writing: Promise<void> = Promise.resolve();

  /** `file` is the cache file. Its folder is created with the first write. */
  constructor(private readonly file: string) {}

  /** Loads the cache file. Never rejects: an unreadable file counts as empty. */
  load(): Promise<void> {
    this.loading ??= this.read();
    return this.loading;
  }

  /** The cached facts: null for a file that is no model, undefined if the header must be read. */
  known(model: LocalModel): ModelFacts | null | undefined {
    const entry = this.entries.get(model.path);
    return entry !== undefined && isSameFileState(entry, model) ? entry.facts : undefined;
  }

  /**
   * The facts about a model, from the cache or else from the headers of all its parts. Null if it is no model or can't
   * be read. Rejects only with the signal's reason.
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

  /** Writes new entries to the file. Never rejects: after a failure, headers are read again in the next session. */
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
      // A wrong file stays wrong, so this is cached; a read error may pass.
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
      // A character may take three bytes.
      if ((await stat(this.file)).size > 3 * maxFileSize) return;
      const [first, ...lines] = (await readFile(this.file, "utf8")).split("\n");
      if (first !== firstLine) return;
      for await (const line of iterateInSlices(lines)) {
        if (line === lastLine) return;
        const known = parsed(lineShape, JSON.parse(line.replace(/,$/, "")));
        if (known !== null) this.addEntry(...known);
      }
    } catch {
      // Missing or damaged: headers are read again.
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

/** Throws a {@link GgufError} if a file is no GGUF or damaged. */
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

/** The header of a file; null if tensors are missing. */
async function headerOf(file: string, options: ReadOptions): Promise<GgufHeader | null> {
  const source = await fileSource(file);
  try {
    const header = await readHeader(source, options);
    return missingBytes(header, source.size) > 0 ? null : header;
  } finally {
    await source.close();
  }
}
