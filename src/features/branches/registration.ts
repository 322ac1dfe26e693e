import * as vscode from "vscode";
import {type Host, registerCommand} from "../../host/host";
import type {BranchesPanels} from "./branchesPanels";
import {panelType} from "./viewTypes";

/** Try This Instead: views of what could stand in a token's place, which survive reloads. */
export function registerBranches(host: Host): vscode.Disposable {
  let loading: Promise<BranchesPanels> | undefined;
  const panels = (): Promise<BranchesPanels> => {
    loading ??= import("./branchesPanels").then(({BranchesPanels}) => new BranchesPanels(host));
    return loading;
  };
  return vscode.Disposable.from(
    registerCommand(host, "tryAlternative", async (alternative) => (await panels()).try(alternative)),
    vscode.window.registerWebviewPanelSerializer(panelType, {
      deserializeWebviewPanel: async (panel, state: unknown) => (await panels()).restore(panel, state)
    }),
    {dispose: () => void loading?.then((opened) => opened.dispose())}
  );
}
