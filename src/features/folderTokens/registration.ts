import * as vscode from "vscode";
import {type Host, registerCommand} from "../../host/host";
import {LazyTreeView} from "../../host/lazyTreeView";
import type {CopyFormat} from "./copyCounts";
import type {Row} from "./countRows";
import type {FolderTokensView} from "./folderTokensView";
import {viewId} from "./viewId";

/** Counts of the files of a folder, in a tree. */
export function registerFolderTokens(host: Host): vscode.Disposable {
  const view = new LazyTreeView<Row, FolderTokensView>(viewId, {showCollapseAll: true}, async (tree) => {
    const {FolderTokensView} = await import("./folderTokensView");
    return new FolderTokensView(host, tree);
  });
  const copy = async (format: CopyFormat): Promise<void> => {
    const {copyCounts} = await import("./copyCounts");
    await copyCounts((await view.get()).required, format);
  };
  return vscode.Disposable.from(
    view,
    registerCommand(host, "countTokensInFolder", async (resource, selected) =>
      (await view.get()).count(resource, selected)
    ),
    registerCommand(host, "countFolderAgain", async () => (await view.get()).countAgain()),
    registerCommand(host, "copyFolderCountsMarkdown", () => copy("Markdown")),
    registerCommand(host, "copyFolderCountsJson", () => copy("JSON")),
    registerCommand(host, "copyFolderCountsCsv", () => copy("CSV"))
  );
}
