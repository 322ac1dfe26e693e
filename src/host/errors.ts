import * as vscode from "vscode";
import {HumanError} from "../contract/errors";
import {plainText} from "../text/plainText";
import {type ErrorKind, kindOf} from "./hostError";
import type {Log} from "./log";
import {type WayOut, waysOut} from "./waysOut";

/** Characters. A sentence with a long name in it must not lose its end, which says what to do. */
const maxSentenceLength = 1000;

/** An error as Copy Diagnostics shows it. */
export interface RecentError {
  /** When it last happened, in milliseconds since the epoch. */
  readonly time: number;
  /** How often it happened in a row. */
  readonly times: number;
  readonly kind: ErrorKind | "bug";
  /** The name of its class. */
  readonly name: string;
  /** Node's code, for example "ENOENT". */
  readonly code: unknown;
  /** V8's stack frames without the message; empty unless the error is a bug. */
  readonly stack: string;
}

const maxRecent = 20;

/** Shows errors: a sentence and buttons for people, a stack for the log. */
export class ErrorReporter {
  private recentErrors: RecentError[] = [];

  constructor(private readonly log: Pick<Log, "error">) {}

  /** The most recent errors, oldest first. */
  get recent(): readonly RecentError[] {
    return this.recentErrors;
  }

  /** Shows an error with its buttons. A cancellation is not an error. */
  async show(error: unknown): Promise<void> {
    if (error instanceof vscode.CancellationError) return;
    const ways: readonly WayOut[] = waysOut[kindOf(error)];
    const chosen = await vscode.window.showErrorMessage(this.describe(error), ...ways.map((way) => way.title()));
    const way = ways.find((one) => one.title() === chosen);
    if (way !== undefined)
      await vscode.commands.executeCommand(way.command, ...(way.argument === undefined ? [] : [way.argument]));
  }

  /** Describes an error in one sentence. A bug goes to the log with its stack. */
  describe(error: unknown): string {
    this.remember(error);
    if (error instanceof HumanError) return plainText(error.message, maxSentenceLength);
    this.log.error(error instanceof Error ? error : String(error));
    return vscode.l10n.t("Tokenscope made a mistake: its log has the details.");
  }

  private remember(error: unknown): void {
    const kind = kindOf(error);
    const {name = "", message = "", stack = "", code} = (error ?? {}) as Partial<NodeJS.ErrnoException>;
    // The message may hold the user's text, and may look like a stack frame.
    const frames = stack.includes(message) ? stack.slice(stack.indexOf(message) + message.length) : "";
    const entry = {kind, name, code, stack: kind === "bug" ? frames : ""} as const;
    const last = this.recentErrors.at(-1);
    // For example the status bar's errors: it counts after every key.
    const again = last?.kind === kind && last.name === name && last.code === code && last.stack === entry.stack;
    const others = again ? this.recentErrors.slice(0, -1) : this.recentErrors;
    this.recentErrors = [...others, {...entry, time: Date.now(), times: again ? last.times + 1 : 1}].slice(-maxRecent);
  }
}
