import * as vscode from "vscode";
import {matchesFile} from "./fileMatch";

/** A schema that VS Code checks a document with. */
export interface AssociatedSchema {
  readonly name: string;
  /** Where the association stands. */
  readonly source: string;
  /** The schema itself, or its file. */
  readonly schema: vscode.Uri | object;
}

/**
 * The schemas of a JSON document: those that it names as "$schema", those of the setting `json.schemas`, and those of extensions. Local
 * files only: nothing is fetched.
 */
export async function associatedSchemas(document: vscode.TextDocument): Promise<AssociatedSchema[]> {
  const {uri} = document;
  const folder = vscode.workspace.getWorkspaceFolder(uri)?.uri;
  const found: AssociatedSchema[] = [];
  const add = (source: string, address: unknown, base: vscode.Uri | undefined): void => {
    const schema = typeof address === "string" ? localFile(address, base) : undefined;
    if (schema !== undefined) found.push({name: schema.path.split("/").at(-1) ?? "", source, schema});
  };
  const own = /^\s*\{\s*"\$schema"\s*:\s*"([^"\\]+)"/.exec(document.getText(new vscode.Range(0, 0, 20, 0)))?.[1];
  add("$schema", own, vscode.Uri.joinPath(uri, ".."));
  const isOf = (fileMatch: unknown): boolean => matchesFile(fileMatch, uri.path);
  for (const entry of entries(vscode.workspace.getConfiguration("json", uri).get("schemas"))) {
    if (!isOf(entry["fileMatch"])) continue;
    const {schema} = entry;
    if (typeof schema === "object" && schema !== null)
      found.push({name: vscode.l10n.t("The schema of this file"), source: "json.schemas", schema});
    else add("json.schemas", entry["url"], folder);
  }
  for (const {packageJSON, extensionUri, id} of vscode.extensions.all)
    for (const entry of entries(packageJSON?.contributes?.jsonValidation))
      if (isOf(entry["fileMatch"])) add(id, entry["url"], extensionUri);
  return found;
}

function entries(value: unknown): readonly Readonly<Record<string, unknown>>[] {
  if (!Array.isArray(value)) return [];
  return value.filter((one): one is Record<string, unknown> => typeof one === "object" && one !== null);
}

/** A file on this machine: no web address, and no other computer's share. */
function localFile(address: string, base: vscode.Uri | undefined): vscode.Uri | undefined {
  if (address.startsWith("//") || address.startsWith("\\\\")) return undefined;
  if (!/^[a-z][a-z0-9+.-]+:/i.test(address)) {
    if (base === undefined) return undefined;
    return address.startsWith("/") ? base.with({path: address}) : vscode.Uri.joinPath(base, address);
  }
  try {
    const uri = vscode.Uri.parse(address, true);
    return uri.scheme === "file" && uri.authority === "" ? uri : undefined;
  } catch {
    return undefined;
  }
}
