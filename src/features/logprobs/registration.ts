import * as vscode from "vscode";
import {type Host, registerCommand} from "../../host/host";
import type {LogprobsPanels} from "./logprobsPanels";
import {panelType} from "./viewTypes";

/** Show Logprobs: panels beside the editor, which survive reloads. A pinned one keeps its text, and the next text gets another. */
export function registerLogprobs(host: Host): vscode.Disposable {
  let loading: Promise<LogprobsPanels> | undefined;
  const panels = (): Promise<LogprobsPanels> => {
    loading ??= import("./logprobsPanels").then(({LogprobsPanels}) => new LogprobsPanels(host));
    return loading;
  };
  return vscode.Disposable.from(
    registerCommand(host, "showLogprobs", async (place) => (await panels()).show(place)),
    registerCommand(host, "copyTokens", async (tokens) => (await panels()).copy("text", tokens)),
    registerCommand(host, "copyTokensMarkdown", async (tokens) => (await panels()).copy("markdown", tokens)),
    registerCommand(host, "selectTokens", async (tokens) => (await panels()).select(tokens)),
    registerCommand(host, "scoreFromToken", async (tokens) => (await panels()).scoreFrom(tokens)),
    vscode.window.registerWebviewPanelSerializer(panelType, {
      deserializeWebviewPanel: async (panel, state: unknown) => (await panels()).restore(panel, state)
    }),
    {dispose: () => void loading?.then((opened) => opened.dispose())}
  );
}
