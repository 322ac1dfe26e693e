import type * as vscode from "vscode";
import {type Host, registerCommand} from "../../host/host";

export function registerPerplexity(host: Host): vscode.Disposable {
  return registerCommand(host, "perplexity", async (argument) => {
    const {showPerplexity} = await import("./showPerplexity");
    await showPerplexity(host, argument);
  });
}
