import type * as vscode from "vscode";
import {ChunkedText, type Sendable} from "../../contract/chunkedTransport";
import type {DocumentEdits} from "../../contract/documents";

/** More edits than these, or more text in them (UTF-16 units), cost more than sending the whole document again. */
const maxEdits = 1 << 13;
const maxAdded = 1 << 22;

/** UTF-16 units in a piece of the text that is sent. */
const pieceLength = 1 << 16;

/** Edits of a document, in the order in which they were made, that have not been sent. */
export class PendingEdits {
  private edits: vscode.TextDocumentContentChangeEvent[] = [];
  private added = 0;
  private overflown = false;

  /** There were too many: the whole document has to be sent again. */
  get isOverflown(): boolean {
    return this.overflown;
  }

  add(changes: readonly vscode.TextDocumentContentChangeEvent[]): void {
    if (this.overflown) return;
    for (const change of changes) {
      this.edits.push(change);
      this.added += change.text.length;
    }
    if (this.edits.length > maxEdits || this.added > maxAdded) this.giveUp();
  }

  /** Drops the edits: they no longer lead to the present text. */
  giveUp(): void {
    this.clear();
    this.overflown = true;
  }

  clear(): void {
    this.edits = [];
    this.added = 0;
    this.overflown = false;
  }

  /** The edits as they are sent; none are left. */
  take(): Sendable<DocumentEdits> {
    const {edits} = this;
    this.clear();
    return {
      starts: Uint32Array.from(edits, ({rangeOffset}) => rangeOffset),
      removed: Uint32Array.from(edits, ({rangeLength}) => rangeLength),
      added: Uint32Array.from(edits, ({text}) => text.length),
      text: joined(edits.map(({text}) => text))
    };
  }
}

/** Few and short texts as one: each piece is a message. */
function joined(texts: readonly string[]): string | ChunkedText {
  const pieces: string[] = [];
  let piece = "";
  for (const text of texts) {
    piece += text;
    if (piece.length < pieceLength) continue;
    pieces.push(piece);
    piece = "";
  }
  return pieces.length === 0 ? piece : new ChunkedText([...pieces, piece]);
}
