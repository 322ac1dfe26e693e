import {createHash} from "node:crypto";
import {readFile, rename, rm, stat, writeFile} from "node:fs/promises";
import path from "node:path";
import * as l10n from "@vscode/l10n";
import {EngineError} from "../../contract/errors";
import {type UnfinishedNote, unfinishedEnding} from "../../contract/transfer";
import {unfinishedNote} from "../../contract/unfinishedNote";
import {isAlive} from "../../platform/processAlive";
import {parsed} from "../../text/guard";
import {exists, sizeOf, withDiskErrors} from "./disk";

/** What the server says about a file of which a part may be on the disk. */
interface Continuable {
  readonly name: string;
  readonly bytes: number;
  readonly ranges: boolean;
  readonly validator: string | null;
}

/** Downloads of this process, by the path of their note. */
const activeDownloads = new Map<string, {readonly signal: AbortSignal; readonly ended: Promise<void>}>();

/** Another process's download counts as dead this long after its last byte (ms). Longer than any stall timeout. */
const maxSilence = 60_000;

/**
 * The partial files of one download and the note beside them. Their names come from the final name and the URI, so that
 * the same request finds them again and two requests never share them.
 */
export class PartialDownload {
  private readonly notePath: string;
  private readonly partials: readonly string[];
  private readonly key: string;
  private end: () => void = () => undefined;

  constructor(
    private readonly folder: string,
    private readonly uri: string,
    private readonly fileNames: readonly string[],
    private readonly bytes: number
  ) {
    this.key = createHash("sha256").update(uri).digest("hex").slice(0, 8);
    this.notePath = path.join(folder, `${fileNames[0]}.${this.key}${unfinishedEnding}`);
    this.partials = fileNames.map((name) => this.partialOf(name));
  }

  /** A file's path until it is complete. */
  partialOf(fileName: string): string {
    return path.join(this.folder, `${fileName}.${this.key}.part`);
  }

  /**
   * Reserves the download for this process until `release`. Returns the validators of the partial files, or none if
   * there is nothing to resume.
   *
   * @throws EngineError where it is being downloaded already, here or in another window's process.
   */
  async claim(signal: AbortSignal): Promise<UnfinishedNote["validators"]> {
    for (
      let other = activeDownloads.get(this.notePath);
      other !== undefined;
      other = activeDownloads.get(this.notePath)
    ) {
      if (!other.signal.aborted) throw alreadyDownloading();
      // An aborted download may still write its last bytes.
      await other.ended;
    }
    const ended = new Promise<void>((resolve) => {
      this.end = resolve;
    });
    activeDownloads.set(this.notePath, {signal, ended});
    try {
      const note = await this.read();
      if (note !== null && note.process !== process.pid && isAlive(note.process) && (await this.isFresh()))
        throw alreadyDownloading();
      return note !== null && note.bytes === this.bytes && note.validators.length === this.fileNames.length
        ? note.validators
        : [];
    } catch (error) {
      this.release();
      throw error;
    }
  }

  release(): void {
    activeDownloads.delete(this.notePath);
    this.end();
  }

  /** How many bytes of a partial file can be kept. 0 if the server's file may have changed since. */
  async startOf({name, bytes, ranges, validator}: Continuable, known: string | null): Promise<number> {
    if (!ranges || validator === null || validator !== known) return 0;
    const there = (await sizeOf(this.partialOf(name))) ?? 0;
    return there <= bytes ? there : 0;
  }

  async write(validators: UnfinishedNote["validators"]): Promise<void> {
    const note: UnfinishedNote = {
      uri: this.uri,
      fileName: this.fileNames[0] ?? "",
      bytes: this.bytes,
      partials: this.partials.map((file) => path.basename(file)),
      validators,
      process: process.pid
    };
    // A crash must not leave half a note.
    await withDiskErrors(writeFile(`${this.notePath}.new`, JSON.stringify(note)));
    await withDiskErrors(rename(`${this.notePath}.new`, this.notePath));
  }

  /** Removes a partial file, and the note with the last one. */
  async drop(partial: string): Promise<void> {
    await withDiskErrors(rm(partial, {force: true}));
    if (!(await Promise.all(this.partials.map(exists))).includes(true)) await this.remove();
  }

  /** Removes the note and what is left of the partial files. */
  async remove(): Promise<void> {
    for (const file of [...this.partials, `${this.notePath}.new`, this.notePath])
      await withDiskErrors(rm(file, {force: true}));
  }

  private async read(): Promise<UnfinishedNote | null> {
    try {
      const note = parsed(unfinishedNote, JSON.parse(await readFile(this.notePath, "utf8")));
      return note?.uri === this.uri ? note : null;
    } catch {
      return null;
    }
  }

  private async isFresh(): Promise<boolean> {
    const times = await Promise.all(
      [...this.partials, this.notePath].map((file) =>
        stat(file)
          .then(({mtimeMs}) => mtimeMs)
          .catch(() => 0)
      )
    );
    // A time in the future means that the clock was set back, so it does not count.
    return Math.abs(Date.now() - Math.max(...times)) < maxSilence;
  }
}

function alreadyDownloading(): EngineError {
  return new EngineError(
    "downloadRunning",
    l10n.t("This file is being downloaded already: wait for it, or cancel that download first.")
  );
}
