import * as vscode from "vscode";
import type {Progress, ScoreParams, Scores} from "../engine/api";
import {Pace} from "../metrics/pace";
import type {Host} from "./host";
import {plainText} from "./plainText";

/** Where long work reports: what `vscode.window.withProgress` gives its task. */
export type Reporter = vscode.Progress<{message?: string; increment?: number}>;

/**
 * Scores a text under a notification with its pace and a Cancel button. Cancelled, it resolves with what was scored until
 * then (`finished` is false), or rejects with a CancellationError where that is nothing.
 */
export async function scoreWithProgress(
  host: Host,
  title: string,
  params: Omit<ScoreParams, "model">
): Promise<Scores> {
  return await vscode.window.withProgress(
    {location: vscode.ProgressLocation.Notification, title: plainText(title), cancellable: true},
    (progress, token) => score(host, params, progress, token)
  );
}

/** The same under progress that the caller shows: one text of several, say. */
export async function score(
  host: Host,
  params: Omit<ScoreParams, "model">,
  progress: Reporter,
  token: vscode.CancellationToken
): Promise<Scores> {
  const pace = new Pace("tokens");
  const nothing = new vscode.CancellationTokenSource();
  const stop = new vscode.CancellationTokenSource();
  let shown = 0;
  const listening = token.onCancellationRequested(() => (shown > 0 ? stop : nothing).cancel());
  const onProgress = ({stage, done, total}: Progress): void => {
    if (stage === "load") {
      progress.report({message: `loading the model, ${Math.floor(done * 100)} %`});
      return;
    }
    const percent = total === 0 ? 100 : (done / total) * 100;
    progress.report({message: pace.describe(done, total), increment: percent - shown});
    shown = percent;
  };
  try {
    if (token.isCancellationRequested) throw new vscode.CancellationError();
    const model = host.settings.modelSpec();
    return await host.engine.request("score", {model, ...params}, {token: nothing.token, stop: stop.token, onProgress});
  } finally {
    listening.dispose();
    nothing.dispose();
    stop.dispose();
  }
}
