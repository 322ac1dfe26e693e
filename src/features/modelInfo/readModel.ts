import * as vscode from "vscode";
import {HumanError} from "../../contract/errors";
import {whyNotGenerating} from "../../gguf/architectureKind";
import {headerKind, modelFacts} from "../../gguf/facts";
import {GgufError} from "../../gguf/ggufError";
import {type GgufHeader, missingBytes, readPossible} from "../../gguf/header";
import {HeaderBudget} from "../../gguf/headerBudget";
import {isList} from "../../gguf/metadata";
import {refusal} from "../../gguf/refusal";
import {maxParts, splitNames, splitPart} from "../../gguf/splits";
import {stringsAt} from "../../gguf/stringLists";
import {uriName} from "../../host/documents/uriName";
import {HostError} from "../../host/hostError";
import {byteSize, count} from "../../text/numberText";
import {maxReadTogether, type OpenFile, openFile, type ReadPiece} from "./modelFiles";
import {type ReadModel, specialTokens} from "./modelPage";

interface Part {
  readonly uri: vscode.Uri;
  readonly stamp: string;
  readonly bytes: number;
  readonly readWhole: boolean;
  readonly header: GgufHeader;
  readonly problem: string | null;
  /** Whether the budget for all headers is used up. */
  readonly isEnough: boolean;
  readonly tokenTexts: ReadonlyMap<number, string>;
}

export interface Reading {
  readonly model: ReadModel;
  /** Stamps of the model's files by URI, to notice changes; null for a missing file. */
  readonly stamps: ReadonlyMap<string, string | null>;
}

/**
 * Reads the headers of a model's file and its other parts, within a common budget. Damaged headers are read as far as
 * possible; a HumanError is thrown only if there is nothing to show.
 */
export async function readModel(opened: vscode.Uri, signal: AbortSignal, readPiece: ReadPiece): Promise<Reading> {
  const names = splitNames(uriName(opened));
  const uris = names.length === 1 ? [opened] : names.map((name) => vscode.Uri.joinPath(opened, "..", name));
  const budget = new HeaderBudget();
  const stamps = new Map<string, string | null>();
  const parts: Part[] = [];
  const missing: string[] = [];
  let leftOut = othersLeftOut(uriName(opened));
  let readWhole = 0;
  for (const uri of uris) {
    try {
      const part = await readPart(uri, budget, signal, readPiece);
      stamps.set(uri.toString(), part.stamp);
      parts.push(part);
      if (part.readWhole) readWhole += part.bytes;
      if (uris.length > 1 && part.isEnough) leftOut = headersLeftOut(uriName(uri), uris.length);
      else if (readWhole > maxReadTogether && uri !== uris.at(-1)) leftOut = filesLeftOut(uriName(uri));
      if (leftOut !== null) break;
    } catch (error) {
      if (!(error instanceof HumanError) || uri.toString() === opened.toString()) throw error;
      stamps.set(uri.toString(), null);
      missing.push(uriName(uri));
    }
  }
  const problem = parts.find((part) => part.problem !== null)?.problem ?? null;
  const missingProblem = missing.length > 0 ? partsMissing(missing, uris.length) : null;
  const files = splitPart(uriName(opened))?.parts ?? 1;
  const isAll = leftOut === null && missing.length === 0;
  const model = modelOf(parts, files, isAll);
  return {model: {...model, problem: leftOut ?? problem ?? missingProblem ?? unsuitable(parts, isAll)}, stamps};
}

/** Why the engine would refuse to run the model, or could only count tokens with it, although the file is intact. */
function unsuitable([first, ...others]: readonly Part[], isAll: boolean): string | null {
  if (first === undefined) return null;
  const name = uriName(first.uri);
  const purpose = headerKind(first.header, isAll ? others.map((part) => part.header) : null);
  // An embedding model is fine: the facts show what it can do.
  return refusal(first.header)?.sentence(name) ?? (purpose === "embeds" ? null : whyNotGenerating(purpose, name));
}

/** `isAll` is true if no file was left out and none is missing. */
function modelOf(parts: readonly Part[], files: number, isAll: boolean): Omit<ReadModel, "problem"> {
  const [first, ...others] = parts;
  if (first === undefined) throw new Error("A model that was read has a file.");
  // The engine loads the first file, whichever was opened.
  const {uri, header, tokenTexts} = first;
  const bytes = isAll ? parts.reduce((sum, part) => sum + part.bytes, 0) : null;
  const local = uri.scheme === "file";
  return {
    file: {
      name: uriName(uri),
      location: local ? uri.fsPath : uri.toString(true),
      bytes,
      parts: files,
      local,
      download: false,
      reveal: revealPlace(uri)
    },
    facts: modelFacts(header, bytes, isAll ? others.map((part) => part.header) : null),
    header,
    tensors: parts.flatMap(({header: {tensors}}) => tensors ?? []),
    tokenTexts
  };
}

async function readPart(
  uri: vscode.Uri,
  budget: HeaderBudget,
  signal: AbortSignal,
  readPiece: ReadPiece
): Promise<Part> {
  const file = await openFile(uri, readPiece);
  try {
    const {header, problem} = await readPossible(file, {signal, budget});
    const missing = missingBytes(header, file.size);
    return {
      uri,
      stamp: file.stamp,
      bytes: file.size,
      readWhole: file.readWhole,
      header,
      problem: problem?.sentence(uriName(uri)) ?? (missing > 0 ? cutOff(missing) : null),
      isEnough: problem?.problem === "tooLarge",
      tokenTexts: await textsOfTokens(file, header, signal)
    };
  } catch (error) {
    if (error instanceof GgufError) throw new HostError("unreadableFile", error.sentence(uriName(uri)));
    throw error;
  } finally {
    await file.close();
  }
}

/** Texts of the special tokens, by id. */
async function textsOfTokens(
  file: OpenFile,
  header: GgufHeader,
  signal: AbortSignal
): Promise<ReadonlyMap<number, string>> {
  const tokens = header.metadata.get("tokenizer.ggml.tokens");
  if (!isList(tokens)) return new Map();
  const ids = specialTokens(header).map(({id}) => id);
  return await stringsAt(file, tokens, ids, signal);
}

/** The file manager if VS Code and the file are both on this machine, or else VS Code's explorer if it has the file. */
function revealPlace(uri: vscode.Uri): "fileManager" | "explorer" | null {
  const isHere = vscode.env.uiKind === vscode.UIKind.Desktop && vscode.env.remoteName === undefined;
  if (isHere && uri.scheme === "file") return "fileManager";
  return vscode.workspace.getWorkspaceFolder(uri) === undefined ? null : "explorer";
}

function cutOff(missing: number): string {
  return vscode.l10n.t("The file ends too early, {0} of it are missing: get it again.", byteSize(missing));
}

/** Null unless the file's name claims more parts than a model may have. */
function othersLeftOut(name: string): string | null {
  const parts = splitPart(name)?.parts ?? 1;
  if (parts <= maxParts) return null;
  return vscode.l10n.t(
    '"{0}" is one of {1} files by its name, more than any known model has: the others are left out.',
    name,
    count(parts)
  );
}

function headersLeftOut(last: string, parts: number): string {
  return vscode.l10n.t(
    'Reading ended in "{0}", and what comes after it in the {1} files of this model is left out: their headers together are larger than those of any known model.',
    last,
    count(parts)
  );
}

function filesLeftOut(last: string): string {
  return vscode.l10n.t(
    'Reading ended with "{0}", and the files after it are left out: VS Code reads files from there only as a whole, which is too much above {1}.',
    last,
    byteSize(maxReadTogether)
  );
}

function partsMissing(missing: readonly string[], parts: number): string {
  return vscode.l10n.t(
    '{0} of the {1} files of this model are missing or can\'t be read, the first of them "{2}": get them again.',
    count(missing.length),
    count(parts),
    missing[0] ?? ""
  );
}
