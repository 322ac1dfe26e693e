import {createHash} from "node:crypto";
import {createReadStream} from "node:fs";
import {open, stat} from "node:fs/promises";
import path from "node:path";
import * as l10n from "@vscode/l10n";
import {fileSource} from "../../fileSource";
import {isDeadly} from "../../gguf/deadly";
import {GgufError} from "../../gguf/ggufError";
import {type GgufHeader, hasRepeats, missingBytes, type ReadOptions, readHeader} from "../../gguf/header";
import {HeaderBudget} from "../../gguf/headerBudget";
import {isList} from "../../gguf/infill";
import {mostParts, splitNames, splitPart} from "../../gguf/splits";
import {HumanError} from "../api";
import {incomplete} from "./loadErrors";

/** Tells one state of a file from another, without reading it. */
export interface FileStamp {
  readonly size: number;
  readonly modified: number;
}

/** Magic, version, and how many tensors and entries there are. */
const headerBytes = 24;

/** Makes sure that there is a file that says it is a GGUF, of a version that is known, before native code gets to see it. */
export async function checkModelFile(file: string): Promise<FileStamp> {
  const name = path.basename(file);
  const status = await stat(file).catch((error: NodeJS.ErrnoException) => {
    if (error.code === "ENOENT" || error.code === "ENOTDIR" || error.code === "ENAMETOOLONG")
      throw new HumanError("modelMissing", l10n.t('There is no model file "{0}": choose another one.', name));
    throw unreadable(name, error);
  });
  if (status.isDirectory())
    throw new HumanError("modelIsDirectory", l10n.t('"{0}" is a folder: choose a GGUF file in it as the model.', name));
  if (!status.isFile())
    throw new HumanError("notGguf", l10n.t('"{0}" is not a file: choose a GGUF file as the model.', name));
  const header = await readStart(file, headerBytes).catch((error: NodeJS.ErrnoException) => {
    throw unreadable(name, error);
  });
  if (header.toString("latin1", 0, 4) !== "GGUF")
    throw new HumanError("notGguf", l10n.t('"{0}" is not a GGUF file: choose a model in the GGUF format.', name));
  // node-llama-cpp reads other versions as if they were version 3, and says so on the console.
  if (header.length < headerBytes || ![2, 3].includes(header.readUInt32LE(4))) throw incomplete(name);
  return {size: status.size, modified: status.mtimeMs};
}

/**
 * Makes sure that the headers of a model's parts can be believed before others read them: node-llama-cpp reads on behind a
 * file's end, for as long as the file says, and llama.cpp ends the process over much that it could refuse. Throws HumanError
 * where they can't, or where tensors or parts are missing.
 */
export async function checkHeaders(file: string, signal?: AbortSignal): Promise<void> {
  const name = path.basename(file);
  const split = splitPart(name);
  if (split !== null && split.parts > mostParts)
    throw new HumanError(
      "modelFailed",
      l10n.t('"{0}" is one of {1} files, more than any known model has: choose another model.', name, split.parts)
    );
  if (split !== null && split.part > 1)
    throw new HumanError(
      "modelFailed",
      l10n.t('"{0}" is part {1} of a model in {2} files: choose the first of them.', name, split.part, split.parts)
    );
  const budget = new HeaderBudget();
  const options: ReadOptions = signal === undefined ? {budget} : {budget, signal};
  const headers: GgufHeader[] = [];
  for (const part of splitNames(name))
    headers.push(await checkedHeader(path.join(path.dirname(file), part), name, options));
  const [first, ...others] = headers;
  if (first !== undefined && others.length > 0 && isDeadly(first, others)) throw incomplete(name);
}

/** `name` is the model's, for people. */
async function checkedHeader(file: string, name: string, options: ReadOptions): Promise<GgufHeader> {
  const source = await fileSource(file).catch((error: NodeJS.ErrnoException) => {
    // One that is a folder or a pipe is no part either.
    throw isSystemError(error) && error.code !== "ENOENT" ? unreadable(name, error) : incomplete(name);
  });
  try {
    const header = await readHeader(source, options);
    // A vocabulary without weights may end before the place where they would begin.
    if (header.tensors?.length !== 0 && missingBytes(header, source.size) > 0) throw incomplete(name);
    if (isDeadly(header)) throw incomplete(name);
    const tokens = header.metadata.get("tokenizer.ggml.tokens");
    // llama.cpp looks for a token by its text, and ends the process where two have the same.
    if (isList(tokens) && (await hasRepeats(source, tokens, options.signal))) throw incomplete(name);
    return header;
  } catch (error) {
    if (error instanceof GgufError) throw incomplete(name);
    throw isSystemError(error) ? unreadable(name, error) : error;
  } finally {
    await source.close();
  }
}

function isSystemError(error: unknown): error is NodeJS.ErrnoException {
  return error instanceof Error && "syscall" in error;
}

function unreadable(name: string, {code}: NodeJS.ErrnoException): HumanError {
  return new HumanError(
    "modelUnreadable",
    l10n.t('The model file "{0}" can\'t be read ({1}): check its permissions or choose another one.', name, code ?? "?")
  );
}

async function readStart(file: string, bytes: number): Promise<Buffer> {
  const handle = await open(file, "r");
  try {
    const {buffer, bytesRead} = await handle.read(Buffer.alloc(bytes), 0, bytes, 0);
    return buffer.subarray(0, bytesRead);
  } finally {
    await handle.close();
  }
}

/** Lower-case hex SHA-256 of a model's file, read in pieces. Throws HumanError where it is gone, or can't be read. */
export async function sha256Of(file: string, signal: AbortSignal): Promise<string> {
  const hash = createHash("sha256");
  try {
    for await (const piece of createReadStream(file, {signal, highWaterMark: 1 << 20})) hash.update(piece);
  } catch (error) {
    throw isSystemError(error) ? unreadable(path.basename(file), error) : error;
  }
  return hash.digest("hex");
}
