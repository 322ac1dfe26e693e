import * as vscode from "vscode";
import {type Host, registerCommand} from "../../host/host";
import {SinglePanel} from "../../host/singlePanel";
import type {ComparisonPanel} from "./comparisonPanel";
import {panelType} from "./viewTypes";

/** Compare Tokenizers: one panel, which survives reloads. */
export function registerCompareTokenizers(host: Host): vscode.Disposable {
  const panel = new SinglePanel<ComparisonPanel>();
  return vscode.Disposable.from(
    registerCommand(host, "compareTokenizers", async (resource, selected) => {
      const [{comparedSource}, {ComparisonPanel}] = await Promise.all([
        import("./comparedSource"),
        import("./comparisonPanel")
      ]);
      const source = await comparedSource(host, resource, selected);
      if (source !== undefined) await (panel.opened ?? panel.keep(ComparisonPanel.create(host, source))).show(source);
    }),
    vscode.window.registerWebviewPanelSerializer(panelType, {
      async deserializeWebviewPanel(restored: vscode.WebviewPanel, state: unknown): Promise<void> {
        const [{ComparisonPanel}, {parseViewState}] = await Promise.all([
          import("./comparisonPanel"),
          import("./parseMessage")
        ]);
        const source = parseViewState(state);
        // Nothing was compared in it yet, or another version of Tokenscope saved it.
        if (source === null) return restored.dispose();
        panel.keep(new ComparisonPanel(host, restored, source));
      }
    }),
    panel
  );
}
