import * as vscode from "vscode";
import {type Host, registerCommand} from "../../host/host";
import {EngineHistory} from "./engineHistory";
import {LoadingProgress} from "./loadingProgress";

/** How long a word in the status bar stays, in milliseconds. */
const moment = 5000;

/** What a person can know of the engine process and do about it. */
export function registerEngineControl(host: Host, extension: vscode.Extension<unknown>): vscode.Disposable {
  const history = new EngineHistory(host.engine);
  return vscode.Disposable.from(
    history,
    new LoadingProgress(host.engine),
    registerCommand(host, "restartEngine", () => {
      host.engine.restart();
      vscode.window.setStatusBarMessage(
        vscode.l10n.t("Tokenscope: the engine starts again with the next request."),
        moment
      );
    }),
    registerCommand(host, "unloadModel", () => {
      const {process} = host.engine.state;
      host.engine.unload();
      vscode.window.setStatusBarMessage(
        process === "running" || process === "starting"
          ? vscode.l10n.t("Tokenscope: the model is unloaded, and its memory is free.")
          : vscode.l10n.t("Tokenscope: no model is loaded."),
        moment
      );
    }),
    registerCommand(host, "copyDiagnostics", async () => {
      const {copyDiagnostics} = await import("./copyDiagnostics");
      await copyDiagnostics(host, extension, history);
    }),
    registerCommand(host, "showLog", () => host.log.show())
  );
}
