import * as vscode from "vscode";
import {type Host, registerCommand} from "../../host/host";
import {LazyTreeView} from "../../host/lazyTreeView";
import type {Row} from "./rows";
import type {SurprisingLinesView} from "./surprisingLinesView";
import {viewId} from "./viewId";

/** The view Surprising Lines: the lines and functions of a document that surprise the model most. */
export function registerSurprisingLines(host: Host, state: vscode.Memento): vscode.Disposable {
  const view = new LazyTreeView<Row, SurprisingLinesView>(viewId, {showCollapseAll: false}, async (tree) => {
    const {SurprisingLinesView} = await import("./surprisingLinesView");
    return new SurprisingLinesView(host, state, tree);
  });
  return vscode.Disposable.from(
    view,
    registerCommand(host, "showSurprisingLines", async () => {
      const {activeDocument} = await import("../../host/documents/targetText");
      await (await view.get()).show(await activeDocument());
    }),
    registerCommand(host, "refreshSurprisingLines", async () => (await view.get()).refresh()),
    registerCommand(host, "nextSurprisingLine", async () => (await view.get()).walk("next")),
    registerCommand(host, "previousSurprisingLine", async () => (await view.get()).walk("previous")),
    registerCommand(host, "filterSurprisingLines", async () => (await view.get()).askForFilter()),
    registerCommand(host, "clearSurprisingLinesFilter", async () => (await view.get()).setFilter("")),
    registerCommand(host, "followEditor", async () => (await view.get()).setFollowing(true)),
    registerCommand(host, "stopFollowingEditor", async () => (await view.get()).setFollowing(false)),
    registerCommand(host, "openSurprisingLine", async (row) => (await view.get()).open(row)),
    registerCommand(host, "showLogprobsOfLine", async (row) => (await view.get()).showLogprobs(row)),
    registerCommand(host, "copySurprisingLine", async (row) => (await view.get()).copy(row)),
    registerCommand(host, "listLines", async () => (await view.get()).setMode("lines")),
    registerCommand(host, "listFunctions", async () => (await view.get()).setMode("functions")),
    registerCommand(host, "sortByBitsPerByte", async () => (await view.get()).setOrder("bitsPerByte")),
    registerCommand(host, "sortByBits", async () => (await view.get()).setOrder("bits"))
  );
}
