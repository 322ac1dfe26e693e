import {createHash} from "node:crypto";
import {createReadStream} from "node:fs";
import {stat} from "node:fs/promises";
import path from "node:path";
import * as l10n from "@vscode/l10n";
import {EngineError} from "../../contract/errors";
import {GgufError} from "../../gguf/ggufError";
import {type GgufHeader, missingBytes, type ReadOptions, readHeader, readVersion} from "../../gguf/header";
import {HeaderBudget} from "../../gguf/headerBudget";
import {wouldAbortLlama} from "../../gguf/llamaAssertions";
import {isList} from "../../gguf/metadata";
import {refusal, repeatedTokens} from "../../gguf/refusal";
import {maxParts, type SplitPart, splitName, splitNames, splitPart} from "../../gguf/splits";
import {repeatedString} from "../../gguf/stringLists";
import {fileSource} from "../../platform/fileSource";
import {incomplete} from "./loadErrors";

/** Size and time of a file: they tell one state of it from another without reading it. */
export interface FileStamp {
  readonly size: number;
  readonly modified: number;
}

/** Makes sure that the file is a GGUF of a known version, before native code reads it. */
export async function checkModelFile(file: string): Promise<FileStamp> {
  const name = path.basename(file);
  const status = await stat(file).catch((error: NodeJS.ErrnoException) => {
    if (error.code === "ENOENT" || error.code === "ENOTDIR" || error.code === "ENAMETOOLONG")
      throw new EngineError("modelMissing", l10n.t('There is no model file "{0}": choose another one.', name));
    throw unreadable(name, error);
  });
  if (status.isDirectory())
    throw new EngineError(
      "modelIsDirectory",
      l10n.t('"{0}" is a folder: choose a GGUF file in it as the model.', name)
    );
  if (!status.isFile())
    throw new EngineError("notGguf", l10n.t('"{0}" is not a file: choose a GGUF file as the model.', name));
  const source = await fileSource(file).catch((error: NodeJS.ErrnoException) => {
    throw unreadable(name, error);
  });
  try {
    // node-llama-cpp reads unknown versions as version 3, with a warning on the console.
    await readVersion(source);
  } catch (error) {
    throw error instanceof GgufError ? refused(error, name) : unreadable(name, error as NodeJS.ErrnoException);
  } finally {
    await source.close();
  }
  return {size: status.size, modified: status.mtimeMs};
}

/**
 * Makes sure that the headers of a model's parts can be trusted, before others read them: node-llama-cpp reads on beyond the end of
 * a file if its header says so, and llama.cpp ends the process for many errors that it could report. Throws EngineError if they
 * can't be trusted, or if tensors or parts are missing.
 */
export async function checkHeaders(file: string, signal?: AbortSignal): Promise<void> {
  const name = path.basename(file);
  const split = splitPart(name);
  if (split !== null && split.parts > maxParts)
    throw new EngineError(
      "modelUnsuitable",
      l10n.t('"{0}" is one of {1} files, more than any known model has: choose another model.', name, split.parts)
    );
  if (split !== null && split.part > 1)
    throw new EngineError(
      "modelUnsuitable",
      l10n.t('"{0}" is part {1} of a model in {2} files: choose the first of them.', name, split.part, split.parts)
    );
  const budget = new HeaderBudget();
  const options: ReadOptions = signal === undefined ? {budget} : {budget, signal};
  const first = await checkedHeader(file, options, true);
  const others = split === null ? [] : await otherHeaders(file, split, first, options);
  checkParts(name, split, [first, ...others]);
  if (others.length > 0 && wouldAbortLlama(first, others)) throw incomplete(name);
}

async function otherHeaders(
  file: string,
  split: SplitPart,
  first: GgufHeader,
  options: ReadOptions
): Promise<GgufHeader[]> {
  const name = path.basename(file);
  const folder = path.dirname(file);
  const names = splitNames(name).slice(1);
  const missing: string[] = [];
  for (const part of names) if (!(await exists(path.join(folder, part)))) missing.push(part);
  if (missing.length > 0) {
    if (partCount(first) === 1 && missing.length === names.length) throw wholeByHeader(name, split);
    throw new EngineError(
      "modelIncomplete",
      l10n.t(
        '"{0}" is the first of {1} files, and beside it "{2}" is missing: put all of them into one folder, under their own names, or choose another model.',
        name,
        split.parts,
        missing[0] ?? ""
      )
    );
  }
  const headers: GgufHeader[] = [];
  for (const part of names) headers.push(await checkedHeader(path.join(folder, part), options, false));
  return headers;
}

/** Makes sure that the files' names and headers say the same parts. llama.cpp uses both. */
function checkParts(name: string, split: SplitPart | null, headers: readonly GgufHeader[]): void {
  const [first] = headers;
  if (first === undefined) return;
  const parts = partCount(first);
  if (split !== null && parts === 1) throw wholeByHeader(name, split);
  for (const [i, header] of headers.entries()) {
    const part = partNumber(header);
    if (parts === (split?.parts ?? 1) && (parts === 1 || part === i)) continue;
    const now = split === null ? name : splitName(split.base, i + 1, split.parts);
    throw new EngineError(
      "modelIncomplete",
      l10n.t(
        '"{0}" is part {1} of a model in {2} files, and was renamed: give it its own name back, which ends in "{3}", or choose another model.',
        now,
        part + 1,
        parts,
        splitName("", part + 1, parts)
      )
    );
  }
}

/** The number of a part, from 0. */
function partNumber({metadata}: GgufHeader): number {
  return Number(metadata.get("split.no") ?? 0);
}

function partCount({metadata}: GgufHeader): number {
  return Math.max(1, Number(metadata.get("split.count") ?? 1));
}

function wholeByHeader(name: string, {part, parts}: SplitPart): EngineError {
  return new EngineError(
    "modelIncomplete",
    l10n.t(
      '"{0}" is named like part {1} of {2}, but is a whole model by its header: give it a name without these numbers, or choose another model.',
      name,
      part,
      parts
    )
  );
}

async function exists(file: string): Promise<boolean> {
  return await stat(file).then(
    () => true,
    () => false
  );
}

async function checkedHeader(file: string, options: ReadOptions, isFirst: boolean): Promise<GgufHeader> {
  const name = path.basename(file);
  const source = await fileSource(file).catch((error: NodeJS.ErrnoException) => {
    // A folder or a pipe is no part either.
    throw isSystemError(error) && error.code !== "ENOENT" ? unreadable(name, error) : incomplete(name);
  });
  try {
    const header = await readHeader(source, options);
    // The first part says what the model is, whatever its name.
    const reason = isFirst && partNumber(header) === 0 ? refusal(header) : null;
    if (reason !== null) throw reason;
    // A vocabulary without weights may end before the place where weights would begin.
    if (header.tensors?.length !== 0 && missingBytes(header, source.size) > 0) throw incomplete(name);
    if (wouldAbortLlama(header)) throw incomplete(name);
    const tokens = header.metadata.get("tokenizer.ggml.tokens");
    const repeated = isList(tokens) ? await repeatedString(source, tokens, options.signal) : null;
    if (repeated !== null) throw repeatedTokens(repeated);
    return header;
  } catch (error) {
    if (error instanceof GgufError) throw refused(error, name);
    throw isSystemError(error) ? unreadable(name, error) : error;
  } finally {
    await source.close();
  }
}

function refused(error: GgufError, name: string): EngineError {
  switch (error.problem) {
    case "notGguf":
      return new EngineError("notGguf", error.sentence(name));
    case "damaged":
    case "tooLarge":
      return incomplete(name);
    case "otherArchitecture":
      return new EngineError("unknownArchitecture", error.sentence(name));
    default:
      return new EngineError("modelUnsuitable", error.sentence(name));
  }
}

function isSystemError(error: unknown): error is NodeJS.ErrnoException {
  return error instanceof Error && "syscall" in error;
}

function unreadable(name: string, {code}: NodeJS.ErrnoException): EngineError {
  return new EngineError(
    "modelUnreadable",
    l10n.t('The model file "{0}" can\'t be read ({1}): check its permissions or choose another one.', name, code ?? "?")
  );
}

/** Lower-case hex SHA-256 of a model's file, read in pieces. Throws EngineError if it is gone or can't be read. */
export async function sha256Of(file: string, signal: AbortSignal): Promise<string> {
  const hash = createHash("sha256");
  try {
    for await (const piece of createReadStream(file, {signal, highWaterMark: 1 << 20})) hash.update(piece);
  } catch (error) {
    throw isSystemError(error) ? unreadable(path.basename(file), error) : error;
  }
  return hash.digest("hex");
}
