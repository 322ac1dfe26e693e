import * as vscode from "vscode";
import {type Host, registerCommand} from "../../host/host";
import type {ModelInfoPanel} from "./modelInfoPanel";
import {editorType, panelType} from "./viewTypes";

/** Show Model Info: a panel for each model, which survives reloads, and the editor for .gguf files. */
export function registerModelInfo(host: Host): vscode.Disposable {
  const panels = new Set<ModelInfoPanel>();

  function keep(view: ModelInfoPanel): void {
    panels.add(view);
    view.onDidDispose(() => panels.delete(view));
  }

  async function open(address: string): Promise<void> {
    const {ModelInfoPanel} = await import("./modelInfoPanel");
    const shown = [...panels].find((view) => view.address === address);
    if (shown) shown.reveal();
    else keep(ModelInfoPanel.create(host, address));
  }

  return vscode.Disposable.from(
    registerCommand(host, "showModelInfo", async (model) => {
      const {addressOf} = await import("./modelAddress");
      await open(addressOf(model, host));
    }),
    vscode.window.registerWebviewPanelSerializer(panelType, {
      async deserializeWebviewPanel(restored: vscode.WebviewPanel, state: unknown): Promise<void> {
        const [{ModelInfoPanel}, {parseViewState}] = await Promise.all([
          import("./modelInfoPanel"),
          import("./parseMessage")
        ]);
        const address = parseViewState(state);
        // Nothing was shown in it yet, or another version of Tokenscope saved it.
        if (address === null) return restored.dispose();
        keep(new ModelInfoPanel(host, restored, address, false));
      }
    }),
    vscode.window.registerCustomEditorProvider(editorType, new GgufEditor(host), {
      supportsMultipleEditorsPerDocument: true,
      webviewOptions: {enableFindWidget: true}
    }),
    {
      dispose: () => {
        for (const view of panels) view.dispose();
      }
    }
  );
}

/** Shows a .gguf file as the page about its model. There is nothing to edit or to save. */
class GgufEditor implements vscode.CustomReadonlyEditorProvider {
  constructor(private readonly host: Host) {}

  openCustomDocument(uri: vscode.Uri): vscode.CustomDocument {
    return {uri, dispose: () => undefined};
  }

  async resolveCustomEditor({uri}: vscode.CustomDocument, panel: vscode.WebviewPanel): Promise<void> {
    const {ModelInfoPanel} = await import("./modelInfoPanel");
    new ModelInfoPanel(this.host, panel, uri.toString(), true);
  }
}
