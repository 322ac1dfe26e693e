import * as vscode from "vscode";
import {type Host, registerCommand} from "../../host/host";
import type {SelectionHover} from "./selectionHover";
import {StatusBarCount} from "./statusBarCount";

/** Registers token counts: on hover, in the status bar, and by command. */
export function registerTokenCount(host: Host): vscode.Disposable {
  // One for all hovers: it remembers the last selection.
  let hover: SelectionHover | undefined;
  const statusBar = new StatusBarCount(host);
  return vscode.Disposable.from(
    registerCommand(host, "countTokens", async () => {
      const {countTokens} = await import("./countTokens");
      await countTokens(host);
      // It may have been stopped before.
      statusBar.touch();
    }),
    registerCommand(host, "stopCounting", () => statusBar.stop()),
    vscode.languages.registerHoverProvider(
      {pattern: "**"},
      {
        provideHover: async (document, position, token) => {
          const {SelectionHover} = await import("./selectionHover");
          hover ??= new SelectionHover(host);
          return await hover.provideHover(document, position, token);
        }
      }
    ),
    statusBar
  );
}
