import * as l10n from "@vscode/l10n";
import {commandId} from "./commands";
import type {ErrorKind} from "./hostError";
import type {SettingKey} from "./settingsTable";
import {manageTrustCommand, openSettingsCommand} from "./vscodeCommands";

/** A button beside an error: it does what the error's sentence advises. */
export interface WayOut {
  readonly title: () => string;
  readonly command: string;
  readonly argument?: string;
}

const chooseModel: WayOut = {title: () => l10n.t("Select Model…"), command: commandId("selectModel")};
const demonstrationModel: WayOut = {
  title: () => l10n.t("Use Demonstration Model"),
  command: commandId("useDemonstrationModel")
};
const countTokens: WayOut = {title: () => l10n.t("Count Tokens"), command: commandId("countTokens")};
const accessToken: WayOut = {title: () => l10n.t("Set Access Token…"), command: commandId("setAccessToken")};
const showGpu: WayOut = {title: () => l10n.t("Show GPU"), command: commandId("showGpu")};
const restartEngine: WayOut = {title: () => l10n.t("Restart Engine"), command: commandId("restartEngine")};
const evaluateFolder: WayOut = {title: () => l10n.t("Evaluate Folder…"), command: commandId("evaluateFolder")};
const countFolder: WayOut = {
  title: () => l10n.t("Count Tokens in Folder"),
  command: commandId("countTokensInFolder")
};
const settingsFile: WayOut = {
  title: () => l10n.t("Open Settings File"),
  command: "workbench.action.openSettingsJson"
};
const workspaceTrust: WayOut = {title: () => l10n.t("Manage Workspace Trust"), command: manageTrustCommand};
const sourceControl: WayOut = {title: () => l10n.t("Show Source Control"), command: "workbench.view.scm"};
const gitOutput: WayOut = {title: () => l10n.t("Show Git Output"), command: "git.showOutput"};
const openFolder: WayOut = {title: () => l10n.t("Open Folder…"), command: "workbench.action.files.openFolder"};
const goToFile: WayOut = {title: () => l10n.t("Go to File…"), command: "workbench.action.quickOpen"};
const openFile: WayOut = {title: () => l10n.t("Open File…"), command: "workbench.action.files.openFile"};
const notifications: WayOut = {title: () => l10n.t("Show Notifications"), command: "notifications.showList"};
const reloadWindow: WayOut = {title: () => l10n.t("Reload Window"), command: "workbench.action.reloadWindow"};

const showLog: WayOut = {title: () => l10n.t("Show Log"), command: commandId("showLog")};

/** Opens the settings that the search finds. */
function settings(search: string): WayOut {
  return {title: () => l10n.t("Open Settings"), command: openSettingsCommand, argument: search};
}

/** Opens one of our own settings. */
function ownSetting(key: SettingKey): WayOut {
  return settings(`tokenscope.${key}`);
}

/** Opens the list of extensions that the search finds. */
function extension(search: string): WayOut {
  return {title: () => l10n.t("Show Extension"), command: "workbench.extensions.search", argument: search};
}

/** Without a way out: the person has to wait, or to act outside VS Code. */
const none: readonly WayOut[] = [];

/** The buttons beside an error, by its kind; for a bug, the log. */
export const waysOut = {
  modelMissing: [chooseModel, demonstrationModel],
  modelIsDirectory: [chooseModel, demonstrationModel],
  modelUnreadable: [chooseModel, demonstrationModel],
  notGguf: [chooseModel, demonstrationModel],
  modelIncomplete: [chooseModel, demonstrationModel],
  unknownArchitecture: [chooseModel, demonstrationModel],
  modelFailed: [chooseModel, demonstrationModel, showLog],
  wrongNumbers: [chooseModel, demonstrationModel, ownSetting("gpu")],
  modelUnsuitable: [chooseModel, demonstrationModel],
  predictsNothing: [chooseModel, demonstrationModel],
  noRuntime: [showGpu, showLog],
  outOfMemory: [settings("tokenscope"), chooseModel],
  contextFailed: [ownSetting("contextSize"), showLog],
  emptyText: [goToFile],
  // These two concern options that only the command line has, or scores that the view offers to make again.
  nothingToScore: none,
  invalidRequest: none,
  longRun: [chooseModel],
  noChatTemplate: [chooseModel, countTokens],
  chatTemplateFailed: [chooseModel, countTokens],
  chatRefused: [chooseModel],
  badPrompt: none,
  busy: [notifications],
  badAddress: [chooseModel],
  badMirror: [ownSetting("huggingFaceEndpoint")],
  badProxy: [settings("http.proxy")],
  notFound: [chooseModel, accessToken],
  accessDenied: [accessToken, chooseModel],
  rateLimited: none,
  serverFailed: [chooseModel],
  connectionLost: [settings("http.proxy")],
  diskFull: none,
  folderUnwritable: none,
  wrongContent: [chooseModel],
  downloadRunning: [notifications],

  noEditor: [goToFile],
  emptyFile: [goToFile],
  textWithheld: [goToFile],
  textGone: [goToFile],
  notEditable: [goToFile],
  // Another row of the view is chosen in the view.
  noTokenText: none,
  noFolder: [openFolder],
  untrusted: [workspaceTrust],
  untrustedModel: [workspaceTrust, chooseModel],
  noInlineSuggestions: [settings("editor.inlineSuggest.enabled")],
  noSpans: [chooseModel, demonstrationModel],
  noSuchModel: [chooseModel],
  unreadableFile: [openFile, chooseModel],
  noEvaluation: [evaluateFolder],
  noFolderCounts: [countFolder],
  noRuntimeOffered: [showGpu],
  wrongPackage: [showGpu, ownSetting("npmRegistry")],
  noGit: [settings("git.enabled")],
  gitDisabled: [extension("@builtin git")],
  gitElsewhere: [extension("@id:tokenscope.tokenscope")],
  noRepository: [openFolder, sourceControl],
  noCommit: [sourceControl],
  gitFailed: [gitOutput],
  settingsUnwritable: [settingsFile],
  cannotStart: [showLog],
  clientDisposed: [reloadWindow],
  unsupportedProcessor: [showLog],
  engineDied: [showLog, demonstrationModel],
  engineStopped: [restartEngine, chooseModel, showLog],

  bug: [showLog]
} satisfies Record<ErrorKind | "bug", readonly WayOut[]>;
