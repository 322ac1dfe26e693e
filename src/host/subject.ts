import * as vscode from "vscode";
import {HumanError} from "../engine/api";

/** The text that a command is about. */
export interface Subject {
  readonly uri: vscode.Uri;
  /** "sample.py, lines 3–9", or the file's name alone. */
  readonly title: string;
  readonly text: string;
  /** UTF-16 offset of the text in its document. */
  readonly start: number;
  readonly isSelection: boolean;
}

/** A place in a document, as a command's argument: UTF-16 offsets, end exclusive. */
export interface Place {
  readonly uri: string;
  readonly start: number;
  readonly end: number;
}

/** The editor's selection, or its whole document where nothing is selected. */
export function subjectOf(editor: vscode.TextEditor): Subject {
  const {document, selection} = editor;
  return selection.isEmpty ? wholeDocument(document) : partOf(document, selection);
}

/** The subject of the active editor; a HumanError says what to do where there is none or it is empty. */
export function activeSubject(): Subject {
  const editor = vscode.window.activeTextEditor;
  if (editor === undefined) throw new HumanError("emptyText", "No text is open: open a file first.");
  const subject = subjectOf(editor);
  if (subject.text === "") throw new HumanError("emptyText", "This file is empty: open one that has text in it.");
  return subject;
}

export function wholeDocument(document: vscode.TextDocument): Subject {
  return {uri: document.uri, title: nameOf(document.uri), text: document.getText(), start: 0, isSelection: false};
}

export function partOf(document: vscode.TextDocument, range: vscode.Range): Subject {
  const [first, last] = [range.start.line + 1, range.end.line + 1];
  return {
    uri: document.uri,
    title: `${nameOf(document.uri)}, ${first === last ? `line ${first}` : `lines ${first}–${last}`}`,
    text: document.getText(range),
    start: document.offsetAt(range.start),
    isSelection: true
  };
}

export function placeOf(subject: Subject): Place {
  return {uri: subject.uri.toString(), start: subject.start, end: subject.start + subject.text.length};
}

function nameOf(uri: vscode.Uri): string {
  return uri.path.slice(uri.path.lastIndexOf("/") + 1);
}

/**
 * The text at a {@link Place} handed to a command. Undefined where the argument is none (a menu hands its own things
 * over); a place outside the document is cut to it.
 */
export async function subjectAt(argument: unknown): Promise<Subject | undefined> {
  if (!isPlace(argument)) return undefined;
  const document = await vscode.workspace.openTextDocument(vscode.Uri.parse(argument.uri, true));
  const range = new vscode.Range(document.positionAt(argument.start), document.positionAt(argument.end));
  const subject = range.isEmpty ? undefined : partOf(document, range);
  if (subject === undefined) throw new HumanError("emptyText", "There is no text at this place any more: select some.");
  return subject.text === document.getText() ? wholeDocument(document) : subject;
}

function isPlace(argument: unknown): argument is Place {
  if (typeof argument !== "object" || argument === null) return false;
  const {uri, start, end} = argument as Partial<Record<keyof Place, unknown>>;
  return typeof uri === "string" && Number.isSafeInteger(start) && Number.isSafeInteger(end);
}
