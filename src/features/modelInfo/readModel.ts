import * as vscode from "vscode";
import {HumanError} from "../../engine/api";
import {modelFacts} from "../../gguf/facts";
import {GgufError} from "../../gguf/ggufError";
import {type GgufHeader, missingBytes, readPossible, stringsAt} from "../../gguf/header";
import {isList} from "../../gguf/infill";
import {splitNames} from "../../gguf/splits";
import {byteSize, count} from "../../metrics/numberText";
import {nameOf, type OpenFile, openFile} from "./modelFiles";
import {type ReadModel, specialTokens} from "./modelPage";

/** A model's parts that are looked for. */
const mostParts = 1000;

interface Part {
  readonly header: GgufHeader;
  readonly bytes: number;
  readonly problem: string | null;
}

/** Stamps by URI of the files that were read, to know when one has changed. */
export interface Reading {
  readonly model: ReadModel;
  readonly stamps: ReadonlyMap<string, string>;
}

/**
 * Reads the header of a model's file, and of its other parts where it is in several. What is damaged is read as far as
 * possible; a HumanError is thrown only where there is nothing to show.
 */
export async function readModel(opened: vscode.Uri, signal: AbortSignal): Promise<Reading> {
  const uris = partsOf(opened);
  const stamps = new Map<string, string>();
  const problems: string[] = [];
  const missing: string[] = [];
  const parts: Part[] = [];
  let tokenTexts: ReadonlyMap<number, string> = new Map();
  for (const uri of uris) {
    let file: OpenFile;
    try {
      file = await openFile(uri);
    } catch (error) {
      if (!(error instanceof HumanError) || uri.toString() === opened.toString()) throw error;
      missing.push(nameOf(uri));
      continue;
    }
    try {
      stamps.set(uri.toString(), file.stamp);
      const part = await readPart(file, signal);
      if (parts.length === 0) tokenTexts = await textsOfTokens(file, part.header, signal);
      parts.push(part);
      if (part.problem !== null) problems.push(part.problem);
    } catch (error) {
      if (error instanceof GgufError) throw new HumanError("notGguf", error.message);
      throw error;
    } finally {
      await file.close();
    }
  }
  if (missing.length > 0) problems.push(partsMissing(missing, uris.length));
  return {model: modelOf(uris, opened, parts, problems, tokenTexts), stamps};
}

function modelOf(
  uris: readonly vscode.Uri[],
  opened: vscode.Uri,
  parts: readonly Part[],
  problems: readonly string[],
  tokenTexts: ReadonlyMap<number, string>
): ReadModel {
  const uri = uris[0] ?? opened;
  const bytes = parts.reduce((sum, part) => sum + part.bytes, 0);
  const [header, ...others] = parts.map((part) => part.header);
  const local = uri.scheme === "file";
  return {
    file: {
      name: nameOf(opened),
      location: local ? opened.fsPath : opened.toString(true),
      bytes,
      parts: uris.length,
      local
    },
    problem: problems[0] ?? null,
    facts: header === undefined ? null : modelFacts(header, bytes, others),
    header: header ?? null,
    tensors: parts.flatMap(({header: {tensors}}) => tensors ?? []),
    tokenTexts
  };
}

async function readPart(file: OpenFile, signal: AbortSignal): Promise<Part> {
  const {header, problem} = await readPossible(file, {signal});
  const missing = missingBytes(header, file.size);
  return {header, bytes: file.size, problem: problem?.message ?? (missing > 0 ? cutOff(missing) : null)};
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
