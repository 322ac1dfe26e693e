import * as vscode from "vscode";
import {containsAt, offsetOf, positionOf} from "../../host/documents/documentText";
import {selectInEditor} from "../../host/documents/reveal";
import {openDocument} from "../../host/documents/targetText";
import {HostError} from "../../host/hostError";
import type {Branch} from "../../metrics/branchTree";
import type {BranchPlace, Insertion} from "./protocol";

/** Puts a branch's text into the document, in one step of its undo history, and selects it. */
export async function insertBranch(
  place: BranchPlace,
  {text, isWhole}: Pick<Branch, "text" | "isWhole">,
  insertion: Insertion,
  view: vscode.ViewColumn | undefined
): Promise<void> {
  if (!place.isWhole)
    throw new HostError(
      "notEditable",
      vscode.l10n.t("This token has no place of its own in the text: there is nothing to insert at.")
    );
  if (!isWhole)
    throw new HostError(
      "notEditable",
      vscode.l10n.t("This branch begins or ends inside a character: there is no text to insert.")
    );
  const document = await unchangedDocument(place);
  const end = insertion === "replace" ? place.end : place.start;
  const range = new vscode.Range(await positionOf(document, place.start), await positionOf(document, end));
  const own = withLineEndsOf(document, text);
  // Where it is shown first, undo is one key away.
  await selectInEditor(document, place.start, end, {preserveFocus: true, ...(view && {besides: view})});
  const edit = new vscode.WorkspaceEdit();
  edit.replace(document.uri, range, own);
  if (!(await vscode.workspace.applyEdit(edit)))
    throw new HostError(
      "notEditable",
      vscode.l10n.t("This document can't be edited: save it as a file, and score it there.")
    );
  const start = await offsetOf(document, range.start);
  await selectInEditor(document, start, start + own.length, {preserveFocus: true, ...(view && {besides: view})});
}

/** Shows the place in its document. */
export async function showPlace(place: BranchPlace, view: vscode.ViewColumn | undefined): Promise<void> {
  const document = await unchangedDocument(place);
  await selectInEditor(document, place.start, place.end, {preserveFocus: true, ...(view && {besides: view})});
}

/** The document, if the place still has what it had when it was scored, and around it. */
async function unchangedDocument(place: BranchPlace): Promise<vscode.TextDocument> {
  const {start, before, own, behind} = place;
  const document = await openDocument(place);
  const from = start - before.length;
  if (from < 0 || !(await containsAt(document, from, before + own + behind)))
    throw new HostError(
      "textGone",
      vscode.l10n.t("The document has changed here since it was scored: undo the change, or score it again.")
    );
  return document;
}

function withLineEndsOf({eol}: vscode.TextDocument, text: string): string {
  return text.replace(/\r\n|\r|\n/g, eol === vscode.EndOfLine.CRLF ? "\r\n" : "\n");
}
