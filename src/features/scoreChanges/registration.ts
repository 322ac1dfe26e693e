import * as vscode from "vscode";
import {type Host, registerCommand} from "../../host/host";
import {LazyTreeView} from "../../host/lazyTreeView";
import type {Row} from "./changesTree";
import type {ChangesView} from "./changesView";
import {viewId} from "./viewId";

/** `Score Changes`: a view of the changes since the last commit, scored before and after. */
export function registerScoreChanges(host: Host): vscode.Disposable {
  const view = new LazyTreeView<Row, ChangesView>(viewId, {showCollapseAll: true}, async (tree) => {
    const {ChangesView} = await import("./changesView");
    return new ChangesView(host, tree);
  });
  return vscode.Disposable.from(
    view,
    registerCommand(host, "scoreChanges", async (argument) => (await view.get()).score(argument)),
    registerCommand(host, "scoreChangesAgain", async () => (await view.get()).scoreAgain()),
    registerCommand(host, "sortChangesByFile", async () => (await view.get()).sort("file")),
    registerCommand(host, "sortChangesByDifference", async () => (await view.get()).sort("change"))
  );
}
