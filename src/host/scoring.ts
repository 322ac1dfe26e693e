import * as vscode from "vscode";
import type {Sendable} from "../contract/chunkedTransport";
import type {ModelRef} from "../contract/models";
import type {Progress} from "../contract/progress";
import {progressText} from "../contract/progressText";
import type {AlternativesParams, ScoreParams, Scores} from "../contract/scoring";
import {scoringBatch} from "../gguf/memory";
import type {Windowing} from "../metrics/windowing";
import {Pace} from "../text/pace";
import {plainText} from "../text/plainText";
import type {Host} from "./host";

/** Where long work reports: what `vscode.window.withProgress` gives its task. */
export type Reporter = vscode.Progress<{message?: string; increment?: number}>;

/**
 * Scores a text under a notification with its pace and a Cancel button. Cancelled, it resolves with what was scored until
 * then (`finished` is false), or rejects with a CancellationError where that is nothing.
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

/** The same under progress that the caller shows: one text of several, say. */
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

/** The same, with the engine's own reports of its progress, and another model than the chosen one where one is named. */
export async function scoreOrStop(
  host: Host,
  params: Omit<Sendable<ScoreParams>, "model"> & {readonly model?: ModelRef},
  token: vscode.CancellationToken,
  onProgress: (progress: Progress) => void
): Promise<Scores> {
  const nothing = new vscode.CancellationTokenSource();
  const stop = new vscode.CancellationTokenSource();
  let begun = false;
  const listening = token.onCancellationRequested(() => (begun ? stop : nothing).cancel());
  const watched = (progress: Progress): void => {
    begun ||= progress.stage === "score";
    onProgress(progress);
  };
  try {
    if (token.isCancellationRequested) throw new vscode.CancellationError();
    const model = host.settings.scoringModel();
    const options = {token: nothing.token, stop: stop.token, onProgress: watched};
    const scores = await host.engine.request("score", {model, ...params}, options);
    if (!scores.finished && scores.summary.scored === 0) throw new vscode.CancellationError();
    return scores;
  } finally {
    listening.dispose();
    nothing.dispose();
    stop.dispose();
  }
}

/** What the engine is asked to say what it expected in a token's place, in the context in which the token was scored. */
export function alternativesParams(
  scored: {
    readonly contextIds: Int32Array;
    readonly ids: Int32Array;
    readonly windowing: Windowing;
    readonly sha256: string;
  },
  token: number,
  top: number
): Omit<AlternativesParams, "model"> {
  const {contextIds, windowing, sha256} = scored;
  const position = contextIds.length + token;
  // With the rest of its batch; no vocabulary's batches are larger.
  const end = Math.min(scored.ids.length, token + 1 + scoringBatch(0));
  const ids = new Int32Array(contextIds.length + end);
  ids.set(contextIds);
  ids.set(scored.ids.subarray(0, end), contextIds.length);
  return {ids, position, windowing, sha256, top};
}
