import * as vscode from "vscode";
import {HumanError} from "../../engine/api";
import {modelFacts} from "../../gguf/facts";
import {GgufError} from "../../gguf/ggufError";
import {type GgufHeader, missingBytes, readPossible, stringsAt} from "../../gguf/header";
import {isList} from "../../gguf/infill";
import {splitNames} from "../../gguf/splits";
import {byteSize, count} from "../../metrics/numberText";
import {nameOf, type OpenFile, openFile, type ReadPiece} from "./modelFiles";
import {type ReadModel, specialTokens} from "./modelPage";

/** A model's parts that are looked for. */
const mostParts = 1000;

interface Part {
  readonly uri: vscode.Uri;
  readonly stamp: string;
  readonly bytes: number;
  readonly header: GgufHeader;
  readonly problem: string | null;
  readonly tokenTexts: ReadonlyMap<number, string>;
}

export interface Reading {
  readonly model: ReadModel;
  /** Of the model's files by URI, to know when one has changed; null: it isn't there. */
  readonly stamps: ReadonlyMap<string, string | null>;
}

/**
 * Reads the header of a model's file, and of its other parts where it is in several. What is damaged is read as far as
 * possible; a HumanError is thrown only where there is nothing to show.
 */
export async function readModel(opened: vscode.Uri, signal: AbortSignal, readPiece: ReadPiece): Promise<Reading> {
  const uris = partsOf(opened);
  const stamps = new Map<string, string | null>();
  const parts: Part[] = [];
  const missing: string[] = [];
  for (const uri of uris) {
    try {
      const part = await readPart(uri, signal, readPiece);
      stamps.set(uri.toString(), part.stamp);
      parts.push(part);
    } catch (error) {
      if (!(error instanceof HumanError) || uri.toString() === opened.toString()) throw error;
      stamps.set(uri.toString(), null);
      missing.push(nameOf(uri));
    }
  }
  const problem = parts.find((part) => part.problem !== null)?.problem ?? null;
  const missingProblem = missing.length > 0 ? partsMissing(missing, uris.length) : null;
  return {model: modelOf(parts, uris.length, problem ?? missingProblem), stamps};
}

function modelOf(parts: readonly Part[], files: number, problem: string | null): ReadModel {
  const [first, ...others] = parts;
  if (first === undefined) throw new Error("A model that was read has a file.");
  // What the engine loads is the first file, whichever was opened.
  const {uri, header, tokenTexts} = first;
  const bytes = parts.reduce((sum, part) => sum + part.bytes, 0);
  const local = uri.scheme === "file";
  return {
    file: {
      name: nameOf(uri),
      location: local ? uri.fsPath : uri.toString(true),
      bytes,
      parts: files,
      local,
      download: false,
      reveal: revealPlace(uri)
    },
    problem,
    facts: modelFacts(
      header,
      bytes,
      others.map((part) => part.header)
    ),
    header,
    tensors: parts.flatMap(({header: {tensors}}) => tensors ?? []),
    tokenTexts
  };
}

async function readPart(uri: vscode.Uri, signal: AbortSignal, readPiece: ReadPiece): Promise<Part> {
  const file = await openFile(uri, readPiece);
  try {
    const {header, problem} = await readPossible(file, {signal});
    const missing = missingBytes(header, file.size);
    return {
      uri,
      stamp: file.stamp,
      bytes: file.size,
      header,
      problem: problem?.message ?? (missing > 0 ? cutOff(missing) : null),
      tokenTexts: await textsOfTokens(file, header, signal)
    };
  } catch (error) {
    if (error instanceof GgufError) throw new HumanError("notGguf", error.message);
    throw error;
  } finally {
    await file.close();
  }
}

/** Texts of the tokens that the file gives a role. */
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

/** The files of the model that this one is of, the first one first. */
function partsOf(opened: vscode.Uri): readonly vscode.Uri[] {
  const names = splitNames(nameOf(opened));
  if (names.length === 1 || names.length > mostParts) return [opened];
  return names.map((name) => vscode.Uri.joinPath(opened, "..", name));
}

/** The file manager of this machine, where VS Code and the file are both here; else VS Code's own, for what is in it. */
function revealPlace(uri: vscode.Uri): "fileManager" | "explorer" | null {
  const isHere = vscode.env.uiKind === vscode.UIKind.Desktop && vscode.env.remoteName === undefined;
  if (isHere && uri.scheme === "file") return "fileManager";
  return vscode.workspace.getWorkspaceFolder(uri) === undefined ? null : "explorer";
}

function cutOff(missing: number): string {
  return vscode.l10n.t("The file ends too early, {0} of it are missing: get it again.", byteSize(missing));
}

function partsMissing(missing: readonly string[], parts: number): string {
  return vscode.l10n.t(
    '{0} of the {1} files of this model are missing or can\'t be read, the first of them "{2}": get them again.',
    count(missing.length),
    count(parts),
    missing[0] ?? ""
  );
}
