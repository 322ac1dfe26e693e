import * as vscode from "vscode";
import type {Progress} from "../../contract/progress";
import type {Asking} from "./growth";
import type {Working} from "./protocol";

/** Something that the engine computes for a branch. */
export interface Job {
  readonly branch: number;
  readonly what: Exclude<Working["what"], "load">;
  readonly run: (asking: Asking) => Promise<void>;
}

/** Milliseconds between two messages about progress. */
const interval = 100;

/** Does one job after the other, and tells how far it is. */
export class Jobs implements vscode.Disposable {
  private waiting: Job[] = [];
  private current: {job: Job; stop: () => void} | undefined;
  private state: Working | null = null;
  private toldAt = 0;

  constructor(
    private readonly tell: (working: Working | null) => void,
    private readonly failed: (error: unknown) => void
  ) {}

  get working(): Working | null {
    return this.state;
  }

  add(...jobs: readonly Job[]): void {
    this.waiting.push(...jobs);
    if (this.current === undefined) void this.work();
  }

  /** Nothing more is done for these branches. */
  drop(isGone: (branch: number) => boolean): void {
    this.waiting = this.waiting.filter(({branch}) => !isGone(branch));
    if (this.current && isGone(this.current.job.branch)) this.current.stop();
  }

  /** Ends what is computed, with what there is of it, and forgets what waits. */
  stop(): void {
    this.waiting = [];
    this.current?.stop();
    if (this.state) this.set({...this.state, isStopping: true}, true);
  }

  dispose(): void {
    this.stop();
  }

  private async work(): Promise<void> {
    for (let job = this.waiting.shift(); job !== undefined; job = this.waiting.shift()) await this.do(job);
    this.set(null, true);
  }

  private async do(job: Job): Promise<void> {
    const [abandoning, stopping] = [new vscode.CancellationTokenSource(), new vscode.CancellationTokenSource()];
    let hasBegun = false;
    this.current = {job, stop: () => (hasBegun ? stopping : abandoning).cancel()};
    const {branch, what} = job;
    this.set({branch, what, fraction: null, text: "", isStopping: false}, true);
    const onProgress = (progress: Progress): void => {
      hasBegun ||= progress.stage === "score" || progress.stage === "complete";
      const isStopping = this.state?.isStopping ?? false;
      this.set({branch, isStopping, ...shownProgress(progress, what)}, false);
    };
    try {
      await job.run({token: abandoning.token, stop: stopping.token, onProgress});
    } catch (error) {
      if (!(error instanceof vscode.CancellationError)) this.fail(error);
    } finally {
      this.current = undefined;
      abandoning.dispose();
      stopping.dispose();
    }
  }

  /** What waits would most likely fail in the same way. */
  private fail(error: unknown): void {
    this.waiting = [];
    this.failed(error);
  }

  private set(state: Working | null, isNews: boolean): void {
    this.state = state;
    const now = performance.now();
    if (!isNews && now - this.toldAt < interval) return;
    this.toldAt = now;
    this.tell(state);
  }
}

function shownProgress(progress: Progress, what: Job["what"]): Pick<Working, "what" | "fraction" | "text"> {
  switch (progress.stage) {
    case "load":
      return {what: "load", fraction: progress.fraction, text: ""};
    case "score":
    case "complete": {
      const {done, total} = progress;
      return {what, fraction: total === 0 ? null : done / total, text: "text" in progress ? progress.text : ""};
    }
    default:
      return {what, fraction: null, text: ""};
  }
}
