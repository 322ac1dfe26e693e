import * as vscode from "vscode";
import {type Host, registerCommand} from "../../host/host";
import {setContext} from "../../host/runCommand";
import type {Heatmap} from "./heatmap";
import type {Direction} from "./nextSurprise";

/** Registers Toggle Surprisal Heatmap and what works with it. The heatmap is of all text editors of this window, and off at first. */
export function registerHeatmap(host: Host): vscode.Disposable {
  let heatmap: Heatmap | undefined;
  const turnOn = async (): Promise<Heatmap> => {
    const {Heatmap} = await import("./heatmap");
    heatmap ??= new Heatmap(host);
    // Some commands are shown only while the heatmap is on.
    setContext("heatmap", true);
    return heatmap;
  };
  const turnOff = (): void => {
    heatmap?.dispose();
    heatmap = undefined;
    setContext("heatmap", false);
  };
  const goOn = async (direction: Direction): Promise<void> => {
    const {goToNextSurprise} = await import("./surprises");
    await goToNextSurprise({current: () => heatmap, turnOn}, direction);
  };
  host.shownAlternatives.ofHeatmap = async (choice) => {
    const {heatAlternative} = await import("./heatAlternative");
    return heatmap && (await heatAlternative(heatmap, choice));
  };
  return vscode.Disposable.from(
    registerCommand(host, "toggleHeatmap", async () => {
      if (heatmap) turnOff();
      else await turnOn();
    }),
    registerCommand(host, "stopHeatmap", () => heatmap?.stop()),
    registerCommand(host, "colorBy", async () => {
      const {chooseColours} = await import("./colourBy");
      await chooseColours(host);
    }),
    registerCommand(host, "nextSurprise", () => goOn(1)),
    registerCommand(host, "previousSurprise", () => goOn(-1)),
    {dispose: () => heatmap?.dispose()}
  );
}
