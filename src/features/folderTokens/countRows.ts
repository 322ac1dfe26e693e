import * as vscode from "vscode";
import {uriName} from "../../host/documents/uriName";
import {skipText} from "../../host/skipText";
import {byteSize, count, listText, plural} from "../../text/numberText";
import {plainPath, plainText} from "../../text/plainText";
import {isFolder, type SkippedFile, type TreeFile, type TreeFolder} from "./countTree";
import {shareText} from "./shareText";
import type {ShownCounts} from "./shownCounts";

/** A row of the view. */
export type Row =
  | {readonly is: "folder"; readonly folder: TreeFolder}
  | {readonly is: "file"; readonly file: TreeFile}
  | {readonly is: "skipped"}
  | {readonly is: "skippedFile"; readonly file: SkippedFile};

/** The view's rows: folders and files, the largest first, and at the end what was skipped. */
export class CountRows implements vscode.TreeDataProvider<Row> {
  private readonly changed = new vscode.EventEmitter<void>();
  readonly onDidChangeTreeData = this.changed.event;
  private shown: ShownCounts | undefined;

  show(shown: ShownCounts | undefined): void {
    this.shown = shown;
    this.changed.fire();
  }

  /** Redraws the rows after their numbers have changed. */
  refresh(): void {
    this.changed.fire();
  }

  dispose(): void {
    this.changed.dispose();
  }

  getChildren(row?: Row): Row[] {
    const tree = this.shown?.tree;
    if (tree === undefined || row?.is === "file" || row?.is === "skippedFile") return [];
    if (row?.is === "skipped") return tree.skipped.map((file): Row => ({is: "skippedFile", file}));
    const rows = tree
      .children(row?.folder ?? tree.top)
      .map((node): Row => (isFolder(node) ? {is: "folder", folder: node} : {is: "file", file: node}));
    if (row === undefined && tree.skippedCount > 0) rows.push({is: "skipped"});
    return rows;
  }

  getTreeItem(row: Row): vscode.TreeItem {
    switch (row.is) {
      case "folder":
        return this.folderItem(row.folder);
      case "file":
        return this.fileItem(row.file);
      case "skipped":
        return this.skippedItem();
      case "skippedFile":
        return skippedFileItem(row.file);
      default:
        return row satisfies never;
    }
  }

  private folderItem(folder: TreeFolder): vscode.TreeItem {
    const item = new vscode.TreeItem(plainText(folder.name), vscode.TreeItemCollapsibleState.Collapsed);
    item.id = `folder ${folder.path}`;
    item.iconPath = vscode.ThemeIcon.Folder;
    this.describe(item, folder, [plural(folder.fileCount, "file")]);
    return item;
  }

  private fileItem(file: TreeFile): vscode.TreeItem {
    const item = new vscode.TreeItem(plainText(uriName(file.uri)));
    item.id = `file ${file.path}`;
    item.resourceUri = file.uri;
    item.iconPath = vscode.ThemeIcon.File;
    item.command = openCommand(file.uri);
    const unsaved = vscode.workspace.textDocuments.some(
      ({isDirty, uri}) => isDirty && uri.toString() === file.uri.toString()
    );
    const note = vscode.l10n.t("Its editor has unsaved text: the file on disk was counted.");
    this.describe(item, file, unsaved ? [note] : []);
    return item;
  }

  private describe(item: vscode.TreeItem, node: TreeFolder | TreeFile, notes: readonly string[]): void {
    const share = shareText(node.tokens, this.shown?.tree.top.tokens ?? 0);
    item.description = `${count(node.tokens)} · ${share}`;
    const tokens = plural(node.tokens, "token");
    const size = listText([plural(node.characters, "character"), byteSize(node.bytes)]);
    const model = this.shown?.model;
    item.tooltip = [
      plainPath(node.path),
      vscode.l10n.t("{0}, {1} of all", tokens, share),
      size,
      ...notes,
      ...(model ? [vscode.l10n.t("Model: {0}", plainText(`${model.name} ${model.quantization}`))] : [])
    ].join("\n");
    item.accessibilityInformation = {label: listText([String(item.label), tokens, share])};
  }

  private skippedItem(): vscode.TreeItem {
    const skipped = this.shown?.tree.skippedCount ?? 0;
    const item = new vscode.TreeItem(
      vscode.l10n.t("Skipped ({0})", count(skipped)),
      vscode.TreeItemCollapsibleState.Collapsed
    );
    item.id = "skipped";
    item.iconPath = new vscode.ThemeIcon("circle-slash");
    item.tooltip = vscode.l10n.t("Files that have no count, each with the reason.");
    return item;
  }
}

function skippedFileItem(file: SkippedFile): vscode.TreeItem {
  const item = new vscode.TreeItem(plainPath(file.path));
  const why = skipText(file.skipped);
  item.id = `skipped ${file.path}`;
  item.resourceUri = file.uri;
  item.iconPath = vscode.ThemeIcon.File;
  item.description = why;
  item.tooltip = `${plainPath(file.path)}\n${why}`;
  item.accessibilityInformation = {label: listText([plainPath(file.path), why])};
  item.command = openCommand(file.uri);
  return item;
}

function openCommand(uri: vscode.Uri): vscode.Command {
  return {title: vscode.l10n.t("Open File"), command: "vscode.open", arguments: [uri]};
}
