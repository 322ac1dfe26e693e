import * as vscode from "vscode";
import {type ErrorKind, HumanError} from "../engine/api";
import {plainText} from "./plainText";

interface WayOut {
  /** In the language of whoever asks. */
  readonly title: () => string;
  readonly command: string;
  readonly argument?: string;
}

const chooseModel: WayOut = {title: () => vscode.l10n.t("Select Model…"), command: "tokenscope.selectModel"};
const demonstrationModel: WayOut = {
  title: () => vscode.l10n.t("Use Demonstration Model"),
  command: "tokenscope.useDemonstrationModel"
};
const accessToken: WayOut = {title: () => vscode.l10n.t("Set Access Token…"), command: "tokenscope.setAccessToken"};
const proxySettings: WayOut = {
  title: () => vscode.l10n.t("Open Settings"),
  command: "workbench.action.openSettings",
  argument: "http.proxy"
};
const showGpu: WayOut = {title: () => vscode.l10n.t("Show GPU"), command: "tokenscope.showGpu"};
const restartEngine: WayOut = {title: () => vscode.l10n.t("Restart Engine"), command: "tokenscope.restartEngine"};
const showLog: WayOut = {title: () => vscode.l10n.t("Show Log"), command: "tokenscope.showLog"};
const openSettings: WayOut = {
  title: () => vscode.l10n.t("Open Settings"),
  command: "workbench.action.openSettings",
  argument: "tokenscope"
};
const gitSettings: WayOut = {
  title: () => vscode.l10n.t("Open Settings"),
  command: "workbench.action.openSettings",
  argument: "git.enabled"
};
const sourceControl: WayOut = {title: () => vscode.l10n.t("Show Source Control"), command: "workbench.view.scm"};
const gitOutput: WayOut = {title: () => vscode.l10n.t("Show Git Output"), command: "git.showOutput"};
const suggestSettings: WayOut = {
  title: () => vscode.l10n.t("Open Settings"),
  command: "workbench.action.openSettings",
  argument: "editor.inlineSuggest.enabled"
};
const evaluateFolder: WayOut = {title: () => vscode.l10n.t("Evaluate Folder…"), command: "tokenscope.evaluateFolder"};
const openFolder: WayOut = {title: () => vscode.l10n.t("Open Folder…"), command: "workbench.action.files.openFolder"};
const openFile: WayOut = {title: () => vscode.l10n.t("Go to File…"), command: "workbench.action.quickOpen"};

const waysOut: Record<ErrorKind, readonly WayOut[]> = {
  modelMissing: [chooseModel, demonstrationModel],
  modelIsDirectory: [chooseModel, demonstrationModel],
  modelUnreadable: [chooseModel, demonstrationModel],
  notGguf: [chooseModel, demonstrationModel],
  modelIncomplete: [chooseModel, demonstrationModel],
  unknownArchitecture: [chooseModel, demonstrationModel],
  modelFailed: [chooseModel, demonstrationModel, showLog],
  embeddingOnly: [chooseModel, demonstrationModel],
  noRuntime: [showGpu, showLog],
  outOfMemory: [openSettings, chooseModel],
  contextFailed: [openSettings, showLog],
  emptyText: [openFile],
  nothingToScore: [openFile],
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
  wrongContent: [chooseModel],
  noRuntimeOffered: [showGpu],
  wrongPackage: [showGpu],
  engineDied: [showLog, demonstrationModel],
  engineStopped: [restartEngine, chooseModel, showLog],
  cannotStart: [showLog]
};

/** The one place where errors become words: a sentence and a button for people, a stack for the log. */
export class ErrorReporter {
  constructor(private readonly log: vscode.LogOutputChannel) {}

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
    if (error instanceof HumanError) return plainText(error.message);
    this.log.error(error instanceof Error ? error : String(error));
    return vscode.l10n.t("Tokenscope made a mistake: its log has the details.");
  }
}
