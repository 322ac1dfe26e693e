import path from "node:path";
import {setTimeout} from "node:timers/promises";
import * as vscode from "vscode";
import {withoutNearDuplicates} from "../../completion/nearDuplicates";
import type {ContextFile} from "../../contract/completion";
import {rangeBehind} from "../../host/documents/documentText";
import {isToolDocument} from "../../host/documents/toolDocument";
import {fileText} from "../../text/fileText";
import type {Exclusions} from "./exclusions";
import {fileOf} from "./notebookCell";
import type {DocumentLine, RecentEdits} from "./recentEdits";

/** What a completion is told of the place it is asked for, beside the text around the cursor. */
export interface Neighbourhood {
  readonly path: string;
  readonly repository?: string;
  readonly files: readonly ContextFile[];
}

/** Lines of a piece of another file, and how many pieces there are at most. */
const pieceLines = 40;
const maxPieces = 6;

/** UTF-16 units of a piece: a line may be long. */
const maxPieceLength = 4000;

/** UTF-16 units of a line in which names are looked up. */
const maxLineLength = 500;

/** Lines above the cursor in which names are looked up, and how many of them. */
const nearLines = 12;
const maxNames = 4;

/** Milliseconds that VS Code's definition providers may take together: nobody waits, and a language server has to start first. */
const patience = 10_000;

/** Lines that the cursor may move without its neighbourhood being looked for again: another one costs the whole KV cache. */
const steadyLines = 60;

/** Milliseconds after which it is looked for again all the same. */
const steadyTime = 120_000;

/** Bytes of a file that is read for a definition. */
const maxRead = 1 << 20;

/**
 * Gathers what else a completion may need to know: definitions of names near the cursor, places that were just edited, and
 * editors that are open. Of files of the workspace: those that VS Code has open, and those that hold a definition; never of one
 * that is excluded. It is gathered in the background and then left alone while one writes at one place, because it stands
 * first in the prompt.
 */
export class Neighbours {
  private gathered: {uri: string; line: number; at: number; files: readonly ContextFile[]} | undefined;
  private gathering: Promise<void> | undefined;
  constructor(
    private readonly exclusions: Exclusions,
    private readonly edits: RecentEdits
  ) {}

  /** What is known now. Asks for what is missing, for the next time. */
  at(document: vscode.TextDocument, position: vscode.Position): Neighbourhood {
    const file = fileOf(document);
    const folder = vscode.workspace.getWorkspaceFolder(file);
    const uri = file.toString();
    const {gathered} = this;
    const fits =
      gathered?.uri === uri &&
      Math.abs(gathered.line - position.line) <= steadyLines &&
      Date.now() - gathered.at <= steadyTime;
    if (!fits) this.gather(document, position);
    return {
      path: pathOf(file),
      ...(folder !== undefined && {repository: folder.name}),
      files: gathered?.uri === uri ? gathered.files : []
    };
  }

  /** What was gathered may not be shown to the model any more. */
  forget(): void {
    this.gathered = undefined;
    this.gathering = undefined;
  }

  /** As `at`, when what is missing has been looked for. */
  async gatheredAt(document: vscode.TextDocument, position: vscode.Position): Promise<Neighbourhood> {
    this.at(document, position);
    await this.gathering;
    return this.at(document, position);
  }

  private gather(document: vscode.TextDocument, position: vscode.Position): void {
    if (this.gathering !== undefined) return;
    const gathering = this.pieces(document, position)
      .catch(() => [])
      .then((files) => {
        // It was forgotten meanwhile, with what it began with.
        if (this.gathering !== gathering) return;
        this.gathered = {uri: fileOf(document).toString(), line: position.line, at: Date.now(), files};
        this.gathering = undefined;
      });
    this.gathering = gathering;
  }

  private async pieces(document: vscode.TextDocument, position: vscode.Position): Promise<ContextFile[]> {
    const defined = await definitions(document, position);
    const found: ContextFile[] = [];
    for (const place of [...defined, ...this.edits.places, ...openPlaces()]) {
      const open = vscode.workspace.textDocuments.find((one) => one.uri.toString() === place.uri);
      const uri = open === undefined ? vscode.Uri.parse(place.uri) : fileOf(open);
      // Of the same notebook, the text has what stands above.
      if (uri.toString() === fileOf(document).toString()) continue;
      if (!isOfWorkspace(uri) || (await this.exclusions.excludedBy(uri)) !== undefined) continue;
      if (open === undefined && !defined.includes(place)) continue;
      const text = open === undefined ? await closedText(uri, place.line) : openText(open, place.line);
      if (text !== undefined) found.push({path: pathOf(uri), text: text.slice(0, maxPieceLength)});
    }
    const distinct = withoutNearDuplicates(found, ({path, text}) => `${path}\n${text}`).filter(
      ({text}, index, all) => text.trim() !== "" && !all.slice(0, index).some((one) => one.text.includes(text))
    );
    // The most useful last: it stands next to the text.
    return distinct.slice(0, maxPieces).reverse();
  }
}

/** Where the names right before the cursor are defined. */
async function definitions(document: vscode.TextDocument, position: vscode.Position): Promise<DocumentLine[]> {
  const names = namesBefore(document, position);
  const late = setTimeout(patience, undefined, {ref: false});
  const found = await Promise.all(
    names.map(async (place) => {
      const asked = vscode.commands.executeCommand<(vscode.Location | vscode.LocationLink)[]>(
        "vscode.executeDefinitionProvider",
        document.uri,
        place
      );
      return (await Promise.race([asked, late])) ?? [];
    })
  );
  return found.flat().map((one) => ({
    uri: ("targetUri" in one ? one.targetUri : one.uri).toString(),
    line: ("targetUri" in one ? one.targetRange : one.range).start.line
  }));
}

/** Places of the last different names before the cursor, the nearest first. */
function namesBefore(document: vscode.TextDocument, position: vscode.Position): vscode.Position[] {
  const places = new Map<string, vscode.Position>();
  for (let line = position.line; line >= Math.max(0, position.line - nearLines); line--) {
    const {text} = document.lineAt(line);
    const end = line === position.line ? position.character : Math.min(text.length, maxLineLength);
    const start = Math.max(0, end - maxLineLength);
    const names = [...text.slice(start, end).matchAll(/[A-Za-z_$][\w$]{2,}/g)];
    for (const name of names.reverse())
      if (!places.has(name[0])) places.set(name[0], new vscode.Position(line, start + name.index));
    if (places.size >= maxNames) break;
  }
  return [...places.values()].slice(0, maxNames);
}

/** What is looked at in the other editors that are open. */
function openPlaces(): DocumentLine[] {
  return vscode.window.visibleTextEditors.map(({document, visibleRanges}) => ({
    uri: document.uri.toString(),
    line: visibleRanges[0] === undefined ? 0 : (visibleRanges[0].start.line + visibleRanges[0].end.line) >> 1
  }));
}

/** The piece around a line of a document that is open. */
function openText(document: vscode.TextDocument, line: number): string | undefined {
  if (isToolDocument(document)) return undefined;
  const start = new vscode.Position(firstLine(Math.min(line, document.lineCount)), 0);
  // Lines may be long: no more of them is put together than is sent.
  const {end} = rangeBehind(document, start, maxPieceLength);
  const last = new vscode.Position(start.line + pieceLines, 0);
  return document.getText(new vscode.Range(start, end.isBefore(last) ? end : last));
}

/** The piece around a line of a file that isn't open: of one in the workspace's folders, and no giant. */
async function closedText(uri: vscode.Uri, line: number): Promise<string | undefined> {
  if (vscode.workspace.getWorkspaceFolder(uri) === undefined) return undefined;
  try {
    const {size} = await vscode.workspace.fs.stat(uri);
    if (size > maxRead) return undefined;
    const read = fileText(await vscode.workspace.fs.readFile(uri));
    if ("problem" in read) return undefined;
    const lines = read.text.split(/\r?\n/);
    const first = firstLine(line);
    return `${lines.slice(first, first + pieceLines).join("\n")}\n`;
  } catch {
    // It is gone, or can't be read: the completion does without.
    return undefined;
  }
}

function firstLine(line: number): number {
  return Math.max(0, line - pieceLines / 4);
}

/**
 * A file of a folder that is open; where none is, any file. Not what merely shows one (Git's versions, a diff's other side): no
 * folder's list would say whether it is excluded.
 */
function isOfWorkspace(uri: vscode.Uri): boolean {
  if (vscode.workspace.workspaceFolders === undefined) return uri.scheme === "file";
  return vscode.workspace.getWorkspaceFolder(uri) !== undefined;
}

/** As people of the project write it; of a file that lies elsewhere its name alone, without the user's folders. */
function pathOf(uri: vscode.Uri): string {
  if (vscode.workspace.getWorkspaceFolder(uri) === undefined) return path.posix.basename(uri.path);
  return vscode.workspace.asRelativePath(uri, false).replaceAll("\\", "/");
}
