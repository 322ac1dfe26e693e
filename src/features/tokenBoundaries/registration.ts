import * as vscode from "vscode";
import {type Host, registerCommand} from "../../host/host";
import type {TokenBoundaries} from "./tokenBoundaries";

/** Registers Toggle Token Boundaries. It works on all text editors of this window and is off at first. */
export function registerTokenBoundaries(host: Host): vscode.Disposable {
  let boundaries: TokenBoundaries | undefined;
  return vscode.Disposable.from(
    registerCommand(host, "toggleTokenBoundaries", async () => {
      const {TokenBoundaries} = await import("./tokenBoundaries");
      if (boundaries) {
        boundaries.dispose();
        boundaries = undefined;
      } else boundaries = new TokenBoundaries(host);
    }),
    {dispose: () => boundaries?.dispose()}
  );
}
