import * as vscode from "vscode";
import type {ModelRef, RunningModel} from "../../contract/models";
import {progressText} from "../../contract/progressText";
import type {Scores} from "../../contract/scoring";
import type {Host} from "../../host/host";
import {type ErrorKind, HostError, kindOf} from "../../host/hostError";
import {type Reporter, scoreOrStop} from "../../host/scoring";
import {corpusSummary} from "../../metrics/summary";
import type {Windowing} from "../../metrics/windowing";
import {fileText, type TextProblem} from "../../text/fileText";
import {byteSize, count, plural} from "../../text/numberText";
import {duration} from "../../text/pace";
import {plainText} from "../../text/plainText";
import type {Evaluation, ScoredFile, UnscoredFile} from "./evaluation";
import {type FoundFile, type FoundFiles, findFiles} from "./findFiles";

/** Seconds of work that start without a question to the user. */
const maxUnasked = 60;

/** Bytes that a file needs to measure the speed by. The smallest such file is scored first. */
const minForSpeed = 4000;

/** Progress is reported once in this time (ms). */
const reportInterval = 100;

/** Engine crashes in a row after which the files are not to blame. */
const maxCrashes = 3;

/** Errors of the model, which every other file would have too. */
const modelErrors: ReadonlySet<ErrorKind | "bug"> = new Set([
  "modelMissing",
  "modelIsDirectory",
  "modelUnreadable",
  "notGguf",
  "modelIncomplete",
  "unknownArchitecture",
  "modelFailed",
  "wrongNumbers",
  "modelUnsuitable",
  "predictsNothing",
  "noRuntime",
  "unsupportedProcessor",
  "outOfMemory",
  "contextFailed",
  "cannotStart"
]);

/**
 * Scores the files of folders one after the other with one model. A cancelled evaluation resolves with the files scored until
 * then, or rejects with a CancellationError if there are none. The result says why a file failed. An error of the model ends
 * the evaluation: it is thrown if nothing is scored yet, and otherwise shown beside the result. `onFile` is called after each
 * file, with what gives the result until then.
 */
export async function evaluate(
  host: Host,
  {title, roots}: Pick<Evaluation, "title" | "roots">,
  progress: Reporter,
  token: vscode.CancellationToken,
  onFile: (soFar: () => Evaluation | undefined) => void
): Promise<Evaluation> {
  progress.report({message: vscode.l10n.t("looking for files")});
  const found = await findFiles(roots, token);
  if (found.files.length === 0)
    throw new HostError("noEvaluation", vscode.l10n.t("There is no text file here: choose another folder."));
  const run = new Run(host, found.files, progress, token);
  const result = (): Evaluation | undefined => evaluationOf({title, roots}, found, run);
  await run.scoreAll(() => onFile(result));
  if (run.stopped) throw new vscode.CancellationError();
  const evaluation = result();
  if (evaluation) return evaluation;
  if (token.isCancellationRequested) throw new vscode.CancellationError();
  const [reason] = run.failed.map((file) => file.reason);
  throw new HostError(
    "noEvaluation",
    reason
      ? vscode.l10n.t("No file could be scored: {0}", reason)
      : vscode.l10n.t("There is no text in these files: choose another folder.")
  );
}

/** What a run has until now; undefined while no model has run. */
function evaluationOf(
  {title, roots}: Pick<Evaluation, "title" | "roots">,
  found: FoundFiles,
  {scored, failed, leftOut, ranWith, waiting, warnings}: Run
): Evaluation | undefined {
  if (!ranWith) return undefined;
  const files = byPath(scored);
  return {
    title,
    roots,
    ...ranWith,
    corpus: corpusSummary(files.map(({summary}) => summary)),
    files,
    failed: byPath(failed),
    leftOut: byPath([...found.leftOut, ...leftOut]),
    notReached: waiting,
    cut: found.cut,
    warnings: [...warnings]
  };
}

/** What was scored, and how long that took without loading and reading. */
interface Work {
  readonly seconds: number;
  readonly bytes: number;
  readonly tokens: number;
}

/** A progress report within a file: its time, and the tokens and the share of the file that were done. */
interface Moment {
  readonly at: number;
  readonly done: number;
  readonly part: number;
}

/** One pass over the files. */
class Run {
  readonly scored: ScoredFile[] = [];
  readonly failed: UnscoredFile[] = [];
  readonly leftOut: UnscoredFile[] = [];
  readonly warnings = new Set<string>();
  ranWith: {readonly model: RunningModel; readonly windowing: Windowing} | undefined;
  /** The user answered no to a long evaluation. */
  stopped = false;
  /** Files that were not reached. */
  waiting: number;
  private readonly model: ModelRef;
  private readonly bytes: number;
  private doneBytes = 0;
  private spent: Work = {seconds: 0, bytes: 0, tokens: 0};
  private shownPercent = 0;
  private crashes = 0;
  private lastReport = 0;

  constructor(
    private readonly host: Host,
    private readonly files: readonly FoundFile[],
    private readonly progress: Reporter,
    private readonly token: vscode.CancellationToken
  ) {
    // The same model for all files, even if the user chooses another one meanwhile.
    this.model = host.settings.scoringModel();
    this.bytes = files.reduce((sum, {bytes}) => sum + bytes, 0);
    this.waiting = files.length;
  }

  /** Calls `onFile` after each file. */
  async scoreAll(onFile: () => void): Promise<void> {
    const left = [...this.files];
    let asked = false;
    while (left.length > 0 && !this.token.isCancellationRequested) {
      if (!asked && this.spent.bytes > 0) {
        asked = true;
        this.stopped = !(await this.confirmed());
        if (this.stopped) return;
      }
      // A file from the score cache takes no time, so it doesn't tell the speed.
      const [file] = left.splice(asked ? 0 : fileForSpeed(left), 1);
      if (!file) return;
      this.waiting--;
      if (!(await this.scoreFile(file))) return;
      this.doneBytes += file.bytes;
      onFile();
    }
  }

  /** False to end the evaluation. */
  private async scoreFile(file: FoundFile): Promise<boolean> {
    const {uri, path} = file;
    try {
      const read = fileText(await vscode.workspace.fs.readFile(uri));
      if ("problem" in read || read.text === "") {
        this.leftOut.push({uri, path, reason: leftOutText("problem" in read ? read.problem : "empty")});
        return true;
      }
      const {summary, finished, model, windowing, warnings} = await this.request(file, read.text);
      this.crashes = 0;
      for (const warning of warnings) this.warnings.add(warning);
      this.ranWith ??= {model, windowing};
      if (summary.scored > 0) this.scored.push({uri, path, summary, finished});
      else if (finished) this.failed.push({uri, path, reason: vscode.l10n.t("nothing in it can be scored")});
      else this.waiting++;
      return true;
    } catch (error) {
      if (error instanceof vscode.CancellationError) {
        this.waiting++;
        return false;
      }
      return await this.afterFailure(file, error);
    }
  }

  private async afterFailure({uri, path}: FoundFile, error: unknown): Promise<boolean> {
    const kind = kindOf(error);
    if (modelErrors.has(kind)) {
      if (!this.ranWith) throw error;
      this.waiting++;
      void this.host.errors.show(error);
      return false;
    }
    const reason =
      error instanceof vscode.FileSystemError ? vscode.l10n.t("can't be read") : this.host.errors.describe(error);
    this.failed.push({uri, path, reason});
    if (kind === "engineDied" && ++this.crashes >= maxCrashes) {
      if (!this.ranWith) throw error;
      void this.host.errors.show(error);
      return false;
    }
    return true;
  }

  private async request({path, bytes}: FoundFile, text: string): Promise<Scores> {
    const position = this.files.length - this.waiting;
    // The time before the very first report went into loading.
    let first = this.ranWith && {at: performance.now(), done: 0, part: 0};
    let last = first;
    const params = {model: this.model, text, top: 0};
    const scores = await scoreOrStop(this.host, params, this.token, (progress) => {
      if (progress.stage !== "score") {
        const what = progressText(progress);
        return this.report(vscode.l10n.t("file {0} of {1}, {2}", count(position), count(this.files.length), what), 0);
      }
      const {done, total} = progress;
      last = {at: performance.now(), done, part: total === 0 ? 1 : done / total};
      first ??= last;
      this.tell(path, position, bytes * last.part, this.work(first, last, bytes));
    });
    if (first && last) this.spent = this.work(first, last, bytes);
    return scores;
  }

  /** The work until now, with the part of this file that is done. */
  private work(first: Moment, last: Moment, bytes: number): Work {
    return {
      seconds: this.spent.seconds + (last.at - first.at) / 1000,
      bytes: this.spent.bytes + (last.part - first.part) * bytes,
      tokens: this.spent.tokens + last.done - first.done
    };
  }

  private tell(path: string, position: number, bytes: number, work: Work): void {
    const now = performance.now();
    if (now - this.lastReport < reportInterval) return;
    this.lastReport = now;
    const [at, of, name] = [count(position), count(this.files.length), plainText(path)];
    const speed = work.bytes / work.seconds;
    const message =
      work.seconds >= 1 && speed > 0
        ? vscode.l10n.t(
            "file {0} of {1}, {2}, {3} tokens/s, {4} left",
            at,
            of,
            name,
            count(Math.round(work.tokens / work.seconds)),
            duration((this.bytes - this.doneBytes - bytes) / speed)
          )
        : vscode.l10n.t("file {0} of {1}, {2}", at, of, name);
    this.report(message, ((this.doneBytes + bytes) / Math.max(1, this.bytes)) * 100);
  }

  private report(message: string, percent: number): void {
    const increment = Math.max(0, percent - this.shownPercent);
    this.shownPercent += increment;
    this.progress.report({message, increment});
  }

  /** Asks the user if the rest takes long. */
  private async confirmed(): Promise<boolean> {
    const left = this.bytes - this.doneBytes;
    const seconds = (left / this.spent.bytes) * this.spent.seconds;
    if (seconds < maxUnasked) return true;
    const goOn = vscode.l10n.t("Evaluate All");
    const question = vscode.l10n.t(
      "Evaluate {0} ({1})? That will take about {2}, judging by the first file.",
      plural(this.files.length, "file"),
      byteSize(this.bytes),
      duration(seconds)
    );
    return (await vscode.window.showWarningMessage(question, {modal: true}, goOn)) === goOn;
  }
}

/** The index of the smallest file that is large enough to measure the speed by, or else of the largest file. */
function fileForSpeed(files: readonly FoundFile[]): number {
  const large = files.some(({bytes}) => bytes >= minForSpeed);
  const worse = (a: number, b: number): boolean => (large ? a < minForSpeed || (b >= minForSpeed && b < a) : b > a);
  let best = 0;
  for (const [index, {bytes}] of files.entries()) if (worse(files[best]?.bytes ?? 0, bytes)) best = index;
  return best;
}

function leftOutText(why: TextProblem | "empty"): string {
  switch (why) {
    case "binary":
      return vscode.l10n.t("binary");
    case "encoding":
      return vscode.l10n.t("not in UTF-8 or UTF-16");
    case "tooLarge":
      return vscode.l10n.t("too large");
    case "empty":
      return vscode.l10n.t("empty");
    default:
      return why satisfies never;
  }
}

function byPath<File extends {readonly path: string}>(files: readonly File[]): File[] {
  return files.toSorted((a, b) => (a.path < b.path ? -1 : a.path > b.path ? 1 : 0));
}
