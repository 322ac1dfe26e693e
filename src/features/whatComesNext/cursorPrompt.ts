import type * as vscode from "vscode";
import {rangeBefore} from "../../host/documents/documentText";
import {maxContextLength} from "../../host/documents/targetText";
import {uriName} from "../../host/documents/uriName";
import {plainText} from "../../text/plainText";
import {visibleText} from "../../text/visibleText";

/** Characters of the text before the cursor that the view names. */
const tailLength = 20;

/** A cursor, and the text before it. */
export interface CursorPrompt {
  readonly document: vscode.TextDocument;
  /** Of the document when the text was read. */
  readonly version: number;
  readonly position: vscode.Position;
  /** From the document's start, or what there is room for in any context. */
  readonly text: string;
  /** The text does not go back to the document's start. */
  readonly isCut: boolean;
}

export function cursorPromptOf({document, selection}: vscode.TextEditor): CursorPrompt {
  const position = selection.active;
  const range = rangeBefore(document, position, maxContextLength);
  const isCut = range.start.line > 0 || range.start.character > 0;
  return {document, version: document.version, position, text: document.getText(range), isCut};
}

/** The last characters of a text, with nothing invisible. */
export function tailOf(text: string): string {
  // A character has two units at most.
  const characters = Array.from(text.slice(-2 * tailLength).toWellFormed()).slice(-tailLength);
  return visibleText(characters.join(""));
}

export function titleOf({uri}: vscode.TextDocument): string {
  return plainText(uriName(uri));
}
