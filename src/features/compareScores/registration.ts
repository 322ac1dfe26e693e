import * as vscode from "vscode";
import {type Host, registerCommand} from "../../host/host";
import {SinglePanel} from "../../host/singlePanel";
import type {ComparisonPanel} from "./comparisonPanel";
import {panelType} from "./viewTypes";

/** Compare Logprobs: one panel, which survives reloads. */
export function registerCompareScores(host: Host): vscode.Disposable {
  const panel = new SinglePanel<ComparisonPanel>();
  return vscode.Disposable.from(
    registerCommand(host, "compareLogprobs", async (argument) => {
      const [{firstSide}, {chooseOther}, {ComparisonPanel}] = await Promise.all([
        import("./sides"),
        import("./chooseOther"),
        import("./comparisonPanel")
      ]);
      const first = await firstSide(host, argument);
      const second = await chooseOther(host, first);
      if (second === undefined) return;
      const sides = [first, second] as const;
      await (panel.opened ?? panel.keep(ComparisonPanel.create(host, sides))).show(sides);
    }),
    vscode.window.registerWebviewPanelSerializer(panelType, {
      async deserializeWebviewPanel(restored: vscode.WebviewPanel, state: unknown): Promise<void> {
        const [{ComparisonPanel}, {parseViewState}] = await Promise.all([
          import("./comparisonPanel"),
          import("./parseMessage")
        ]);
        const saved = parseViewState(state);
        // Nothing was compared in it yet, or another version of Tokenscope saved it.
        if (saved === null) return restored.dispose();
        await panel.keep(ComparisonPanel.restore(host, restored, saved)).showSaved(saved.sides);
      }
    }),
    panel
  );
}
