import * as vscode from "vscode";
import {containsAt, positionOf, wholeRange} from "../../host/documents/documentText";
import {movedRange, type TextChange} from "../../host/documents/movedRange";
import {titleOfRange} from "../../host/documents/targetText";
import type {Source} from "./protocol";

/** The place of a scored text in its document, kept up to date while that is edited. */
export class TextPlace {
  private current: Source;
  private edited = false;

  constructor(source: Source) {
    this.current = source;
  }

  get source(): Source {
    return this.current;
  }

  /** An edit has touched the text since it was read. */
  get isEdited(): boolean {
    return this.edited;
  }

  isIn({uri}: vscode.TextDocument): boolean {
    return uri.toString() === this.current.uri;
  }

  /** Edits before the text move it. Those inside it change it, and so do all where the whole document was scored. */
  apply(changes: readonly TextChange[]): void {
    if (changes.length === 0) return;
    const {current} = this;
    if (current.isSelection) {
      this.edited ||= changes.some((change) => touches(current, change));
      this.current = movedRange(current, changes);
      return;
    }
    const growth = changes.reduce((sum, {text, rangeLength}) => sum + text.length - rangeLength, 0);
    this.edited = true;
    this.current = {...current, start: 0, end: Math.max(0, current.end + growth)};
  }

  /** Compares the document with the text that was read from it: an edit may have been undone. */
  async compare(document: vscode.TextDocument, text: string): Promise<void> {
    const {current} = this;
    const isSame = (await containsAt(document, current.start, text)) && (await this.isAll(document, text));
    // If the text was edited meanwhile, it is compared again.
    if (this.current === current) this.edited = !isSame;
  }

  /** Gives a selection the title of its lines. */
  retitle(document: vscode.TextDocument): void {
    const {current} = this;
    const title = current.isSelection ? titleOfRange(document, current) : current.title;
    if (title !== current.title) this.current = {...current, title};
  }

  private async isAll(document: vscode.TextDocument, text: string): Promise<boolean> {
    if (this.current.isSelection) return true;
    return (await positionOf(document, text.length)).isEqual(wholeRange(document).end);
  }
}

/** As movedRange: what ends at the text's start, or begins at its end, does not belong to it. */
function touches({start, end}: Source, {rangeOffset, rangeLength}: TextChange): boolean {
  return rangeOffset + rangeLength > start && rangeOffset < end;
}

/** The document of a place, if it is open. */
export function openedDocument({uri}: Source): vscode.TextDocument | undefined {
  return vscode.workspace.textDocuments.find((document) => document.uri.toString() === uri);
}
