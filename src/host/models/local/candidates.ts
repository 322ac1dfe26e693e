import {stat} from "node:fs/promises";
import path from "node:path";
import {maxParts, splitNames, splitPart} from "../../../gguf/splits";
import type {LocalModel, ModelStore, SearchEnvironment} from "./localModel";
import {filesBelow, identityOf} from "./walk";

/** A file that may be a model: a program lists it, or it is named like one. */
export interface Candidate {
  readonly path: string;
  /** The program's own name for it, if it has one. */
  readonly name?: string;
}

/** A program, or a folder, that has models. */
export interface ModelSource {
  readonly store: ModelStore;
  find(environment: SearchEnvironment, signal: AbortSignal): Promise<readonly Candidate[]>;
}

/** A model on this machine. `identity` is the same for all paths of its file. */
export interface FoundModel {
  readonly model: LocalModel;
  readonly identity: string;
}

/** Minimum size of a GGUF file: magic, version and two counts. */
const minBytes = 24;

/**
 * Names of GGUF files that are no models: projectors for images and sound, adapters, importance matrices, vocabularies
 * without weights, and incomplete downloads.
 */
const notModels =
  /(^|[-_.])mmproj([-_.]|$)|(^|[-_.])(lora|adapter)([-_.](f16|f32|bf16|i?q\d\w*))?\.gguf$|^ggml-(lora|adapter|vocab)-|(^|[-_.])imatrix\.gguf$|^incomplete-/i;

export function isNamedLikeModel(fileName: string): boolean {
  return /\.gguf$/i.test(fileName) && !notModels.test(fileName);
}

/** All files below a folder that are named like models. */
export async function modelsBelow(folder: string, depth: number, signal: AbortSignal): Promise<readonly Candidate[]> {
  const files = await filesBelow(folder, depth, isNamedLikeModel, signal);
  return files.map((file) => ({path: file}));
}

/**
 * The model whose first part is this file. Null if the file is missing or another part of a model, if a part is
 * missing, or if the name promises more parts than any model has.
 */
export async function foundModel(store: ModelStore, candidate: Candidate): Promise<FoundModel | null> {
  const folder = path.dirname(candidate.path);
  const fileName = path.basename(candidate.path);
  const split = splitPart(fileName);
  if (split !== null && (split.part !== 1 || split.parts > maxParts)) return null;
  let bytes = 0;
  let modified = 0;
  let identity: string | null = null;
  // Sequential, because all extensions share Node's four file threads.
  for (const name of splitNames(fileName)) {
    const file = path.join(folder, name);
    const status = await stat(file, {bigint: true}).catch(() => null);
    if (!status?.isFile() || status.size < minBytes) return null;
    bytes += Number(status.size);
    modified = Math.max(modified, Number(status.mtimeMs));
    identity ??= identityOf(file, status);
  }
  if (identity === null) return null;
  const name = candidate.name ?? split?.base ?? fileName.replace(/\.gguf$/i, "");
  return {model: {path: candidate.path, name, store, bytes, parts: split?.parts ?? 1, modified}, identity};
}
