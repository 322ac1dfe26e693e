import type * as vscode from "vscode";
import {type Host, registerCommand} from "../../host/host";

export function registerExportScores(host: Host): vscode.Disposable {
  return registerCommand(host, "exportScores", async (argument) => {
    const {exportScores} = await import("./exportScores");
    await exportScores(host, argument);
  });
}
