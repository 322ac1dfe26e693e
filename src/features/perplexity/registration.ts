import * as vscode from "vscode";
import {type Host, registerCommand} from "../../host/host";
import type {ResultHistory} from "./resultHistory";

/** The perplexity of a text, and the last results of this workspace. */
export function registerPerplexity(host: Host, state: vscode.Memento): vscode.Disposable {
  let loading: Promise<ResultHistory> | undefined;
  const history = (): Promise<ResultHistory> => {
    loading ??= import("./resultHistory").then(({ResultHistory}) => new ResultHistory(state));
    return loading;
  };
  return vscode.Disposable.from(
    registerCommand(host, "perplexity", async (argument) => {
      const {showPerplexity} = await import("./showPerplexity");
      await showPerplexity(host, await history(), argument);
    }),
    registerCommand(host, "showResults", async () => {
      const {showResults} = await import("./showResults");
      await showResults(host, await history());
    })
  );
}
