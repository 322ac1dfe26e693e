import path from "node:path";
import * as vscode from "vscode";
import type {EngineClient, EngineState} from "../../host/engine/engineClient";
import {count, percentText} from "../../text/numberText";
import {plainText} from "../../text/plainText";

/** Milliseconds; of what is over sooner nobody wants to hear. */
const patience = 400;

/** Says in the status bar that a model is being loaded, while it is: nothing for what takes no time, nothing afterwards. */
export class LoadingProgress implements vscode.Disposable {
  private timer: NodeJS.Timeout | undefined;
  private shown: {report(state: EngineState): void; end(): void} | undefined;
  private readonly subscription: vscode.Disposable;

  constructor(private readonly engine: EngineClient) {
    this.subscription = vscode.Disposable.from(engine.onDidChangeState(() => this.follow()));
  }

  dispose(): void {
    this.subscription.dispose();
    this.rest();
  }

  private follow(): void {
    const {state} = this.engine;
    if (!isLoading(state)) this.rest();
    else if (this.shown === undefined) this.timer ??= setTimeout(() => this.show(), patience);
    else this.shown.report(state);
  }

  private rest(): void {
    clearTimeout(this.timer);
    this.timer = undefined;
    this.shown?.end();
    this.shown = undefined;
  }

  private show(): void {
    const title = titleOf(this.engine.state);
    void vscode.window.withProgress({location: vscode.ProgressLocation.Window, title}, async (progress) => {
      // VS Code takes a moment to get here.
      if (!isLoading(this.engine.state)) return;
      let last = "";
      await new Promise<void>((resolve) => {
        const report = ({loading}: EngineState): void => {
          const message = loading === null || loading === 0 ? "" : percentText(count(Math.floor(loading * 100)));
          // VS Code draws each.
          if (message !== last) progress.report({message});
          last = message;
        };
        this.shown = {report, end: resolve};
        report(this.engine.state);
      });
    });
  }
}

function isLoading({process, loading}: EngineState): boolean {
  return process === "starting" || loading !== null;
}

function titleOf({loadingModel}: EngineState): string {
  return loadingModel === null
    ? vscode.l10n.t("Starting Tokenscope's engine")
    : vscode.l10n.t("Loading {0}", plainText(path.basename(loadingModel)));
}
