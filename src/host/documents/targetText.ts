import * as vscode from "vscode";
import type {Sendable} from "../../contract/chunkedTransport";
import {HumanError} from "../../contract/errors";
import type {ScoreParams} from "../../contract/scoring";
import {count} from "../../text/numberText";
import {plainText} from "../../text/plainText";
import type {Settings} from "../settings";
import {type DocumentRange, isDocumentRange} from "./documentRange";
import {
  type DocumentText,
  isLongerThan,
  offsetOf,
  positionOf,
  rangeBefore,
  readDocument,
  wholeRange
} from "./documentText";
import {uriName} from "./uriName";

/** The text that a command is about. */
export interface TargetText extends DocumentText {
  readonly uri: vscode.Uri;
  /** "sample.py, lines 3–9", or the file's name alone: harmless wherever it is shown as text. */
  readonly title: string;
  /** UTF-16 offset of the text in its document. */
  readonly start: number;
  readonly isSelection: boolean;
  /** What stands before a selection in its document (as much of it as a model may look at); "" for a whole document. */
  readonly before: string;
}

/** More characters than a context of the usual size holds: more would only have to be cut into tokens. */
export const maxContextLength = 1 << 18;

/** Editors that look like text and are none of the user's. */
const foreignSchemes = new Set(["output", "vscode-scm", "comment", "debug"]);

export function isToolDocument({uri}: vscode.TextDocument): boolean {
  return foreignSchemes.has(uri.scheme);
}

/** The editor's selection, or its whole document where nothing is selected. */
export async function targetTextOf(editor: vscode.TextEditor): Promise<TargetText> {
  const {document, selection} = editor;
  return await (selection.isEmpty ? wholeDocument(document) : partOf(document, selection));
}

/** A text to be counted, and what it is. */
export interface CountedText {
  readonly title: string;
  readonly toSend: DocumentText["toSend"];
  readonly isSelection: boolean;
}

/**
 * What is counted in an editor: the selection, or else the document. Several selections are one text, with line ends between, as VS
 * Code copies them. Undefined for more than `most` UTF-16 units.
 */
export async function countedText(
  {document, selections}: vscode.TextEditor,
  most = Number.POSITIVE_INFINITY
): Promise<CountedText | undefined> {
  const selected = selections.filter((one) => !one.isEmpty).sort((a, b) => a.start.compareTo(b.start));
  const [first, ...others] = selected;
  if (await isLongerThan(document, first ?? wholeRange(document), most)) return undefined;
  if (first === undefined) return await wholeDocument(document);
  const part = await partOf(document, first);
  if (others.length === 0) return part;
  const lineEnd = document.eol === vscode.EndOfLine.CRLF ? "\r\n" : "\n";
  let {text} = part;
  for (const range of others) {
    if (await isLongerThan(document, range, most - text.length)) return undefined;
    text += lineEnd + (await readDocument(document, range)).text;
  }
  const title = vscode.l10n.t("{0}, {1} selections", uriTitle(document.uri), count(selected.length));
  return {title, toSend: text, isSelection: true};
}

/** What is counted in the editor in use; errors as {@link activeTargetText}'s. */
export async function activeCountedText(): Promise<CountedText> {
  const counted = await countedText(requireEditor());
  return counted === undefined || counted.toSend === "" ? await activeTargetText() : counted;
}

/** The subject of the editor in use; a HumanError says what to do where there is none or it is empty. */
export async function activeTargetText(): Promise<TargetText> {
  return withText(await targetTextOf(requireEditor()));
}

/** The whole document of the editor in use; errors as {@link activeTargetText}'s. */
export async function activeDocument(): Promise<TargetText> {
  return withText(await wholeDocument(requireEditor().document));
}

function withText(subject: TargetText): TargetText {
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
    throw new HumanError("emptyText", withheldMessage());
  return activeTextEditor ?? visibleTextEditors.find(({document}) => document.uri.scheme !== "output");
}

export function withheldMessage(): string {
  return vscode.l10n.t(
    "This file is binary, or larger than 50 MB: VS Code gives its text to no extension. Open another one."
  );
}

/** A text is in front that VS Code shows and gives to no extension. */
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
    title: partTitle(document, range),
    ...text,
    start: await offsetOf(document, range.start),
    isSelection: true,
    before: document.getText(rangeBefore(document, range.start, maxContextLength))
  };
}

/** The title of what stands at a place now. */
export function titleOfRange(document: vscode.TextDocument, {start, end}: DocumentRange): string {
  const range = new vscode.Range(document.positionAt(start), document.positionAt(end));
  return range.isEqual(wholeRange(document)) ? uriTitle(document.uri) : partTitle(document, range);
}

export function documentRangeOf(subject: TargetText): DocumentRange {
  return {uri: subject.uri.toString(), start: subject.start, end: subject.start + subject.text.length};
}

/** What is scored of a subject, in the context that the setting asks for: none, or what stands before it. */
export function scoreParamsOf(
  {toSend, before}: TargetText,
  {selectionContext}: Settings
): Pick<Sendable<ScoreParams>, "text" | "context"> {
  return {text: toSend, ...(selectionContext && before !== "" ? {context: before} : {})};
}

/** What a command is about: the place it was given as argument, or else the active editor's subject. */
export async function commandTargetText(argument: unknown): Promise<TargetText> {
  if (!isDocumentRange(argument)) return await activeTargetText();
  const subject = await targetTextAt(await openDocument(argument), argument);
  if (subject.text === "")
    throw new HumanError("emptyText", vscode.l10n.t("There is no text at this place any more: select some."));
  return subject;
}

/** The document of a place. A HumanError says so where it is gone. */
export async function openDocument({uri}: DocumentRange): Promise<vscode.TextDocument> {
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
export async function targetTextAt(document: vscode.TextDocument, {start, end}: DocumentRange): Promise<TargetText> {
  const range = new vscode.Range(await positionOf(document, start), await positionOf(document, end));
  return await (range.isEqual(wholeRange(document)) ? wholeDocument(document) : partOf(document, range));
}

function partTitle({uri}: vscode.TextDocument, {start, end}: vscode.Range): string {
  const [first, last] = [start.line + 1, end.line + 1];
  return first === last
    ? vscode.l10n.t("{0}, line {1}", uriTitle(uri), first)
    : vscode.l10n.t("{0}, lines {1}–{2}", uriTitle(uri), first, last);
}

function uriTitle(uri: vscode.Uri): string {
  return plainText(uriName(uri));
}
