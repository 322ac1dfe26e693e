import * as vscode from "vscode";
import {uriName} from "../../host/documents/uriName";
import {plainText} from "../../text/plainText";

/** What a person looks at, and what its tokens are counted of. */
export type Subject =
  | {readonly of: "file"; readonly document: vscode.TextDocument}
  | {
      readonly of: "selections";
      readonly document: vscode.TextDocument;
      /** What is selected now, in the order of the text. */
      readonly ranges: () => readonly vscode.Range[];
    }
  | {
      readonly of: "notebook";
      readonly notebook: vscode.NotebookDocument;
      /** The selected cells: one where no others are selected. */
      readonly chosen: readonly vscode.NotebookCell[];
    }
  | {
      readonly of: "diff";
      readonly title: string;
      readonly before: vscode.TextDocument;
      readonly after: vscode.TextDocument;
    };

/** What is in front of a person; undefined where that is no text. */
export function subjectInFront(): Subject | undefined {
  const {activeTextEditor: editor, activeNotebookEditor} = vscode.window;
  const selected = editor && selectionsOf(editor);
  if (selected !== undefined) return selected;
  if (activeNotebookEditor !== undefined && (editor === undefined || isCell(editor.document, activeNotebookEditor)))
    return notebookOf(activeNotebookEditor);
  const diff = diffOf(vscode.window.tabGroups.activeTabGroup.activeTab);
  if (diff !== undefined && (editor === undefined || documentsOf(diff).includes(editor.document))) return diff;
  return editor && {of: "file", document: editor.document};
}

/** The subject of an editor by itself. */
export function subjectOfEditor(editor: vscode.TextEditor): Subject {
  return selectionsOf(editor) ?? {of: "file", document: editor.document};
}

export function selectedRanges({selections}: vscode.TextEditor): readonly vscode.Range[] {
  return selections.filter(({isEmpty}) => !isEmpty).sort((a, b) => a.start.compareTo(b.start));
}

/** The documents whose text is counted. */
export function documentsOf(subject: Subject): readonly vscode.TextDocument[] {
  switch (subject.of) {
    case "file":
    case "selections":
      return [subject.document];
    case "notebook":
      return subject.notebook.getCells().map(({document}) => document);
    case "diff":
      return [subject.before, subject.after];
    default:
      return subject satisfies never;
  }
}

/** Whether an edit of the document changes the subject's count. */
export function isPartOf(document: vscode.TextDocument, subject: Subject): boolean {
  return subject.of === "notebook" ? isCell(document, subject) : documentsOf(subject).includes(document);
}

/** Whether a number of the one, though of an older text, is one of the other. */
export function isSameSubject(one: Subject, other: Subject): boolean {
  if (one.of === "notebook" || other.of === "notebook")
    return one.of === "notebook" && other.of === "notebook" && one.notebook === other.notebook;
  if (one.of === "diff" || other.of === "diff")
    return one.of === "diff" && other.of === "diff" && one.before === other.before && one.after === other.after;
  return one.document === other.document;
}

function selectionsOf(editor: vscode.TextEditor): Subject | undefined {
  if (editor.selections.every(({isEmpty}) => isEmpty)) return undefined;
  return {of: "selections", document: editor.document, ranges: () => selectedRanges(editor)};
}

function notebookOf({notebook, selections}: vscode.NotebookEditor): Subject | undefined {
  if (notebook.cellCount === 0) return undefined;
  return {of: "notebook", notebook, chosen: selections.flatMap((range) => notebook.getCells(range))};
}

/** A cell has its notebook's path. */
function isCell({uri}: vscode.TextDocument, {notebook}: {readonly notebook: vscode.NotebookDocument}): boolean {
  return uri.scheme === "vscode-notebook-cell" && uri.path === notebook.uri.path;
}

function diffOf(tab: vscode.Tab | undefined): Subject | undefined {
  if (!(tab?.input instanceof vscode.TabInputTextDiff)) return undefined;
  const before = openDocument(tab.input.original);
  const after = openDocument(tab.input.modified);
  return before && after && {of: "diff", title: tab.label, before, after};
}

/** VS Code opens both sides of a diff editor, unless it gives their text to no extension. */
function openDocument(uri: vscode.Uri): vscode.TextDocument | undefined {
  const name = uri.toString();
  return vscode.workspace.textDocuments.find((document) => document.uri.toString() === name);
}

/** The name of what is counted. Safe to show as text anywhere. */
export function titleOf(subject: Subject): string {
  switch (subject.of) {
    case "file":
    case "selections":
      return plainText(uriName(subject.document.uri));
    case "notebook":
      return plainText(uriName(subject.notebook.uri));
    case "diff":
      return plainText(subject.title);
    default:
      return subject satisfies never;
  }
}
