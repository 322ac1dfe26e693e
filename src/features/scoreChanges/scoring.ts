import * as vscode from "vscode";
import {EngineError} from "../../contract/errors";
import type {ModelRef} from "../../contract/models";
import type {Progress} from "../../contract/progress";
import {progressText} from "../../contract/progressText";
import type {Scores} from "../../contract/scoring";
import {maxContextLength} from "../../host/documents/targetText";
import type {Host} from "../../host/host";
import type {Reporter} from "../../host/scoring";
import type {ScoreSums} from "../../metrics/scoreSums";
import {count} from "../../text/numberText";
import {Pace} from "../../text/pace";
import {sideTotals} from "./comparison";
import type {ScoredChange, ScoredChanges} from "./scoredChanges";

/** A side of a change, to be scored. */
interface Task {
  readonly text: string;
  readonly context: string;
  readonly tokens: number;
}

/**
 * Scores both sides of every change. The context of both is the new text before the change, so that only the lines make a
 * difference. Calls `onScored` after each change.
 *
 * @throws vscode.CancellationError when it is cancelled. Scored changes stay scored.
 */
export async function scoreChanges(
  host: Host,
  scored: ScoredChanges,
  progress: Reporter,
  token: vscode.CancellationToken,
  onScored: () => void
): Promise<void> {
  const model = host.settings.scoringModel();
  progress.report({message: vscode.l10n.t("counting tokens")});
  const tasks = new Map<ScoredChange, {readonly before: Task | undefined; readonly after: Task | undefined}>();
  for (const one of scored.changes) {
    const {text} = one.file.file.placed;
    const {start, removed, added} = one.change;
    const context = text.slice(Math.max(0, start - maxContextLength), start);
    tasks.set(one, {
      before: await taskOf(host, model, removed, context, token),
      after: await taskOf(host, model, added, context, token)
    });
  }
  const total = [...tasks.values()].reduce((sum, {before, after}) => sum + tokensOf(before) + tokensOf(after), 0);
  const pace = new Pace("tokens");
  let done = 0;
  let shown = 0;
  let number = 0;
  const report = (tokens: number): void => {
    const percent = total === 0 ? 100 : (tokens / total) * 100;
    const message = vscode.l10n.t(
      "change {0} of {1}: {2}",
      count(number),
      count(tasks.size),
      pace.describe(Math.round(tokens), total)
    );
    progress.report({message, increment: Math.max(0, percent - shown)});
    shown = Math.max(shown, percent);
  };
  for (const [one, {before, after}] of tasks) {
    number++;
    const sides: (ScoreSums | undefined)[] = [];
    for (const task of [before, after]) {
      const scores = task && (await scoresOf(host, model, task, token, progress, (part) => report(done + part)));
      scored.scores ??= scores;
      sides.push(scores && sideTotals(scores.summary));
      done += tokensOf(task);
    }
    report(done);
    one.comparison = {before: sides[0], after: sides[1]};
    onScored();
  }
}

async function taskOf(
  host: Host,
  model: ModelRef,
  text: string,
  context: string,
  token: vscode.CancellationToken
): Promise<Task | undefined> {
  if (text === "") return undefined;
  const counted = await host.engine.request("count", {model, text}, {token});
  return {text, context, tokens: counted.count};
}

function tokensOf(task: Task | undefined): number {
  return task?.tokens ?? 0;
}

/** Undefined if nothing can be scored: the only token has no context. */
async function scoresOf(
  host: Host,
  model: ModelRef,
  {text, context, tokens}: Task,
  token: vscode.CancellationToken,
  progress: Reporter,
  report: (tokens: number) => void
): Promise<Scores | undefined> {
  const onProgress = (scored: Progress): void => {
    if (scored.stage !== "score") progress.report({message: progressText(scored)});
    else if (scored.total > 0) report((tokens * scored.done) / scored.total);
  };
  const params = {model, text, top: 0, ...(context === "" ? {} : {context})};
  try {
    const scores = await host.engine.request("score", params, {token, onProgress});
    if (!scores.finished) throw new vscode.CancellationError();
    return scores;
  } catch (error) {
    if (error instanceof EngineError && (error.kind === "nothingToScore" || error.kind === "emptyText"))
      return undefined;
    throw error;
  }
}
