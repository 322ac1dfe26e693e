import * as vscode from "vscode";
import type {Sendable} from "../contract/chunkedTransport";
import type {ModelRef} from "../contract/models";
import type {Progress} from "../contract/progress";
import {progressText} from "../contract/progressText";
import type {ScoreParams, ScorePart, Scores} from "../contract/scoring";
import {Pace} from "../text/pace";
import {plainText} from "../text/plainText";
import type {Host} from "./host";

/** The progress that `vscode.window.withProgress` gives its task. */
export type Reporter = vscode.Progress<{message?: string; increment?: number}>;

/**
 * Scores a text under a notification with its pace and a Cancel button. If cancelled, it resolves with what was scored so far
 * (`finished` is false), or rejects with a CancellationError if that is nothing.
 */
export async function scoreWithProgress(
  host: Host,
  title: string,
  params: Omit<Sendable<ScoreParams>, "model">
): Promise<Scores> {
  return await vscode.window.withProgress(
    {location: vscode.ProgressLocation.Notification, title: plainText(title), cancellable: true},
    (progress, token) => score(host, params, progress, token)
  );
}

/** Scores a text like {@link scoreWithProgress}, under a progress that the caller shows, for example for several texts. */
export async function score(
  host: Host,
  params: Omit<Sendable<ScoreParams>, "model">,
  progress: Reporter,
  token: vscode.CancellationToken
): Promise<Scores> {
  const pace = new Pace("tokens");
  let shown = 0;
  return await scoreOrStop(host, params, token, (scored) => {
    const message = progressText(scored, pace);
    if (scored.stage !== "score") return progress.report({message});
    const percent = scored.total === 0 ? 100 : (scored.done / scored.total) * 100;
    progress.report({message, increment: percent - shown});
    shown = percent;
  });
}

/**
 * Scores a text, with the model of the settings unless `params` names one. If `stop` is cancelled, it resolves with what was
 * scored so far, or rejects with a CancellationError if that is nothing. If `abandon` is cancelled, it rejects at once. `onPart`
 * takes scores as soon as they are known.
 */
export async function scoreOrStop(
  host: Host,
  params: Omit<Sendable<ScoreParams>, "model"> & {readonly model?: ModelRef},
  stop: vscode.CancellationToken,
  onProgress: (progress: Progress) => void,
  abandon?: vscode.CancellationToken,
  onPart?: (part: ScorePart) => void
): Promise<Scores> {
  const abandoning = new vscode.CancellationTokenSource();
  const stopping = new vscode.CancellationTokenSource();
  let hasBegun = false;
  const listening = [
    stop.onCancellationRequested(() => (hasBegun ? stopping : abandoning).cancel()),
    abandon?.onCancellationRequested(() => abandoning.cancel())
  ];
  const report = (progress: Progress): void => {
    hasBegun ||= progress.stage === "score";
    onProgress(progress);
  };
  try {
    if (stop.isCancellationRequested || abandon?.isCancellationRequested) throw new vscode.CancellationError();
    const model = host.settings.scoringModel();
    const options = {token: abandoning.token, stop: stopping.token, onProgress: report, ...(onPart && {onPart})};
    const scores = await host.engine.request("score", {model, ...params, ...(onPart && {stream: true})}, options);
    if (!scores.finished && scores.summary.scored === 0) throw new vscode.CancellationError();
    return scores;
  } finally {
    for (const one of listening) one?.dispose();
    abandoning.dispose();
    stopping.dispose();
  }
}
