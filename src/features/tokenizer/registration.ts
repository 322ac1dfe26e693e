import path from "node:path";
import * as vscode from "vscode";
import {type Host, registerCommand} from "../../host/host";
import {HostError} from "../../host/hostError";
import type {TokenizerPanel} from "./tokenizerPanel";
import {panelType} from "./viewTypes";

/** Show Tokenizer: a panel for the model that measures, and one for each model that the command is given; all survive reloads. */
export function registerTokenizer(host: Host): vscode.Disposable {
  const panels = new Set<TokenizerPanel>();

  function keep(view: TokenizerPanel): void {
    panels.add(view);
    view.onDidDispose(() => panels.delete(view));
  }

  return vscode.Disposable.from(
    registerCommand(host, "showTokenizer", async (model) => {
      const file = fileOf(model);
      const {TokenizerPanel} = await import("./tokenizerPanel");
      const shown = [...panels].find((view) => view.file === file);
      if (shown) shown.reveal();
      else keep(TokenizerPanel.create(host, file));
    }),
    vscode.window.registerWebviewPanelSerializer(panelType, {
      async deserializeWebviewPanel(restored: vscode.WebviewPanel, state: unknown): Promise<void> {
        const [{TokenizerPanel}, {parseViewState}] = await Promise.all([
          import("./tokenizerPanel"),
          import("./parseMessage")
        ]);
        const saved = parseViewState(state);
        // Nothing was shown in it yet, or another version of Tokenscope saved it.
        if (saved === null) return restored.dispose();
        keep(new TokenizerPanel(host, restored, saved.file));
      }
    }),
    {
      dispose: () => {
        for (const view of panels) view.dispose();
      }
    }
  );
}

/** Maximum characters of a path. A longer one would not be restored after a reload (parseMessage.ts). */
const maxPathLength = 1 << 13;

/**
 * The file in the command's argument; null without one.
 *
 * @throws HostError for anything but a file: links and key bindings can pass any value.
 */
function fileOf(model: unknown): string | null {
  if (model === undefined) return null;
  const file = model instanceof vscode.Uri && model.scheme === "file" ? model.fsPath : model;
  if (typeof file === "string" && path.isAbsolute(file) && file.length <= maxPathLength && !file.includes("\0"))
    return file;
  throw new HostError(
    "noSuchModel",
    vscode.l10n.t("This is no path of a model on this machine: choose one from the list.")
  );
}
