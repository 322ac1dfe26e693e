import type * as vscode from "vscode";
import {type Host, registerCommand} from "../../host/host";

/** Everything Tokenscope does, one click away from the status bar. */
export function registerMenu(host: Host): vscode.Disposable {
  return registerCommand(host, "showMenu", async () => {
    const {showMenu} = await import("./showMenu");
    await showMenu(host.settings);
  });
}
