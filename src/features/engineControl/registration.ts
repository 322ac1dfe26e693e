import * as vscode from "vscode";
import {type Host, registerCommand} from "../../host/host";

/** What a person can do about the engine process itself. */
export function registerEngineControl(host: Host): vscode.Disposable {
  return vscode.Disposable.from(
    registerCommand(host, "tokenscope.restartEngine", () => {
      host.engine.restart();
      vscode.window.setStatusBarMessage(
        vscode.l10n.t("Tokenscope: the engine starts again with the next request."),
        5000
      );
    }),
    registerCommand(host, "tokenscope.showLog", () => host.log.show())
  );
}
