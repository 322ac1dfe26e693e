import {EngineError, type EngineErrorKind} from "../contract/errors";
import type {Progress} from "../contract/progress";
import {progressText} from "../contract/progressText";
import {Pace} from "../text/pace";
import {visibleLines, visibleText} from "../text/visibleText";
import {UsageError} from "./arguments";

/** What llama.cpp's log tells more of. */
const explainedByLog: ReadonlySet<EngineErrorKind> = new Set([
  "modelFailed",
  "wrongNumbers",
  "contextFailed",
  "noRuntime"
]);
const logHint = "--verbose shows llama.cpp's log";

/** The part of a stream that is needed. */
export interface Output {
  readonly isTTY?: boolean;
  readonly columns?: number;
  write(text: string, written?: () => void): unknown;
}

/** Answers on stdout; on stderr one line for each thing to say and, where that is a terminal, a line that tells how far work is. */
export class Console {
  private shown = false;
  private writing: Promise<void> = Promise.resolve();

  constructor(
    private readonly stdout: Output,
    private readonly stderr: Output
  ) {}

  /** Resolves when the last answer has been handed over. */
  get idle(): Promise<void> {
    return this.writing;
  }

  /** Writes an answer whole. */
  async answer(text: string): Promise<void> {
    this.clear();
    this.writing = new Promise((resolve) => this.stdout.write(text, resolve));
    await this.writing;
  }

  /** Says what may have names of files and models in it: no control of theirs reaches the terminal. */
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

  /** Where progress on `what` goes. */
  progressOn(what: string): (progress: Progress) => void {
    if (this.stderr.isTTY !== true) return () => undefined;
    const pace = new Pace("tokens");
    const name = visibleText(what);
    return (progress) => this.show(`${name}: ${progressText(progress, pace)}`);
  }

  /** Takes the line of progress away. */
  clear(): void {
    if (this.shown) this.stderr.write(`\r${clearLine}`);
    this.shown = false;
  }

  private show(line: string): void {
    // A line that is wrapped could not be rewritten. Some terminals say that they have no columns.
    const room = (this.stderr.columns || 80) - 1;
    this.stderr.write(`\r${line.slice(0, room).toWellFormed()}${clearLine}`);
    this.shown = true;
  }
}

/** ANSI: from the cursor to the end of the line. */
const clearLine = "\u001b[K";
