import * as vscode from "vscode";
import type {Sendable} from "../../contract/chunkedTransport";
import type {ScoreParams} from "../../contract/scoring";
import {plainText} from "../../text/plainText";
import {HostError} from "../hostError";
import type {Settings} from "../settings";
import {type DocumentRange, isDocumentRange} from "./documentRange";
import {type DocumentText, offsetOf, positionOf, rangeBefore, readDocument, wholeRange} from "./documentText";
import {uriArgument} from "./uriArgument";
import {uriName} from "./uriName";

/** The text that a command works on. */
export interface TargetText extends DocumentText {
  readonly uri: vscode.Uri;
  /** VS Code's name of the document's language. */
  readonly languageId: string;
  /** "sample.py, lines 3–9", or the file's name alone. Safe to show as text anywhere. */
  readonly title: string;
  /** UTF-16 offset of the text in its document. */
  readonly start: number;
  readonly isSelection: boolean;
  /** The document's text before a selection, up to {@link maxContextLength}; "" for a whole document. */
  readonly before: string;
}

/** Maximum characters of context before a selection. A context of the usual size holds fewer. */
export const maxContextLength = 1 << 18;

/** The editor's selection, or its whole document if nothing is selected. */
export async function targetTextOf(editor: vscode.TextEditor): Promise<TargetText> {
  const {document, selection} = editor;
  return await (selection.isEmpty ? wholeDocument(document) : partOf(document, selection));
}

/** The target text of the active editor. A HumanError says what to do if there is no editor or no text. */
export async function activeTargetText(): Promise<TargetText> {
  return withText(await targetTextOf(requireEditor()));
}

/** The whole document of the active editor. Throws like {@link activeTargetText}. */
export async function activeDocument(): Promise<TargetText> {
  return withText(await wholeDocument(requireEditor().document));
}

function withText(subject: TargetText): TargetText {
  if (subject.text === "") throw emptyFile();
  return subject;
}

export function emptyFile(): HostError {
  return new HostError("emptyFile", vscode.l10n.t("This file is empty: open one that has text in it."));
}

/** The active editor, or a visible one. A HumanError says what to do if there is none. */
export function requireEditor(): vscode.TextEditor {
  const editor = editorInUse();
  if (editor === undefined) throw new HostError("noEditor", vscode.l10n.t("No text is open: open a file first."));
  return editor;
}

/** The active editor. If a webview has the focus, no editor is active: then a visible one. */
function editorInUse(): vscode.TextEditor | undefined {
  const {activeTextEditor, visibleTextEditors} = vscode.window;
  if (activeTextEditor === undefined && isWithheld(vscode.window.tabGroups.activeTabGroup.activeTab))
    throw new HostError("textWithheld", withheldMessage());
  return activeTextEditor ?? visibleTextEditors.find(({document}) => document.uri.scheme !== "output");
}

export function withheldMessage(): string {
  return vscode.l10n.t(
    "This file is binary, or larger than 50 MB: VS Code gives its text to no extension. Open another one."
  );
}

/** Whether the tab shows a text that VS Code gives to no extension. */
export function isWithheld(tab: vscode.Tab | undefined): boolean {
  const input = tab?.input;
  return (
    input instanceof vscode.TabInputText &&
    vscode.window.visibleTextEditors.every(({document}) => document.uri.toString() !== input.uri.toString())
  );
}

export async function wholeDocument(document: vscode.TextDocument): Promise<TargetText> {
  return {
    uri: document.uri,
    languageId: document.languageId,
    title: uriTitle(document.uri),
    ...(await readDocument(document)),
    start: 0,
    isSelection: false,
    before: ""
  };
}

export async function partOf(document: vscode.TextDocument, range: vscode.Range): Promise<TargetText> {
  const text = await readDocument(document, range);
  return {
    uri: document.uri,
    languageId: document.languageId,
    title: partTitle(document, range),
    ...text,
    start: await offsetOf(document, range.start),
    isSelection: true,
    before: document.getText(rangeBefore(document, range.start, maxContextLength))
  };
}

/** The title of the text in a range. */
export function titleOfRange(document: vscode.TextDocument, {start, end}: DocumentRange): string {
  const range = new vscode.Range(document.positionAt(start), document.positionAt(end));
  return range.isEqual(wholeRange(document)) ? uriTitle(document.uri) : partTitle(document, range);
}

export function documentRangeOf(subject: TargetText): DocumentRange {
  return {uri: subject.uri.toString(), start: subject.start, end: subject.start + subject.text.length};
}

/** The parameters that score a target text, with the text before it as context if the setting says so. */
export function scoreParamsOf(
  {toSend, before}: TargetText,
  {selectionContext}: Settings
): Pick<Sendable<ScoreParams>, "text" | "context"> {
  return {text: toSend, ...(selectionContext && before !== "" ? {context: before} : {})};
}

/**
 * The text that a command works on: the range in its argument, or else that of the active editor. The buttons above an editor
 * give its document, and that editor may not be the active one.
 */
export async function commandTargetText(argument: unknown): Promise<TargetText> {
  if (!isDocumentRange(argument)) {
    const other = otherEditor(argument);
    return other === undefined ? await activeTargetText() : withText(await targetTextOf(other));
  }
  const subject = await targetTextAt(await openDocument(argument), argument);
  if (subject.text === "")
    throw new HostError(
      "textGone",
      vscode.l10n.t("There is no text at this place any more: select some, or open another file.")
    );
  return subject;
}

/** The visible editor of a document, if it is not the active editor's. */
function otherEditor(argument: unknown): vscode.TextEditor | undefined {
  const name = uriArgument(argument)?.toString();
  const {activeTextEditor, visibleTextEditors} = vscode.window;
  if (name === undefined || name === activeTextEditor?.document.uri.toString()) return undefined;
  return visibleTextEditors.find(({document}) => document.uri.toString() === name);
}

/** Opens the document of a range. A HumanError says so if it is gone. */
export async function openDocument({uri}: DocumentRange): Promise<vscode.TextDocument> {
  try {
    const parsed = vscode.Uri.parse(uri, true);
    // VS Code would make a new document of that name.
    if (parsed.scheme === "untitled" && !isOpen(parsed)) throw documentGone();
    return await vscode.workspace.openTextDocument(parsed);
  } catch {
    throw documentGone();
  }
}

function documentGone(): HostError {
  return new HostError(
    "textGone",
    vscode.l10n.t("The document of this text is gone: open it again and select the text there.")
  );
}

/** Whether a document is there, or in a tab that VS Code has restored and not shown yet. */
function isOpen(uri: vscode.Uri): boolean {
  const isIt = (other: vscode.Uri) => other.toString() === uri.toString();
  const tabs = vscode.window.tabGroups.all.flatMap((group) => group.tabs);
  return (
    vscode.workspace.textDocuments.some((document) => isIt(document.uri)) ||
    tabs.some(({input}) => input instanceof vscode.TabInputText && isIt(input.uri))
  );
}

/** The document's present text in a range. A range beyond the document's end is cut to it. */
export async function targetTextAt(document: vscode.TextDocument, {start, end}: DocumentRange): Promise<TargetText> {
  const range = new vscode.Range(await positionOf(document, start), await positionOf(document, end));
  return await (range.isEqual(wholeRange(document)) ? wholeDocument(document) : partOf(document, range));
}

export function partTitle({uri}: vscode.TextDocument, {start, end}: vscode.Range): string {
  const [first, last] = [start.line + 1, end.line + 1];
  return first === last
    ? vscode.l10n.t("{0}, line {1}", uriTitle(uri), first)
    : vscode.l10n.t("{0}, lines {1}–{2}", uriTitle(uri), first, last);
}

function uriTitle(uri: vscode.Uri): string {
  return plainText(uriName(uri));
}
