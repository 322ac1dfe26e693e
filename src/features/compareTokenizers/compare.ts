import path from "node:path";
import * as vscode from "vscode";
import type {GgufModel} from "../../contract/models";
import type {TokenList} from "../../contract/scoring";
import {iterateInSlices} from "../../host/cooperativeWork";
import type {EngineClient} from "../../host/engine/engineClient";
import {countFolder} from "../../host/folderCounts";
import type {Host} from "../../host/host";
import {HostError} from "../../host/hostError";
import {lineCuts, type TokenEnds} from "./lineCuts";
import type {Comparison, LineCuts, TokenizerRow} from "./protocol";

/** A text to compare, and the number of its first line in its document. */
export interface ComparedText {
  readonly title: string;
  readonly text: string;
  readonly firstLine: number;
}

/** Lines whose cuts are shown, and UTF-16 units of them. The numbers are of the whole text. */
const maxLines = 2000;
const maxShownUnits = 1 << 18;

/** A step of a comparison: what is known so far. */
type OnStep = (comparison: Comparison) => void;

/** What a tokenizer counted. */
type Counted = Pick<TokenList, "model" | "characters" | "bytes" | "ends"> & {
  readonly tokens: number;
  readonly files: number | null;
};

/** Counts a text with each tokenizer, and tells each step. */
export async function compareText(
  host: Host,
  {title, text, firstLine}: ComparedText,
  models: readonly GgufModel[],
  token: vscode.CancellationToken,
  onStep: OnStep
): Promise<Comparison> {
  const ends: TokenEnds[] = [];
  const counted = async (engine: EngineClient, model: GgufModel, index: number): Promise<Counted> => {
    const list = await engine.request("tokenize", {model, text, texts: 0}, {token});
    ends[index] = list.ends;
    return {...list, tokens: list.ids.length, files: null};
  };
  const comparison = {...(await compare(host, title, models, counted, token, onStep)), totalLines: lineCount(text)};
  const lines = await linesOf(
    text,
    models.map((_, i) => ends[i] ?? null),
    firstLine
  );
  return {...comparison, lines, differing: lines?.filter(({rows}) => rows.length > 1).length ?? 0};
}

/** Counts the files of folders with each tokenizer, as they are on disk, and tells each step. */
export async function compareFiles(
  host: Host,
  {title, uris}: {readonly title: string; readonly uris: readonly vscode.Uri[]},
  models: readonly GgufModel[],
  token: vscode.CancellationToken,
  onStep: OnStep
): Promise<Comparison> {
  const counted = async (engine: EngineClient, model: GgufModel): Promise<Counted> => {
    const counts = await countFolder({...host, engine}, uris, {token, model});
    if (token.isCancellationRequested) throw new vscode.CancellationError();
    if (counts.model === null)
      throw new HostError(
        "emptyFile",
        vscode.l10n.t("There is no text file in this folder: open a file that has text in it.")
      );
    const sizes = counts.files.filter((file) => "tokens" in file);
    return {
      model: counts.model,
      tokens: sum(sizes, ({tokens}) => tokens),
      characters: sum(sizes, ({characters}) => characters),
      bytes: sum(sizes, ({bytes}) => bytes),
      files: sizes.length,
      ends: null
    };
  };
  return await compare(host, title, models, counted, token, onStep);
}

/** Counts with one tokenizer after the other. One that fails has a row that says why. */
async function compare(
  host: Host,
  title: string,
  models: readonly GgufModel[],
  counted: (engine: EngineClient, model: GgufModel, index: number) => Promise<Counted>,
  token: vscode.CancellationToken,
  onStep: OnStep
): Promise<Comparison> {
  const rows: TokenizerRow[] = models.map((model) => ({state: "counting", ...fileOf(model)}));
  let first: number | null = null;
  let comparison: Comparison = {
    title,
    characters: 0,
    bytes: 0,
    files: null,
    tokenizers: [...rows],
    lines: null,
    totalLines: 0,
    differing: 0
  };
  onStep(comparison);
  // Its models take the place of none that is in use.
  const engine = host.spareEngine();
  try {
    for (const [i, model] of models.entries()) {
      try {
        const result = await counted(engine, model, i);
        first ??= result.tokens;
        rows[i] = rowOf(result, first);
        const {characters, bytes, files} = result;
        comparison = {...comparison, characters, bytes, files};
      } catch (error) {
        if (token.isCancellationRequested) throw error;
        rows[i] = {state: "failed", ...fileOf(model), message: host.errors.describe(error)};
      }
      comparison = {...comparison, tokenizers: [...rows]};
      onStep(comparison);
    }
    return comparison;
  } finally {
    engine.dispose();
  }
}

function rowOf({model, tokens, ends, files, characters, bytes}: Counted, first: number): TokenizerRow {
  return {
    state: "counted",
    name: model.name,
    file: model.file,
    tokens,
    vocabularySize: model.vocabularySize,
    ratio: first === 0 ? null : tokens / first,
    charactersPerToken: tokens === 0 ? null : characters / tokens,
    bytesPerToken: tokens === 0 ? null : bytes / tokens,
    placed: files !== null || ends !== null
  };
}

/** Null where fewer than two tokenizers place their tokens. */
async function linesOf(
  text: string,
  ends: readonly TokenEnds[],
  firstLine: number
): Promise<readonly LineCuts[] | null> {
  if (ends.filter((of) => of !== null).length < 2) return null;
  const bytes = new TextEncoder().encode(shownPart(text));
  const lines: LineCuts[] = [];
  for await (const line of iterateInSlices(lineCuts(bytes, ends, firstLine))) {
    lines.push(line);
    if (lines.length === maxLines) break;
  }
  return lines;
}

/** The beginning of a text, up to a line's end where it has lines. */
function shownPart(text: string): string {
  if (text.length <= maxShownUnits) return text;
  const feed = text.lastIndexOf("\n", maxShownUnits);
  return text.slice(0, feed === -1 ? maxShownUnits : feed + 1).toWellFormed();
}

function lineCount(text: string): number {
  let lines = text === "" || text.endsWith("\n") ? 0 : 1;
  for (let at = text.indexOf("\n"); at !== -1; at = text.indexOf("\n", at + 1)) lines++;
  return lines;
}

function sum<T>(items: readonly T[], of: (item: T) => number): number {
  return items.reduce((total, item) => total + of(item), 0);
}

/** The name of a model that has not been read, or can't be. */
function fileOf(model: GgufModel): Pick<TokenizerRow, "name" | "file"> {
  const file = path.basename(model.path);
  return {name: file, file};
}
