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

/** What a prompt has besides the text around the cursor. */
export interface PromptContext {
  readonly path: string;
  readonly repository?: string;
  readonly files: readonly ContextFile[];
}

/** Lines of a piece of another file, and the max number of pieces. */
const pieceLines = 40;
const maxPieces = 6;

/** Max UTF-16 units of a piece, because a line may be long. */
const maxPieceLength = 4000;

/** Max UTF-16 units of a line in which names are looked up. */
const maxLineLength = 500;

/** Lines above the cursor in which names are looked up, and the max number of names. */
const nearLines = 12;
const maxNames = 4;

/** Max time for VS Code's definition providers (ms): long, because a language server may have to start first. */
const maxDefinitionTime = 10_000;

/** Max lines that the cursor may move before pieces are gathered again: other pieces cost the whole KV cache. */
const maxLinesMoved = 60;

/** Max age of the pieces (ms). */
const maxAge = 120_000;

/** Max bytes of a file that is read for a definition. */
const maxRead = 1 << 20;

/**
 * Gathers pieces of other files for the prompt: definitions of names near the cursor, recently edited places, and
 * visible editors. They come from files in the workspace that are open or hold a definition, never from excluded ones.
 * They are gathered in the background and kept while the user writes at one place, because they stand first in the
 * prompt.
 */
export class RelatedFiles {
  private gathered: {uri: string; line: number; at: number; files: readonly ContextFile[]} | undefined;
  private gathering: Promise<void> | undefined;
  constructor(
    private readonly exclusions: Exclusions,
    private readonly edits: RecentEdits
  ) {}

  /** What is known now. Starts gathering for the next time if it is outdated. */
  at(document: vscode.TextDocument, position: vscode.Position): PromptContext {
    const file = fileOf(document);
    const folder = vscode.workspace.getWorkspaceFolder(file);
    const uri = file.toString();
    const {gathered} = this;
    const fits =
      gathered?.uri === uri &&
      Math.abs(gathered.line - position.line) <= maxLinesMoved &&
      Date.now() - gathered.at <= maxAge;
    if (!fits) this.gather(document, position);
    return {
      path: pathOf(file),
      ...(folder !== undefined && {repository: folder.name}),
      files: gathered?.uri === uri ? gathered.files : []
    };
  }

  /** Drops the pieces: they may be excluded now. */
  forget(): void {
    this.gathered = undefined;
    this.gathering = undefined;
  }

  /** As {@link at}, after gathering. */
  async gatheredAt(document: vscode.TextDocument, position: vscode.Position): Promise<PromptContext> {
    this.at(document, position);
    await this.gathering;
    return this.at(document, position);
  }

  private gather(document: vscode.TextDocument, position: vscode.Position): void {
    if (this.gathering !== undefined) return;
    const gathering = this.pieces(document, position)
      .catch(() => [])
      .then((files) => {
        // The pieces were dropped meanwhile.
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
      // Other cells of the same notebook are already in the text.
      if (uri.toString() === fileOf(document).toString()) continue;
      if (!isOfWorkspace(uri) || (await this.exclusions.excludedBy(uri)) !== undefined) continue;
      if (open === undefined && !defined.includes(place)) continue;
      const text = open === undefined ? await closedText(uri, place.line) : openText(open, place.line);
      if (text !== undefined) found.push({path: pathOf(uri), text: text.slice(0, maxPieceLength)});
    }
    const distinct = withoutNearDuplicates(found, ({path, text}) => `${path}\n${text}`).filter(
      ({text}, index, all) => text.trim() !== "" && !all.slice(0, index).some((one) => one.text.includes(text))
    );
    // The most useful piece last, next to the text.
    return distinct.slice(0, maxPieces).reverse();
  }
}

/** The definitions of the names right before the cursor. */
async function definitions(document: vscode.TextDocument, position: vscode.Position): Promise<DocumentLine[]> {
  const names = namesBefore(document, position);
  const late = setTimeout(maxDefinitionTime, undefined, {ref: false});
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

/** Places of the last distinct names before the cursor, the nearest first. */
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

/** The middle of what each editor shows. */
function openPlaces(): DocumentLine[] {
  return vscode.window.visibleTextEditors.map(({document, visibleRanges}) => ({
    uri: document.uri.toString(),
    line: visibleRanges[0] === undefined ? 0 : (visibleRanges[0].start.line + visibleRanges[0].end.line) >> 1
  }));
}

/** The piece around a line of an open document. */
function openText(document: vscode.TextDocument, line: number): string | undefined {
  if (isToolDocument(document)) return undefined;
  const start = new vscode.Position(firstLine(Math.min(line, document.lineCount)), 0);
  // Lines may be long: read no more of them than is sent.
  const {end} = rangeBehind(document, start, maxPieceLength);
  const last = new vscode.Position(start.line + pieceLines, 0);
  return document.getText(new vscode.Range(start, end.isBefore(last) ? end : last));
}

/** The piece around a line of a file that isn't open: only in the workspace's folders, and not of a large file. */
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
    // The file is gone or unreadable: the prompt goes without it.
    return undefined;
  }
}

function firstLine(line: number): number {
  return Math.max(0, line - pieceLines / 4);
}

/**
 * Whether a file is in an open folder; without an open folder, any file on disk. Git's versions and a diff's other side
 * are left out: no folder's list says whether they are excluded.
 */
function isOfWorkspace(uri: vscode.Uri): boolean {
  if (vscode.workspace.workspaceFolders === undefined) return uri.scheme === "file";
  return vscode.workspace.getWorkspaceFolder(uri) !== undefined;
}

/** The path relative to the workspace folder; of a file elsewhere only its name, without the user's folders. */
function pathOf(uri: vscode.Uri): string {
  if (vscode.workspace.getWorkspaceFolder(uri) === undefined) return path.posix.basename(uri.path);
  return vscode.workspace.asRelativePath(uri, false).replaceAll("\\", "/");
}
