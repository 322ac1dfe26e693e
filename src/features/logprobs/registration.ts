import * as vscode from "vscode";
import {type Host, registerCommand} from "../../host/host";
import type {LogprobsPanel} from "./logprobsPanel";
import {panelType} from "./viewTypes";

/** Show Logprobs: one panel beside the editor, which survives reloads. */
export function registerLogprobs(host: Host): vscode.Disposable {
  let panel: LogprobsPanel | undefined;

  function keep(opened: LogprobsPanel): LogprobsPanel {
    panel?.dispose();
    panel = opened;
    opened.onDidDispose(() => {
      if (panel === opened) panel = undefined;
    });
    return opened;
  }

  const command = registerCommand(host, "showLogprobs", async (place) => {
    // With the focus in the panel there is no active editor: score its text again.
    if (place === undefined && panel && !vscode.window.activeTextEditor) return panel.scoreAgain();
    const {commandTargetText} = await import("../../host/documents/targetText");
    const target = await commandTargetText(place);
    const {LogprobsPanel} = await import("./logprobsPanel");
    await (panel ?? keep(LogprobsPanel.create(host))).score(target);
  });

  const serializer = vscode.window.registerWebviewPanelSerializer(panelType, {
    async deserializeWebviewPanel(restored: vscode.WebviewPanel, state: unknown): Promise<void> {
      const [{LogprobsPanel}, {parseViewState}] = await Promise.all([
        import("./logprobsPanel"),
        import("./parseMessage")
      ]);
      const viewState = parseViewState(state);
      // Nothing was scored in it yet, or another version of Tokenscope saved it.
      if (viewState === null) return restored.dispose();
      keep(new LogprobsPanel(host, restored)).restore(viewState);
    }
  });

  return vscode.Disposable.from(command, serializer, {dispose: () => panel?.dispose()});
}
