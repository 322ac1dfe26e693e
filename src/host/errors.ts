import * as vscode from "vscode";
import {HumanError} from "../contract/errors";
import {plainText} from "../text/plainText";
import {type ErrorKind, kindOf} from "./hostError";
import type {Log} from "./log";
import {type WayOut, waysOut} from "./waysOut";

/** Characters: room for a long name in a sentence, so that its end, which says what to do, is not cut off. */
const maxSentenceLength = 1000;

/** An error as it is remembered, for Copy Diagnostics. */
export interface RecentError {
  /** Milliseconds since the epoch; of the last, where there were several like it in a row. */
  readonly time: number;
  readonly times: number;
  readonly kind: ErrorKind | "bug";
  /** Its class's. */
  readonly name: string;
  /** As Node has it ("ENOENT"). */
  readonly code: unknown;
  /** Of what is a bug: where it came from, as V8 has it, without the message. */
  readonly stack: string;
}

const maxRecent = 20;

/** The one place where errors become words: a sentence and a button for people, a stack for the log. */
export class ErrorReporter {
  private recentErrors: RecentError[] = [];

  constructor(private readonly log: Pick<Log, "error">) {}

  /** The last ones, the latest last. */
  get recent(): readonly RecentError[] {
    return this.recentErrors;
  }

  /** Shows an error with its way out. A cancellation is no error. */
  async show(error: unknown): Promise<void> {
    if (error instanceof vscode.CancellationError) return;
    const ways: readonly WayOut[] = waysOut[kindOf(error)];
    const chosen = await vscode.window.showErrorMessage(this.describe(error), ...ways.map((way) => way.title()));
    const way = ways.find((one) => one.title() === chosen);
    if (way !== undefined)
      await vscode.commands.executeCommand(way.command, ...(way.argument === undefined ? [] : [way.argument]));
  }

  /** One sentence; what is a bug goes to the log with its stack. */
  describe(error: unknown): string {
    this.remember(error);
    if (error instanceof HumanError) return plainText(error.message, maxSentenceLength);
    this.log.error(error instanceof Error ? error : String(error));
    return vscode.l10n.t("Tokenscope made a mistake: its log has the details.");
  }

  private remember(error: unknown): void {
    const kind = kindOf(error);
    const {name = "", message = "", stack = "", code} = (error ?? {}) as Partial<NodeJS.ErrnoException>;
    // What the message says may be the user's, and may look like a place in a stack.
    const frames = stack.includes(message) ? stack.slice(stack.indexOf(message) + message.length) : "";
    const entry = {kind, name, code, stack: kind === "bug" ? frames : ""} as const;
    const last = this.recentErrors.at(-1);
    // The status bar's, say, which counts after every key.
    const again = last?.kind === kind && last.name === name && last.code === code && last.stack === entry.stack;
    const others = again ? this.recentErrors.slice(0, -1) : this.recentErrors;
    this.recentErrors = [...others, {...entry, time: Date.now(), times: again ? last.times + 1 : 1}].slice(-maxRecent);
  }
}
