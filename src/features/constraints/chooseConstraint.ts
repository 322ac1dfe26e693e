import * as vscode from "vscode";
import type {Constraint} from "../../contract/sampling";
import {uriName} from "../../host/documents/uriName";
import {HostError} from "../../host/hostError";
import {plainText} from "../../text/plainText";
import {type AssociatedSchema, associatedSchemas} from "./associatedSchemas";

/** A constraint, and what it is called. Its name is safe to show as text. */
export interface NamedConstraint {
  readonly name: string;
  readonly constraint: Constraint;
  /** It is what is selected in the editor. */
  readonly isSelection: boolean;
}

interface Item extends vscode.QuickPickItem {
  readonly read: () => Promise<NamedConstraint | undefined>;
}

/** Files of the workspace that are offered. */
const maxFiles = 500;

/** Bytes of a file, more than any grammar may have. */
const maxBytes = 4 << 20;

/** Asks for a grammar or a schema. Undefined: the person chose none. */
export async function chooseConstraint(editor: vscode.TextEditor): Promise<NamedConstraint | undefined> {
  const {document, selection} = editor;
  const selected = selection.isEmpty ? [] : [selectionItem(document.getText(selection))];
  const associated = async (): Promise<Item[]> => (await associatedSchemas(document)).map(schemaItem);
  const items = Promise.all([selected, associated(), workspaceItems()]).then((all) => [...all.flat(), otherFile()]);
  const chosen = await vscode.window.showQuickPick<Item>(items, {
    placeHolder: vscode.l10n.t("A GBNF grammar or a JSON schema"),
    matchOnDescription: true
  });
  return await chosen?.read();
}

function selectionItem(text: string): Item {
  const constraint = constraintOf(text);
  const name =
    constraint.kind === "jsonSchema"
      ? vscode.l10n.t("The selection, a JSON schema")
      : vscode.l10n.t("The selection, a GBNF grammar");
  return {label: `$(selection) ${name}`, read: async () => ({name, constraint, isSelection: true})};
}

/** A JSON object is a schema. */
function constraintOf(text: string): Constraint {
  try {
    const value: unknown = JSON.parse(text);
    if (typeof value === "object") return {kind: "jsonSchema", schema: text};
  } catch {
    // No JSON.
  }
  return {kind: "gbnf", grammar: text};
}

function schemaItem({name, source, schema}: AssociatedSchema): Item {
  const label = plainText(name);
  const read = async (): Promise<NamedConstraint> => {
    const text = schema instanceof vscode.Uri ? await textOf(schema) : JSON.stringify(schema);
    return {name: label, constraint: {kind: "jsonSchema", schema: text}, isSelection: false};
  };
  return {label: `$(json) ${label}`, description: plainText(source), read};
}

async function workspaceItems(): Promise<Item[]> {
  const files = await vscode.workspace.findFiles("**/*.{gbnf,json}", "**/node_modules/**", maxFiles);
  const rank = ({path}: vscode.Uri) => (path.endsWith(".gbnf") ? 0 : /schema[^/]*\.json$/i.test(path) ? 1 : 2);
  return files
    .map((uri) => ({uri, path: vscode.workspace.asRelativePath(uri)}))
    .sort((a, b) => rank(a.uri) - rank(b.uri) || a.path.localeCompare(b.path))
    .map(({uri, path}) => ({
      label: `$(file) ${plainText(uriName(uri))}`,
      description: plainText(path),
      read: () => constraintIn(uri)
    }));
}

function otherFile(): Item {
  return {
    label: `$(folder-opened) ${vscode.l10n.t("Another file…")}`,
    read: async () => {
      const filters = {[vscode.l10n.t("Grammars and schemas")]: ["gbnf", "json"]};
      const [uri] = (await vscode.window.showOpenDialog({filters})) ?? [];
      return uri && (await constraintIn(uri));
    }
  };
}

async function constraintIn(uri: vscode.Uri): Promise<NamedConstraint> {
  const text = await textOf(uri);
  const constraint: Constraint = uri.path.toLowerCase().endsWith(".json")
    ? {kind: "jsonSchema", schema: text}
    : {kind: "gbnf", grammar: text};
  return {name: plainText(uriName(uri)), constraint, isSelection: false};
}

async function textOf(uri: vscode.Uri): Promise<string> {
  try {
    const {size} = await vscode.workspace.fs.stat(uri);
    if (size <= maxBytes) return new TextDecoder().decode(await vscode.workspace.fs.readFile(uri));
  } catch {
    // The sentence below says the same.
  }
  throw new HostError(
    "unreadableFile",
    vscode.l10n.t('"{0}" could not be read: choose another file.', plainText(uriName(uri)))
  );
}
