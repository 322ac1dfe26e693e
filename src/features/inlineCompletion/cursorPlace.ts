import * as vscode from "vscode";
import type {Spot} from "../../completion/prefill";
import {defaultPrefixLimit, defaultSuffixLimit, promptWindow} from "../../completion/promptWindow";
import type {Indentation} from "../../completion/trim";
import {offsetOf, rangeBefore, rangeBehind} from "../../host/documents/documentText";
import {cellsAbove} from "./notebookCell";
import type {CursorText} from "./suggestionCache";

/** A cursor in one version of a document. */
export interface CursorPlace {
  readonly document: vscode.TextDocument;
  readonly version: number;
  readonly position: vscode.Position;
}

/** A cursor, and the text around it that a prompt may need. */
export type DocumentCursorText = CursorText & CursorPlace;

export function isSamePlace(one: CursorPlace | undefined, other: CursorPlace): boolean {
  return one?.document === other.document && one.version === other.version && one.position.isEqual(other.position);
}

export function itemAt(position: vscode.Position, text: string): vscode.InlineCompletionItem {
  return new vscode.InlineCompletionItem(text, new vscode.Range(position, position));
}

/** The text around the cursor that a prompt may need. A long document is not joined to one string for it. */
export async function placeAt(document: vscode.TextDocument, position: vscode.Position): Promise<CursorText> {
  const limits = {prefix: defaultPrefixLimit, suffix: defaultSuffixLimit};
  // More than the limits, because a CRLF counts as two units here.
  const before = document.getText(rangeBefore(document, position, 2 * limits.prefix));
  const behind = document.getText(rangeBehind(document, position, 2 * limits.suffix));
  const unread = (await offsetOf(document, position)) - before.length;
  const above = unread > 0 ? "" : cellsAbove(document, 2 * limits.prefix);
  return {
    file: document.uri.toString(),
    ...promptWindow(above + before + behind, above.length + before.length, limits, unread)
  };
}

export function indentationOf(document: vscode.TextDocument): Indentation | undefined {
  const editor = vscode.window.visibleTextEditors.find((one) => one.document === document);
  const {insertSpaces, tabSize} = editor?.options ?? {};
  if (typeof insertSpaces !== "boolean" || typeof tabSize !== "number") return undefined;
  return {tabs: !insertSpaces, size: tabSize};
}

export function spotOf(document: vscode.TextDocument, {line}: vscode.Position): Spot {
  return {file: document.uri.toString(), version: document.version, line};
}

/** What suggestions while typing would disturb: IntelliSense's open list and ghost text would use the same keys. */
export function obstacleAt(
  document: vscode.TextDocument,
  {selectedCompletionInfo}: vscode.InlineCompletionContext
): "listOpen" | "severalCursors" | undefined {
  if (selectedCompletionInfo !== undefined) return "listOpen";
  return hasSeveralCursors(document) ? "severalCursors" : undefined;
}

export function hasSeveralCursors(document: vscode.TextDocument): boolean {
  const editor = vscode.window.activeTextEditor;
  return editor?.document === document && editor.selections.length > 1;
}
