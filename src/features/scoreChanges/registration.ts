import * as vscode from "vscode";
import {type Host, registerCommand} from "../../host/host";
import {ChangesView} from "./changesView";

/** `Score Changes`: what has changed since the last commit, before and after, in a view of its own. */
export function registerScoreChanges(host: Host): vscode.Disposable {
  const view = new ChangesView(host);
  return vscode.Disposable.from(
    view,
    registerCommand(host, "scoreChanges", (argument) => view.score(argument)),
    registerCommand(host, "scoreChangesAgain", () => view.scoreAgain()),
    registerCommand(host, "sortChangesByFile", () => view.sort("file")),
    registerCommand(host, "sortChangesByDifference", () => view.sort("change"))
  );
}
