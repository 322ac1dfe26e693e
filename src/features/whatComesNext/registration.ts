import * as vscode from "vscode";
import {type Host, registerCommand} from "../../host/host";
import type {NextPanel} from "./nextPanel";
import {panelType} from "./viewTypes";

/** What Comes Next: one panel beside the editor, which follows its cursor and survives reloads. */
export function registerWhatComesNext(host: Host, workspaceState: vscode.Memento): vscode.Disposable {
  let shown: NextPanel | undefined;

  function keep(panel: NextPanel): void {
    shown?.dispose();
    shown = panel;
    panel.onDidDispose(() => {
      if (shown === panel) shown = undefined;
    });
  }

  return vscode.Disposable.from(
    registerCommand(host, "whatComesNext", async () => {
      const {NextPanel} = await import("./nextPanel");
      if (shown) shown.reveal();
      else keep(NextPanel.create(host, workspaceState));
    }),
    vscode.window.registerWebviewPanelSerializer(panelType, {
      async deserializeWebviewPanel(restored: vscode.WebviewPanel, state: unknown): Promise<void> {
        const [{NextPanel}, {isViewState}] = await Promise.all([import("./nextPanel"), import("./parseMessage")]);
        // Another version of Tokenscope saved it.
        if (!isViewState(state)) return restored.dispose();
        keep(new NextPanel(host, restored, workspaceState));
      }
    }),
    {dispose: () => shown?.dispose()}
  );
}
