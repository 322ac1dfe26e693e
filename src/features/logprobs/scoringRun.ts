import {randomUUID} from "node:crypto";
import type * as vscode from "vscode";
import type {Progress} from "../../contract/progress";
import type {ScoreBeginning, ScorePart, Scores, TokenScores} from "../../contract/scoring";
import {ScoredTarget} from "../../host/documents/scoredTarget";
import {scoreParamsOf, type TargetText} from "../../host/documents/targetText";
import type {Host} from "../../host/host";
import {scoreOrStop} from "../../host/scoring";
import {Pace} from "../../text/pace";
import type {Computing, ScoredText, ToView} from "./protocol";
import {fillIn, partialText, scoredText} from "./scoredText";

/** Milliseconds between two messages to the view. */
const interval = 100;

export interface RunListener {
  /** Before the tokens are known. */
  onProgress(progress: Progress): void;
  /** The tokens are known. Scores are filled into this text while they come. */
  onBegin(scored: ScoredText): void;
  onMessage(message: Extract<ToView, {type: "scores" | "computing"}>): void;
}

/** Scores a text, and tells of its scores while they are computed, at most ten times a second. */
export class ScoringRun {
  private partial: ScoredText | null = null;
  private computing: Computing;
  private readonly pace = new Pace("tokens");
  /** Tokens `[from, to)` whose scores have come since the last message. */
  private unsent: {from: number; to: number} | null = null;
  private hasNews = false;
  private timer: ReturnType<typeof setTimeout> | undefined;
  private ended = false;

  constructor(
    private readonly host: Host,
    private readonly target: TargetText,
    private readonly listener: RunListener
  ) {
    this.computing = {loading: null, done: 0, total: 0, perSecond: null, secondsLeft: null, isStopping: false};
  }

  /** What the view is told when it is shown again; null before the tokens are known. */
  get state(): Computing | null {
    return this.partial && this.computing;
  }

  /** Resolves with all that was scored until `token` was cancelled. Rejects as {@link scoreOrStop}. */
  async score(token: vscode.CancellationToken): Promise<{scored: ScoredText; made: ScoredTarget}> {
    const {host, target} = this;
    try {
      const scores = await scoreOrStop(
        host,
        scoreParamsOf(target, host.settings),
        token,
        (progress) => this.take(progress),
        undefined,
        (part) => this.takePart(part)
      );
      const made = new ScoredTarget(target, scores);
      host.scoredTexts.add(made);
      const texts = this.partial?.texts ?? (await this.textsOf(scores));
      const {text, languageId} = target;
      return {scored: scoredText({id: randomUUID(), text, languageId, scores, texts}), made};
    } finally {
      this.ended = true;
      clearTimeout(this.timer);
    }
  }

  /** Cancel was pressed: it is said at once, though the batch under way ends first. */
  stopping(): void {
    this.computing = {...this.computing, isStopping: true};
    if (this.partial) this.listener.onMessage({type: "computing", computing: this.computing});
  }

  /** The tokens' own texts, where they are no parts of the text. */
  private async textsOf({spec, ids, ends}: Pick<Scores, "spec" | "ids" | "ends">): Promise<readonly string[] | null> {
    return ends ? null : await this.host.engine.request("tokenTexts", {model: spec, ids});
  }

  private take(progress: Progress): void {
    if (this.ended) return;
    if (!this.partial) this.listener.onProgress(progress);
    if (progress.stage === "load") {
      this.computing = {...this.computing, loading: progress.fraction < 1 ? progress.fraction : null};
    } else if (progress.stage === "score") {
      const {done, total} = progress;
      const perSecond = this.pace.perSecond(done);
      const secondsLeft = perSecond && (total - done) / perSecond;
      this.computing = {...this.computing, loading: null, done, total, perSecond, secondsLeft};
    }
    this.tellSoon();
  }

  private takePart(part: ScorePart): void {
    if (part.kind === "beginning") void this.begin(part);
    else this.fill(part);
  }

  private async begin(beginning: ScoreBeginning): Promise<void> {
    const {text, languageId} = this.target;
    const partial = partialText({id: randomUUID(), text, languageId, beginning, texts: null});
    this.filling = partial;
    this.computing = {
      ...this.computing,
      done: beginning.scores.logprobs.length,
      total: Math.max(this.computing.total, beginning.ids.length)
    };
    try {
      const texts = await this.textsOf(beginning);
      if (this.ended) return;
      this.partial = {...partial, texts};
    } catch {
      // The score rejects for the same reason.
      return;
    }
    this.unsent = null;
    this.listener.onBegin(this.partial);
    this.listener.onMessage({type: "computing", computing: this.computing});
  }

  /** Gets the scores, also before its tokens' texts are known. */
  private filling: ScoredText | null = null;

  private fill(scores: TokenScores): void {
    if (!this.filling || this.ended) return;
    fillIn(this.filling, scores);
    const to = scores.from + scores.logprobs.length;
    const {unsent} = this;
    this.unsent = unsent
      ? {from: Math.min(unsent.from, scores.from), to: Math.max(unsent.to, to)}
      : {from: scores.from, to};
    this.tellSoon();
  }

  private tellSoon(): void {
    this.hasNews = true;
    if (this.timer !== undefined || !this.partial) return;
    this.tell();
  }

  private tell(): void {
    const {partial, unsent} = this;
    this.timer = undefined;
    if (!partial || !this.hasNews || this.ended) return;
    this.hasNews = false;
    this.unsent = null;
    if (unsent) this.listener.onMessage(scoresMessage(partial, unsent));
    this.listener.onMessage({type: "computing", computing: this.computing});
    this.timer = setTimeout(() => this.tell(), interval);
  }
}

function scoresMessage(
  {id, logprobs, ranks, entropies}: ScoredText,
  {from, to}: {readonly from: number; readonly to: number}
): Extract<ToView, {type: "scores"}> {
  return {
    type: "scores",
    id,
    from,
    logprobs: logprobs.slice(from, to),
    ranks: ranks?.slice(from, to) ?? null,
    entropies: entropies?.slice(from, to) ?? null
  };
}
