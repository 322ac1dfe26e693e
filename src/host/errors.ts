import * as vscode from "vscode";
import {type ErrorKind, HumanError} from "../contract/errors";
import {plainText} from "../text/plainText";
import type {Log} from "./log";
import {commandId} from "./runCommand";
import {manageTrustCommand, openSettingsCommand} from "./vscodeCommands";

interface WayOut {
  /** In the language of whoever asks. */
  readonly title: () => string;
  readonly command: string;
  readonly argument?: string;
}

const chooseModel: WayOut = {title: () => vscode.l10n.t("Select Model…"), command: commandId("selectModel")};
const demonstrationModel: WayOut = {
  title: () => vscode.l10n.t("Use Demonstration Model"),
  command: commandId("useDemonstrationModel")
};
const accessToken: WayOut = {title: () => vscode.l10n.t("Set Access Token…"), command: commandId("setAccessToken")};
const proxySettings: WayOut = {
  title: () => vscode.l10n.t("Open Settings"),
  command: openSettingsCommand,
  argument: "http.proxy"
};
const showGpu: WayOut = {title: () => vscode.l10n.t("Show GPU"), command: commandId("showGpu")};
const restartEngine: WayOut = {title: () => vscode.l10n.t("Restart Engine"), command: commandId("restartEngine")};
const showLog: WayOut = {title: () => vscode.l10n.t("Show Log"), command: commandId("showLog")};
const openSettings: WayOut = {
  title: () => vscode.l10n.t("Open Settings"),
  command: openSettingsCommand,
  argument: "tokenscope"
};
const settingsFile: WayOut = {
  title: () => vscode.l10n.t("Open Settings File"),
  command: "workbench.action.openSettingsJson"
};
const gitSettings: WayOut = {
  title: () => vscode.l10n.t("Open Settings"),
  command: openSettingsCommand,
  argument: "git.enabled"
};
const workspaceTrust: WayOut = {
  title: () => vscode.l10n.t("Manage Workspace Trust"),
  command: manageTrustCommand
};
const sourceControl: WayOut = {title: () => vscode.l10n.t("Show Source Control"), command: "workbench.view.scm"};
const gitOutput: WayOut = {title: () => vscode.l10n.t("Show Git Output"), command: "git.showOutput"};
const suggestSettings: WayOut = {
  title: () => vscode.l10n.t("Open Settings"),
  command: openSettingsCommand,
  argument: "editor.inlineSuggest.enabled"
};
const evaluateFolder: WayOut = {title: () => vscode.l10n.t("Evaluate Folder…"), command: commandId("evaluateFolder")};
const openFolder: WayOut = {title: () => vscode.l10n.t("Open Folder…"), command: "workbench.action.files.openFolder"};
const openFile: WayOut = {title: () => vscode.l10n.t("Go to File…"), command: "workbench.action.quickOpen"};

/** Characters: room for a long name in a sentence, so that its end, which says what to do, is not cut off. */
const maxSentenceLength = 1000;

const waysOut: Record<ErrorKind, readonly WayOut[]> = {
  modelMissing: [chooseModel, demonstrationModel],
  modelIsDirectory: [chooseModel, demonstrationModel],
  modelUnreadable: [chooseModel, demonstrationModel],
  notGguf: [chooseModel, demonstrationModel],
  modelIncomplete: [chooseModel, demonstrationModel],
  unknownArchitecture: [chooseModel, demonstrationModel],
  modelFailed: [chooseModel, demonstrationModel, showLog],
  modelUnsuitable: [chooseModel, demonstrationModel],
  predictsNothing: [chooseModel, demonstrationModel],
  noRuntime: [showGpu, showLog],
  outOfMemory: [openSettings, chooseModel],
  contextFailed: [openSettings, showLog],
  emptyText: [openFile],
  nothingToScore: [openFile],
  longRun: [chooseModel],
  untrusted: [workspaceTrust],
  busy: [],
  noGit: [gitSettings],
  noRepository: [sourceControl],
  gitFailed: [gitOutput],
  noEvaluation: [evaluateFolder],
  noInlineSuggestions: [suggestSettings],
  noFolder: [openFolder],
  noSpans: [chooseModel, demonstrationModel],
  invalidRequest: [openSettings],
  badAddress: [chooseModel],
  notFound: [chooseModel],
  accessDenied: [accessToken],
  rateLimited: [],
  serverFailed: [],
  connectionLost: [proxySettings],
  diskFull: [],
  folderUnwritable: [openSettings],
  settingsUnwritable: [settingsFile],
  wrongContent: [chooseModel],
  noRuntimeOffered: [showGpu],
  wrongPackage: [showGpu],
  engineDied: [showLog, demonstrationModel],
  engineStopped: [restartEngine, chooseModel, showLog],
  cannotStart: [showLog]
};

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
    const ways = error instanceof HumanError ? waysOut[error.kind] : [showLog];
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
    const kind = error instanceof HumanError ? error.kind : "bug";
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
