import * as vscode from "vscode";
import type {CommandName} from "../../host/commands";
import {type Host, registerCommand} from "../../host/host";
import type {LatestEvaluation} from "../../host/latestEvaluation";
import {LazyTreeView} from "../../host/lazyTreeView";
import type {Row} from "./rows";
import type {Order} from "./sorting";
import type {Mode, SurprisingLinesView} from "./surprisingLinesView";
import {viewId} from "./viewId";

const modeCommands: readonly (readonly [command: CommandName, mode: Mode])[] = [
  ["listLines", "lines"],
  ["listFunctions", "functions"],
  ["listFiles", "files"]
];

const orderCommands: readonly (readonly [command: CommandName, order: Order])[] = [
  ["sortByBitsPerByte", "bitsPerByte"],
  ["sortByBits", "bits"],
  ["sortByPerplexity", "perplexity"],
  ["sortByTokens", "tokens"],
  ["sortByName", "path"]
];

/** The view Surprising Lines: the lines and functions of a document, or the files of a folder, that surprise the model most. */
export function registerSurprisingLines(
  host: Host,
  state: vscode.Memento,
  evaluations: LatestEvaluation
): vscode.Disposable {
  const view = new LazyTreeView<Row, SurprisingLinesView>(viewId, {showCollapseAll: false}, async (tree) => {
    const {SurprisingLinesView} = await import("./surprisingLinesView");
    return new SurprisingLinesView(host, state, evaluations, tree);
  });
  return vscode.Disposable.from(
    view,
    evaluations.onDidEvaluate(async () => (await view.get()).showEvaluation()),
    registerCommand(host, "showSurprisingLines", async () => {
      const {activeDocument} = await import("../../host/documents/targetText");
      await (await view.get()).show(await activeDocument());
    }),
    registerCommand(host, "refreshSurprisingLines", async () => (await view.get()).refresh()),
    registerCommand(host, "openSurprisingLine", async (row) => (await view.get()).open(row)),
    ...modeCommands.map(([command, mode]) =>
      registerCommand(host, command, async () => (await view.get()).setMode(mode))
    ),
    ...orderCommands.map(([command, order]) =>
      registerCommand(host, command, async () => (await view.get()).setOrder(order))
    )
  );
}
