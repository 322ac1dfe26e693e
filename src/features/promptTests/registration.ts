import * as vscode from "vscode";
import {type Host, registerCommand} from "../../host/host";
import {SinglePanel} from "../../host/singlePanel";
import type {PromptTestsPanel} from "./promptTestsPanel";
import type {PromptTest} from "./protocol";
import {panelType} from "./viewTypes";

/** Compare Prompts and Consistency of Answers: one panel for both, which survives reloads. */
export function registerPromptTests(host: Host): vscode.Disposable {
  const panel = new SinglePanel<PromptTestsPanel>();
  const show = async (test: PromptTest | undefined): Promise<void> => {
    if (test === undefined) return;
    const {PromptTestsPanel} = await import("./promptTestsPanel");
    await (panel.opened ?? panel.keep(PromptTestsPanel.create(host, test))).show(test);
  };
  return vscode.Disposable.from(
    registerCommand(host, "comparePrompts", async () => {
      const {choosePromptsTest} = await import("./chooseTest");
      await show(await choosePromptsTest());
    }),
    registerCommand(host, "consistency", async () => {
      const {chooseConsistencyTest} = await import("./chooseTest");
      await show(await chooseConsistencyTest(host));
    }),
    vscode.window.registerWebviewPanelSerializer(panelType, {
      async deserializeWebviewPanel(restored: vscode.WebviewPanel, state: unknown): Promise<void> {
        const [{PromptTestsPanel}, {parseViewState}] = await Promise.all([
          import("./promptTestsPanel"),
          import("./parseMessage")
        ]);
        const test = parseViewState(state);
        // Nothing was tested in it yet, or another version of Tokenscope saved it.
        if (test === null) return restored.dispose();
        panel.keep(new PromptTestsPanel(host, restored, test));
      }
    }),
    panel
  );
}
