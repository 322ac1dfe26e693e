import * as vscode from "vscode";
import {HumanError} from "../engine/api";
import {isPlace, type Place} from "./place";
import {plainText} from "./plainText";
import type {Settings} from "./settings";

/** The text that a command is about. */
export interface Subject {
  readonly uri: vscode.Uri;
  /** "sample.py, lines 3–9", or the file's name alone: harmless wherever it is shown as text. */
  readonly title: string;
  readonly text: string;
  /** UTF-16 offset of the text in its document. */
  readonly start: number;
  readonly isSelection: boolean;
  /** What stands before a selection in its document (as much of it as a model may look at); "" for a whole document. */
  readonly before: string;
}

/** More characters than a context of the usual size holds: more would only have to be cut into tokens. */
export const longestBefore = 1 << 18;

/** Editors that look like text and are none of the user's. */
const foreignSchemes = new Set(["output", "vscode-scm", "comment", "debug"]);

export function isForeign({uri}: vscode.TextDocument): boolean {
  return foreignSchemes.has(uri.scheme);
}

/** The editor's selection, or its whole document where nothing is selected. */
export function subjectOf(editor: vscode.TextEditor): Subject {
  const {document, selection} = editor;
  return selection.isEmpty ? wholeDocument(document) : partOf(document, selection);
}

/** The subject of the editor in use; a HumanError says what to do where there is none or it is empty. */
export function activeSubject(): Subject {
  return withText(subjectOf(requireEditor()));
}

/** The whole document of the editor in use; errors as {@link activeSubject}'s. */
export function activeDocument(): Subject {
  return withText(wholeDocument(requireEditor().document));
}

function withText(subject: Subject): Subject {
  if (subject.text === "")
    throw new HumanError("emptyText", vscode.l10n.t("This file is empty: open one that has text in it."));
  return subject;
}

function requireEditor(): vscode.TextEditor {
  const editor = editorInUse();
  if (editor === undefined) throw new HumanError("emptyText", vscode.l10n.t("No text is open: open a file first."));
  return editor;
}

/** With the keyboard in a webview no editor is active: then the text beside it is meant. */
function editorInUse(): vscode.TextEditor | undefined {
  const {activeTextEditor, visibleTextEditors} = vscode.window;
  if (activeTextEditor === undefined && isWithheld(vscode.window.tabGroups.activeTabGroup.activeTab))
    throw new HumanError(
      "emptyText",
      vscode.l10n.t(
        "This file is binary, or larger than 50 MB: VS Code gives its text to no extension. Open another one."
      )
    );
  return activeTextEditor ?? visibleTextEditors.find(({document}) => document.uri.scheme !== "output");
}

/** A text is in front that VS Code shows and gives to no extension. */
function isWithheld(tab: vscode.Tab | undefined): boolean {
  const input = tab?.input;
  return (
    input instanceof vscode.TabInputText &&
    vscode.window.visibleTextEditors.every(({document}) => document.uri.toString() !== input.uri.toString())
  );
}

export function wholeDocument(document: vscode.TextDocument): Subject {
  return {
    uri: document.uri,
    title: nameOf(document.uri),
    text: document.getText(),
    start: 0,
    isSelection: false,
    before: ""
  };
}

export function partOf(document: vscode.TextDocument, range: vscode.Range): Subject {
  const [first, last] = [range.start.line + 1, range.end.line + 1];
  const start = document.offsetAt(range.start);
  const before = new vscode.Range(document.positionAt(Math.max(0, start - longestBefore)), range.start);
  return {
    uri: document.uri,
    title:
      first === last
        ? vscode.l10n.t("{0}, line {1}", nameOf(document.uri), first)
        : vscode.l10n.t("{0}, lines {1}–{2}", nameOf(document.uri), first, last),
    text: document.getText(range),
    start,
    isSelection: true,
    before: document.getText(before)
  };
}

export function placeOf(subject: Subject): Place {
  return {uri: subject.uri.toString(), start: subject.start, end: subject.start + subject.text.length};
}

/** The context in which a subject is scored: none, unless the setting asks for what stands before it. */
export function contextOf({before}: Subject, {selectionContext}: Settings): {context?: string} {
  return selectionContext && before !== "" ? {context: before} : {};
}

/** What a command is about: the place it was given as argument, or else the active editor's subject. */
export async function commandSubject(argument: unknown): Promise<Subject> {
  if (!isPlace(argument)) return activeSubject();
  const subject = subjectAt(await openPlace(argument), argument);
  if (subject.text === "")
    throw new HumanError("emptyText", vscode.l10n.t("There is no text at this place any more: select some."));
  return subject;
}

/** The document of a place. A HumanError says so where it is gone. */
export async function openPlace({uri}: Place): Promise<vscode.TextDocument> {
  try {
    return await vscode.workspace.openTextDocument(vscode.Uri.parse(uri, true));
  } catch {
    throw new HumanError(
      "emptyText",
      vscode.l10n.t("The document of this text is gone: open it again and select the text there.")
    );
  }
}

/** The text of a place in a document as it is now; a place beyond the document's end is cut to it. */
export function subjectAt(document: vscode.TextDocument, {start, end}: Place): Subject {
  const range = new vscode.Range(document.positionAt(start), document.positionAt(end));
  const whole = start === 0 && end >= document.getText().length;
  return whole ? wholeDocument(document) : partOf(document, range);
}

function nameOf(uri: vscode.Uri): string {
  return plainText(uri.path.slice(uri.path.lastIndexOf("/") + 1));
}
