import * as vscode from "vscode";
import {isToolDocument} from "../../host/documents/toolDocument";

/** A line of a document. */
export interface DocumentLine {
  readonly uri: string;
  readonly line: number;
}

const maxEdits = 16;

/** Lines between two edits that count as two places. */
const minDistance = 20;

/** The places that were edited last. Listens from the start: the first completion already uses them. */
export class RecentEdits implements vscode.Disposable {
  private edits: readonly DocumentLine[] = [];
  private readonly subscription = vscode.workspace.onDidChangeTextDocument(({document, contentChanges}) => {
    const line = contentChanges[0]?.range.start.line;
    if (line === undefined || isToolDocument(document) || document.uri.scheme === "git") return;
    this.add({uri: document.uri.toString(), line});
  });

  /** The latest first. */
  get places(): readonly DocumentLine[] {
    return this.edits;
  }

  dispose(): void {
    this.subscription.dispose();
  }

  private add(edit: DocumentLine): void {
    const elsewhere = this.edits.filter(({uri, line}) => uri !== edit.uri || Math.abs(line - edit.line) > minDistance);
    this.edits = [edit, ...elsewhere].slice(0, maxEdits);
  }
}
