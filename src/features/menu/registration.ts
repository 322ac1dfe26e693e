import type * as vscode from "vscode";
import {type Host, registerCommand} from "../../host/host";

export function registerMenu(host: Host): vscode.Disposable {
  return registerCommand(host, "tokenscope.showMenu", async () => {
    const {showMenu} = await import("./showMenu");
    await showMenu(host.settings);
  });
}
