import * as vscode from "vscode";
import {activeDocument} from "../../host/documents/targetText";
import {type Host, registerCommand} from "../../host/host";
import type {LatestEvaluation} from "../../host/latestEvaluation";
import {openRowCommand} from "./rows";
import type {Order} from "./sorting";
import {type Mode, SurprisingLinesView} from "./surprisingLinesView";

const modeCommands: readonly (readonly [command: string, mode: Mode])[] = [
  ["tokenscope.listLines", "lines"],
  ["tokenscope.listFunctions", "functions"],
  ["tokenscope.listFiles", "files"]
];

const orderCommands: readonly (readonly [command: string, order: Order])[] = [
  ["tokenscope.sortByBitsPerByte", "bitsPerByte"],
  ["tokenscope.sortByBits", "bits"],
  ["tokenscope.sortByPerplexity", "perplexity"],
  ["tokenscope.sortByTokens", "tokens"],
  ["tokenscope.sortByName", "path"]
];

/** The view Surprising Lines: of a document's lines and functions, or a folder's files, which surprise the model most. */
export function registerSurprisingLines(
  host: Host,
  state: vscode.Memento,
  evaluations: LatestEvaluation
): vscode.Disposable {
  const view = new SurprisingLinesView(host, state, evaluations);
  return vscode.Disposable.from(
    view,
    registerCommand(host, "tokenscope.showSurprisingLines", async () => view.show(await activeDocument())),
    registerCommand(host, "tokenscope.refreshSurprisingLines", () => view.refresh()),
    registerCommand(host, openRowCommand, (row) => view.open(row)),
    ...modeCommands.map(([command, mode]) => registerCommand(host, command, () => view.setMode(mode))),
    ...orderCommands.map(([command, order]) => registerCommand(host, command, () => view.setOrder(order)))
  );
}
