import * as vscode from "vscode";
import {selectInEditor} from "../../host/documents/reveal";
import {
  documentRangeOf,
  emptyFile,
  openDocument,
  partOf,
  type TargetText,
  targetTextAt,
  targetTextOf,
  wholeDocument
} from "../../host/documents/targetText";
import type {PromptPlace} from "./protocol";

/** What is selected in an editor, in the order of the document; its whole document if nothing is. */
export async function targetsOf(editor: vscode.TextEditor): Promise<readonly TargetText[]> {
  const selected = selectionsOf(editor);
  if (selected.length === 0) return [await targetTextOf(editor)];
  return await Promise.all(selected.map((selection) => partOf(editor.document, selection)));
}

export function selectionsOf({selections}: vscode.TextEditor): readonly vscode.Selection[] {
  return selections.filter(({isEmpty}) => !isEmpty).toSorted((a, b) => a.start.compareTo(b.start));
}

export function placeOf(target: TargetText): PromptPlace {
  const {uri, start, end} = documentRangeOf(target);
  return {title: target.title, uri, range: target.isSelection ? {start, end} : null};
}

/** The text at a place, as it is now. A HostError says what to do where there is none. */
export async function textAt({uri, range}: PromptPlace): Promise<string> {
  const place = {uri, start: range?.start ?? 0, end: range?.end ?? 0};
  const document = await openDocument(place);
  const {text} = range === null ? await wholeDocument(document) : await targetTextAt(document, place);
  if (text === "") throw emptyFile();
  return text;
}

/** Selects a prompt in its editor. */
export async function openPlace({uri, range}: PromptPlace, besides: vscode.ViewColumn | undefined): Promise<void> {
  const {start, end} = range ?? {start: 0, end: 0};
  const document = await openDocument({uri, start, end});
  await selectInEditor(document, start, end, {preserveFocus: false, ...(besides && {besides})});
}

/** Shows a text that stands in no document. */
export async function openText(content: string, besides: vscode.ViewColumn | undefined): Promise<void> {
  const document = await vscode.workspace.openTextDocument({content, language: "plaintext"});
  await vscode.window.showTextDocument(document, {
    viewColumn: besides === vscode.ViewColumn.One ? vscode.ViewColumn.Two : vscode.ViewColumn.One
  });
}
