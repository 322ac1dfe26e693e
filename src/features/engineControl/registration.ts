import * as vscode from "vscode";
import {type Host, registerCommand} from "../../host/host";
import {EngineHistory} from "./engineHistory";
import {LoadingProgress} from "./loadingProgress";

/** Milliseconds that a message stays in the status bar. */
const messageDuration = 5000;

/** Commands for the engine process, and its progress and history. */
export function registerEngineControl(host: Host, extension: vscode.Extension<unknown>): vscode.Disposable {
  const history = new EngineHistory(host.engine);
  return vscode.Disposable.from(
    history,
    new LoadingProgress(host.engine),
    registerCommand(host, "restartEngine", () => {
      host.engine.restart();
      vscode.window.setStatusBarMessage(
        vscode.l10n.t("Tokenscope: the engine starts again with the next request."),
        messageDuration
      );
    }),
    registerCommand(host, "unloadModel", () => {
      const {process} = host.engine.state;
      host.engine.unload();
      vscode.window.setStatusBarMessage(
        process === "running" || process === "starting"
          ? vscode.l10n.t("Tokenscope: the model is unloaded, and its memory is free.")
          : vscode.l10n.t("Tokenscope: no model is loaded."),
        messageDuration
      );
    }),
    registerCommand(host, "copyDiagnostics", async () => {
      const {copyDiagnostics} = await import("./copyDiagnostics");
      await copyDiagnostics(host, extension, history);
    }),
    registerCommand(host, "showLog", () => host.log.show())
  );
}
