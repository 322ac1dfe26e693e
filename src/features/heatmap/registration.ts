import * as vscode from "vscode";
import {type Host, registerCommand} from "../../host/host";
import {setContext} from "../../host/runCommand";
import type {Heatmap} from "./heatmap";

/** Registers Toggle Surprisal Heatmap. It works on all text editors of this window and is off at first. */
export function registerHeatmap(host: Host): vscode.Disposable {
  let heatmap: Heatmap | undefined;
  return vscode.Disposable.from(
    registerCommand(host, "toggleHeatmap", async () => {
      const {Heatmap} = await import("./heatmap");
      if (heatmap) {
        heatmap.dispose();
        heatmap = undefined;
      } else heatmap = new Heatmap(host);
      // Some commands are shown only while the heatmap is on.
      setContext("heatmap", heatmap !== undefined);
    }),
    registerCommand(host, "stopHeatmap", () => heatmap?.stop()),
    {dispose: () => heatmap?.dispose()}
  );
}
