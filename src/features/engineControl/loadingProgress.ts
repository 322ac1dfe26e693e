import path from "node:path";
import * as vscode from "vscode";
import type {EngineClient, EngineState} from "../../host/engine/engineClient";
import {count, percentText} from "../../text/numberText";
import {plainText} from "../../text/plainText";

/** Milliseconds. A shorter load is not shown. */
const showDelay = 400;

/** Shows in the status bar that a model is being loaded, if that takes a moment. */
export class LoadingProgress implements vscode.Disposable {
  private timer: NodeJS.Timeout | undefined;
  private shown: {report(state: EngineState): void; end(): void} | undefined;
  private readonly subscription: vscode.Disposable;

  constructor(private readonly engine: EngineClient) {
    this.subscription = vscode.Disposable.from(engine.onDidChangeState(() => this.update()));
  }

  dispose(): void {
    this.subscription.dispose();
    this.hide();
  }

  private update(): void {
    const {state} = this.engine;
    if (!isLoading(state)) this.hide();
    else if (this.shown === undefined) this.timer ??= setTimeout(() => this.show(), showDelay);
    else this.shown.report(state);
  }

  private hide(): void {
    clearTimeout(this.timer);
    this.timer = undefined;
    this.shown?.end();
    this.shown = undefined;
  }

  private show(): void {
    const title = titleOf(this.engine.state);
    void vscode.window.withProgress({location: vscode.ProgressLocation.Window, title}, async (progress) => {
      // VS Code calls this a moment later.
      if (!isLoading(this.engine.state)) return;
      let last = "";
      await new Promise<void>((resolve) => {
        const report = ({loading}: EngineState): void => {
          const message = loading === null || loading === 0 ? "" : percentText(count(Math.floor(loading * 100)));
          // VS Code redraws at every report.
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
