import * as vscode from "vscode";
import type {CommandName} from "../../host/commands";
import {activeDocument} from "../../host/documents/targetText";
import {type Host, registerCommand} from "../../host/host";
import type {LatestEvaluation} from "../../host/latestEvaluation";
import type {Order} from "./sorting";
import {type Mode, SurprisingLinesView} from "./surprisingLinesView";

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

/** The view Surprising Lines: of a document's lines and functions, or a folder's files, which surprise the model most. */
export function registerSurprisingLines(
  host: Host,
  state: vscode.Memento,
  evaluations: LatestEvaluation
): vscode.Disposable {
  const view = new SurprisingLinesView(host, state, evaluations);
  return vscode.Disposable.from(
    view,
    registerCommand(host, "showSurprisingLines", async () => view.show(await activeDocument())),
    registerCommand(host, "refreshSurprisingLines", () => view.refresh()),
    registerCommand(host, "openSurprisingLine", (row) => view.open(row)),
    ...modeCommands.map(([command, mode]) => registerCommand(host, command, () => view.setMode(mode))),
    ...orderCommands.map(([command, order]) => registerCommand(host, command, () => view.setOrder(order)))
  );
}
