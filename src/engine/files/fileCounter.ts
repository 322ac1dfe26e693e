import {setImmediate} from "node:timers/promises";
import type {CountBytesParams, CountFilesParams, FileCounts, FileProblem} from "../../contract/fileCounts";
import type {ModelRef} from "../../contract/models";
import type {RequestContext} from "../backend";
import {backendKind} from "../backends";
import type {Model} from "../model";
import type {Scheduler} from "../scheduler";
import {contentOf, nameOf, nameOfText, type Stamp, stampOf, textOf} from "./contents";
import {type Counted, KeptCounts} from "./keptCounts";

/** Milliseconds after which a request is answered with what there is. */
const moment = 200;

/** Files that are looked at, and read, at the same time. */
const filesAtOnce = 64;

/** Bytes that are held in memory at once, or one larger file. */
const bytesAtOnce = 16_000_000;

/** A file that was changed less than this before it was read (ms) may change again without a new time. */
const settled = 2000;

/** What a request counts with. */
interface Counting {
  readonly model: Model;
  /** Names the model's file in this state. */
  readonly modelName: string;
  readonly kept: KeptCounts;
  readonly signal: AbortSignal;
}

/** A file whose content is not known. */
interface Unread {
  readonly index: number;
  readonly path: string;
  readonly stamp: Stamp;
}

type Result = Counted | {readonly problem: FileProblem};

/** Counts files, of which it knows what has not changed. Completions come first, and live counts have their turn after each file. */
export class FileCounter {
  private readonly kept = new Map<string | undefined, KeptCounts>();

  constructor(private readonly scheduler: Pick<Scheduler, "idle">) {}

  async countFiles(model: Model, params: CountFilesParams, {signal}: RequestContext): Promise<FileCounts> {
    const counting = await this.counting(model, params, signal);
    const until = performance.now() + moment;
    const results: Result[] = [];
    while (results.length < params.paths.length) {
      results.push(
        ...(await this.some(params.paths.slice(results.length, results.length + filesAtOnce), counting, until))
      );
      if (performance.now() > until) break;
    }
    return await answer(model, results);
  }

  async countBytes(model: Model, params: CountBytesParams, {signal}: RequestContext): Promise<FileCounts> {
    const counting = await this.counting(model, params, signal);
    return await answer(model, [await this.countContent(params.content, await nameOf(params.content), counting)]);
  }

  /** Writes what is to be kept at once, before the process ends. */
  async save(): Promise<void> {
    await Promise.all([...this.kept.values()].map((kept) => kept.save()));
  }

  private async counting(
    model: Model,
    {model: ref, kept: file}: {readonly model: ModelRef; readonly kept?: string},
    signal: AbortSignal
  ): Promise<Counting> {
    const kept = this.kept.get(file) ?? new KeptCounts(file);
    this.kept.set(file, kept);
    await kept.ready();
    const modelName = nameOfText(`${ref.path} ${await backendKind(ref).stamp(ref)}`);
    return {model, modelName, kept, signal};
  }

  /** Results of the first of these files, at least one. */
  private async some(paths: readonly string[], counting: Counting, until: number): Promise<readonly Result[]> {
    const {kept, modelName} = counting;
    const names = paths.map(nameOfText);
    const stamps = await Promise.all(paths.map(stampOf));
    const results: (Result | undefined)[] = [];
    const unread: Unread[] = [];
    for (const [index, stamp] of stamps.entries()) {
      const path = paths[index] ?? "";
      if (typeof stamp === "string") results[index] = {problem: stamp};
      else {
        const content = kept.contentAt(names[index] ?? "", stamp);
        results[index] = content === undefined ? undefined : kept.count(content, modelName);
        if (results[index] === undefined) unread.push({index, path, stamp});
      }
    }
    for (let at = 0; at < unread.length; ) {
      const group = firstBytes(unread.slice(at));
      at += group.length;
      const contents = await Promise.all(group.map(({path}) => contentOf(path)));
      for (const [i, {index, stamp}] of group.entries()) {
        // The others are read again with the next request.
        if (index > 0 && performance.now() > until) return results.slice(0, index) as Result[];
        const content = contents[i] ?? "unreadable";
        results[index] = await this.countRead(content, names[index] ?? "", stamp, counting);
      }
    }
    return results as Result[];
  }

  private async countRead(
    content: Uint8Array | FileProblem,
    pathName: string,
    stamp: Stamp,
    counting: Counting
  ): Promise<Result> {
    if (typeof content === "string") return {problem: content};
    const name = await nameOf(content);
    const counted = await this.countContent(content, name, counting);
    if (content.length === stamp.size && Date.now() - Math.max(stamp.modified, stamp.changed) > settled)
      counting.kept.setContent(pathName, stamp, name);
    return counted;
  }

  private async countContent(content: Uint8Array, name: string, counting: Counting): Promise<Result> {
    const {model, modelName, kept, signal} = counting;
    const known = kept.count(name, modelName);
    if (known !== undefined) return known;
    await setImmediate();
    await this.scheduler.idle(signal);
    const read = textOf(content);
    const counted: Result = "problem" in read ? read : await countText(read.text, model, signal);
    if ("problem" in counted && (counted.problem === "tooLarge" || counted.problem === "unreadable")) return counted;
    kept.setCount(name, modelName, counted as Counted);
    return counted;
  }
}

async function countText(text: string, model: Model, signal: AbortSignal): Promise<Counted> {
  try {
    const {count, characters, bytes} = await model.countAlone(text, signal);
    return {tokens: count, characters, bytes};
  } catch (error) {
    if (error instanceof Error && "kind" in error && error.kind === "longRun") return {problem: "longRun"};
    throw error;
  }
}

/** As many of the first files as may be in memory at once. */
function firstBytes(files: readonly Unread[]): readonly Unread[] {
  let bytes = 0;
  const end = files.findIndex(({stamp}, i) => {
    bytes += stamp.size;
    return bytes > bytesAtOnce && i > 0;
  });
  return end === -1 ? files : files.slice(0, end);
}

async function answer(model: Model, results: readonly Result[]): Promise<FileCounts> {
  const numbers = (key: "tokens" | "characters" | "bytes"): Uint32Array =>
    Uint32Array.from(results, (result) => ("problem" in result ? 0 : result[key]));
  return {
    model: await model.describe(),
    warnings: await model.warnings(),
    tokens: numbers("tokens"),
    characters: numbers("characters"),
    bytes: numbers("bytes"),
    problems: results.map((result) => ("problem" in result ? result.problem : null))
  };
}
