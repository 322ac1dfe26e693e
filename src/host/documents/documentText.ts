import * as vscode from "vscode";
import {ChunkedText} from "../../contract/chunkedTransport";
import {runInSlices} from "../cooperativeWork";

/** Maximum UTF-16 units and lines per time slice: about a millisecond's work. */
const maxUnitsPerSlice = 1 << 18;
const maxLinesPerSlice = 1 << 12;

/** Longer documents are read in time slices; VS Code's own methods would block the extension host. */
const minLinesForSlices = 1 << 15;

/** A text, and the form in which it is sent. V8 keeps `text` as a rope until something reads it. */
export interface DocumentText {
  readonly text: string;
  readonly toSend: string | ChunkedText;
}

/** Reads a document, or a range of it, in time slices. Starts again if the document is edited meanwhile. */
export async function readDocument(document: vscode.TextDocument, range?: vscode.Range): Promise<DocumentText> {
  const pieces: string[] = [];
  await untilUnedited(document, () => {
    pieces.length = 0;
    return runInSlices(collected(piecesOf(document, range ?? wholeRange(document)), pieces));
  });
  let text = "";
  for (const piece of pieces) text += piece;
  return {text, toSend: pieces.length > 1 ? new ChunkedText(pieces) : text};
}

/** Whether a document has this text at a UTF-16 offset. */
export async function containsAt(document: vscode.TextDocument, start: number, text: string): Promise<boolean> {
  return await untilUnedited(document, async () => {
    const range = new vscode.Range(await positionOf(document, start), await positionOf(document, start + text.length));
    return await runInSlices(matches(piecesOf(document, range), text));
  });
}

/** Whether a range has more than `max` UTF-16 units. A line end counts as one. */
export async function isLongerThan(document: vscode.TextDocument, range: vscode.Range, max: number): Promise<boolean> {
  const {start, end} = range;
  if (end.line - start.line > max) return true;
  return await untilUnedited(document, () =>
    runInSlices(
      searchLines(document, start.line, (line, offset) => {
        if (line === end.line) return offset + end.character - start.character > max;
        return offset - start.character > max ? true : undefined;
      })
    ).then((found) => found ?? false)
  );
}

/** The UTF-16 offset of a position. Long documents are searched in time slices. */
export async function offsetOf(document: vscode.TextDocument, position: vscode.Position): Promise<number> {
  const [offset] = await offsetsOf(document, [position]);
  return offset ?? 0;
}

/** The UTF-16 offsets of positions. Long documents are searched in time slices, once for all of them. */
export async function offsetsOf(
  document: vscode.TextDocument,
  positions: readonly vscode.Position[]
): Promise<Uint32Array> {
  if (document.lineCount < minLinesForSlices)
    return Uint32Array.from(positions, (position) => document.offsetAt(position));
  const sorted = positions.map((position, i) => ({position, i})).sort((a, b) => a.position.compareTo(b.position));
  return await untilUnedited(document, async () => {
    const offsets = new Uint32Array(positions.length);
    let found = 0;
    const take = (line: number, offset: number, length: number): true | undefined => {
      for (let next = sorted[found]; next?.position.line === line; next = sorted[++found])
        offsets[next.i] = offset + Math.min(length, next.position.character);
      return found === sorted.length || undefined;
    };
    await runInSlices(searchLines(document, 0, take));
    return offsets;
  });
}

/** The position of a UTF-16 offset. An offset beyond the document means its end. */
export async function positionOf(document: vscode.TextDocument, offset: number): Promise<vscode.Position> {
  if (document.lineCount < minLinesForSlices) return document.positionAt(offset);
  const found = await untilUnedited(document, () =>
    runInSlices(
      searchLines(document, 0, (line, start, length) =>
        offset < start + length + endLength(document)
          ? new vscode.Position(line, Math.min(length, offset - start))
          : undefined
      )
    )
  );
  return found ?? wholeRange(document).end;
}

/**
 * The `units` UTF-16 units before a position, or fewer if there are fewer or if lines are very short. A line end counts
 * as one.
 */
export function rangeBefore(document: vscode.TextDocument, position: vscode.Position, units: number): vscode.Range {
  let {line} = position;
  let found = position.character;
  const first = Math.max(0, line - minLinesForSlices);
  while (found < units && line > first) found += document.lineAt(--line).text.length + 1;
  return new vscode.Range(new vscode.Position(line, Math.max(0, found - units)), position);
}

/** The text after a position, counted as in {@link rangeBefore}. */
export function rangeBehind(document: vscode.TextDocument, position: vscode.Position, units: number): vscode.Range {
  let {line} = position;
  let {length} = document.lineAt(line).text;
  let found = length - position.character;
  const last = Math.min(document.lineCount - 1, line + minLinesForSlices);
  while (found < units && line < last) {
    length = document.lineAt(++line).text.length;
    found += length + 1;
  }
  return new vscode.Range(position, new vscode.Position(line, length - Math.max(0, Math.min(length, found - units))));
}

export function wholeRange(document: vscode.TextDocument): vscode.Range {
  return new vscode.Range(new vscode.Position(0, 0), document.lineAt(document.lineCount - 1).range.end);
}

/** Repeats a read until the document was not edited during it. */
async function untilUnedited<T>(document: vscode.TextDocument, read: () => Promise<T>): Promise<T> {
  for (;;) {
    const {version} = document;
    try {
      const done = await read();
      if (document.version === version) return done;
    } catch (error) {
      // An edit may have removed the lines to be read.
      if (document.version === version) throw error;
    }
  }
}

/**
 * Visits lines from `first` on until `look` returns a value. `look` gets a line's number, its offset from `first`, its
 * length.
 */
function* searchLines<T>(
  document: vscode.TextDocument,
  first: number,
  look: (line: number, offset: number, length: number) => T | undefined
): Generator<void, T | undefined> {
  let offset = 0;
  for (let line = first; line < document.lineCount; line++) {
    const {length} = document.lineAt(line).text;
    const seen = look(line, offset, length);
    if (seen !== undefined) return seen;
    offset += length + endLength(document);
    if (line % maxLinesPerSlice === maxLinesPerSlice - 1) yield;
  }
  return undefined;
}

function endLength({eol}: vscode.TextDocument): number {
  return eol === vscode.EndOfLine.CRLF ? 2 : 1;
}

function* collected(pieces: Iterable<string>, into: string[]): Generator<void, void> {
  for (const piece of pieces) {
    into.push(piece);
    yield;
  }
}

function* matches(pieces: Iterable<string>, text: string): Generator<void, boolean> {
  let at = 0;
  for (const piece of pieces) {
    if (!text.startsWith(piece, at)) return false;
    at += piece.length;
    yield;
  }
  return at === text.length;
}

function* piecesOf(document: vscode.TextDocument, {start, end}: vscode.Range): Generator<string> {
  const lineEnd = document.eol === vscode.EndOfLine.CRLF ? "\r\n" : "\n";
  let {line, character} = start;
  while (line < end.line) {
    const {text} = document.lineAt(line);
    if (text.length > maxUnitsPerSlice) {
      yield* slices(text, character, text.length);
      yield lineEnd;
      line++;
    } else {
      const next = lineBehindPiece(document, line, end.line);
      yield document.getText(new vscode.Range(line, character, next, 0));
      line = next;
    }
    character = 0;
  }
  yield* slices(document.lineAt(line).text, character, end.character);
}

/** The line after the piece that starts at `first`, at most `last`. */
function lineBehindPiece(document: vscode.TextDocument, first: number, last: number): number {
  let units = 0;
  let line = first;
  while (line < last && line - first < maxLinesPerSlice) {
    units += document.lineAt(line).text.length + 1;
    if (line > first && units > maxUnitsPerSlice) break;
    line++;
  }
  return line;
}

function* slices(text: string, start: number, end: number): Generator<string> {
  for (let at = start; at < end; at += maxUnitsPerSlice) yield text.slice(at, Math.min(end, at + maxUnitsPerSlice));
}
