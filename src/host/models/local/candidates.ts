import {stat} from "node:fs/promises";
import path from "node:path";
import {maxParts, splitNames, splitPart} from "../../../gguf/splits";
import type {LocalModel, ModelStore, SearchEnvironment} from "./localModel";
import {filesBelow, identityOf} from "./walk";

/** A file that a program says is a model, or that is named like one. */
export interface Candidate {
  readonly path: string;
  /** Where the program has a name of its own for it. */
  readonly name?: string;
}

/** A program that keeps models. */
export interface ModelSource {
  readonly store: ModelStore;
  find(environment: SearchEnvironment, signal: AbortSignal): Promise<readonly Candidate[]>;
}

/** A model that is there, and what tells its file from others under whatever path. */
export interface FoundModel {
  readonly model: LocalModel;
  readonly identity: string;
}

/** Magic, version and two counts: what is smaller is no GGUF. */
const minBytes = 24;

/**
 * GGUF files that are no models of their own: projectors for images and sound, adapters, importance matrices, vocabularies
 * without weights, downloads that are not complete.
 */
const notModels =
  /(^|[-_.])mmproj([-_.]|$)|(^|[-_.])(lora|adapter)([-_.](f16|f32|bf16|i?q\d\w*))?\.gguf$|^ggml-(lora|adapter|vocab)-|(^|[-_.])imatrix\.gguf$|^incomplete-/i;

export function isNamedLikeModel(fileName: string): boolean {
  return /\.gguf$/i.test(fileName) && !notModels.test(fileName);
}

/** All files named like models below a folder. */
export async function modelsBelow(folder: string, depth: number, signal: AbortSignal): Promise<readonly Candidate[]> {
  const files = await filesBelow(folder, depth, isNamedLikeModel, signal);
  return files.map((file) => ({path: file}));
}

/**
 * The model that begins with this file; null for one of its other parts, one that lacks a part or promises more than any
 * model has, and what isn't there.
 */
export async function foundModel(store: ModelStore, candidate: Candidate): Promise<FoundModel | null> {
  const folder = path.dirname(candidate.path);
  const fileName = path.basename(candidate.path);
  const split = splitPart(fileName);
  if (split !== null && (split.part !== 1 || split.parts > maxParts)) return null;
  let bytes = 0;
  let modified = 0;
  let identity: string | null = null;
  // One after the other: Node has four threads for the files of all extensions.
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
