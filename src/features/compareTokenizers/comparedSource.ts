import * as vscode from "vscode";
import {activeTargetText, documentRangeOf, openDocument, wholeDocument} from "../../host/documents/targetText";
import {chosenResources} from "../../host/documents/uriArgument";
import {uriName} from "../../host/documents/uriName";
import type {Host} from "../../host/host";
import {listText} from "../../text/numberText";
import {plainText} from "../../text/plainText";
import {chooseTokenizers} from "./chooseTokenizers";
import type {ComparedSource} from "./protocol";

type ComparedTarget = Omit<ComparedSource, "models">;

/**
 * What a command compares: the files and folders that it was called on, or else the selection or file of the active editor; and
 * the tokenizers that the user chooses. Undefined if the user chose none.
 */
export async function comparedSource(
  host: Host,
  resource: unknown,
  selected: unknown
): Promise<ComparedSource | undefined> {
  const target = await targetOf(resource, selected);
  const models = await chooseTokenizers(host);
  return models && {...target, models};
}

async function targetOf(resource: unknown, selected: unknown): Promise<ComparedTarget> {
  const uris = chosenResources(resource, selected);
  const [only, ...others] = uris;
  if (only === undefined) return documentTarget(await activeTargetText());
  if (others.length === 0 && !(await isFolder(only)))
    return documentTarget(await wholeDocument(await openDocument({uri: only.toString(), start: 0, end: 0})));
  const title = listText(uris.map((uri) => plainText(uriName(uri))));
  return {title: plainText(title), uris: uris.map((uri) => uri.toString()), onDisk: true, range: null};
}

function documentTarget(target: Awaited<ReturnType<typeof activeTargetText>>): ComparedTarget {
  const {uri, start, end} = documentRangeOf(target);
  return {title: target.title, uris: [uri], onDisk: false, range: target.isSelection ? {start, end} : null};
}

/** A file that can't be read is taken for a document: opening it says what is wrong. */
async function isFolder(uri: vscode.Uri): Promise<boolean> {
  return await vscode.workspace.fs.stat(uri).then(
    ({type}) => (type & vscode.FileType.Directory) !== 0,
    () => false
  );
}
