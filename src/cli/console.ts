import {EngineError, type EngineErrorKind} from "../contract/errors";
import type {Progress} from "../contract/progress";
import {progressText} from "../contract/progressText";
import {Pace} from "../text/pace";
import {visibleLines, visibleText} from "../text/visibleText";
import {UsageError} from "./arguments";

/** Errors that llama.cpp's log explains in detail. */
const explainedByLog: ReadonlySet<EngineErrorKind> = new Set([
  "modelFailed",
  "wrongNumbers",
  "contextFailed",
  "noRuntime"
]);
const logHint = "--verbose shows llama.cpp's log";

/** The part of a stream that is used here. */
export interface Output {
  readonly isTTY?: boolean;
  readonly columns?: number;
  write(text: string, written?: () => void): unknown;
}

/** Writes answers to stdout, and messages to stderr. If stderr is a terminal, it also has a line with the progress. */
export class Console {
  private shown = false;
  private lastTold = Number.NEGATIVE_INFINITY;
  private writing: Promise<void> = Promise.resolve();

  constructor(
    private readonly stdout: Output,
    private readonly stderr: Output,
    /** Milliseconds of any clock. */
    private readonly now: () => number = () => performance.now()
  ) {}

  /** Resolves when the last answer is written. */
  get idle(): Promise<void> {
    return this.writing;
  }

  /** Resolves when the whole answer is written. */
  async answer(text: string): Promise<void> {
    this.clear();
    this.writing = new Promise((resolve) => this.stdout.write(text, resolve));
    await this.writing;
  }

  /** Writes a line to stderr. Names of files and models in it can't send control characters to the terminal. */
  say(line: string): void {
    this.clear();
    this.stderr.write(`${visibleLines(line)}\n`);
  }

  sayError(error: unknown): void {
    if (error instanceof UsageError) this.say(`tokenscope: ${visibleText(error.message)} (--help says more)`);
    else if (error instanceof EngineError)
      this.say(`tokenscope: ${visibleText(error.message)}${explainedByLog.has(error.kind) ? ` (${logHint})` : ""}`);
    else this.say(`tokenscope: a mistake of ours: ${String(error).split("\n")[0]}`);
  }

  /** Shows the progress of `what`. */
  progressOn(what: string): (progress: Progress) => void {
    if (this.stderr.isTTY !== true) return () => undefined;
    const pace = new Pace("tokens");
    const name = visibleText(what);
    return (progress) => this.show(`${name}: ${progressText(progress, pace)}`);
  }

  /** Shows a line with the progress, a few times a second at most. */
  tell(line: () => string): void {
    const now = this.now();
    if (this.stderr.isTTY !== true || now - this.lastTold < tellInterval) return;
    this.lastTold = now;
    this.show(line());
  }

  /** Removes the progress line. */
  clear(): void {
    if (this.shown) this.stderr.write(`\r${clearLine}`);
    this.shown = false;
  }

  private show(line: string): void {
    // A wrapped line could not be rewritten. Some terminals report 0 columns.
    const room = (this.stderr.columns || 80) - 1;
    this.stderr.write(`\r${line.slice(0, room).toWellFormed()}${clearLine}`);
    this.shown = true;
  }
}

/** Milliseconds. */
const tellInterval = 100;

/** ANSI: from the cursor to the end of the line. */
const clearLine = "\u001b[K";
