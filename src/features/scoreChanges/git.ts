import * as vscode from "vscode";
import {uriName} from "../../host/documents/uriName";
import {HostError} from "../../host/hostError";
import {plainText} from "../../text/plainText";

/** The part of the API of VS Code's Git extension (version 1) that is used here. */
export interface GitApi {
  readonly state: "uninitialized" | "initialized";
  readonly onDidChangeState: vscode.Event<"uninitialized" | "initialized">;
  readonly repositories: readonly Repository[];
  getRepository(uri: vscode.Uri): Repository | null;
  /** The URI of a file at a commit. */
  toGitUri(uri: vscode.Uri, ref: string): vscode.Uri;
}

export interface Repository {
  readonly rootUri: vscode.Uri;
  readonly state: {
    readonly HEAD: {readonly commit?: string} | undefined;
    readonly mergeChanges: readonly StatusChange[];
    readonly workingTreeChanges: readonly StatusChange[];
    /** Filled if `git.untrackedChanges` is "separate". */
    readonly untrackedChanges: readonly StatusChange[];
  };
  /** Reads the working tree again. */
  status(): Promise<void>;
  /** `git diff REF -- PATH`, the path below the repository's root. (`diffWithHEAD` compares with the index.) */
  diffWith(ref: string, path: string): Promise<string>;
}

export interface StatusChange {
  readonly uri: vscode.Uri;
  readonly status: number;
}

interface GitExtension {
  readonly enabled: boolean;
  getAPI(version: 1): GitApi;
}

/** `UNTRACKED` in the extension's `Status`. */
export const untrackedStatus = 7;

/** How long to wait for the Git extension to find the repositories of a new window (ms). */
const maxWait = 10_000;

/** The API of VS Code's Git extension. @throws HumanError that says why it can't be used. */
export async function gitApi(): Promise<GitApi> {
  // A repository's configuration can name programs that Git runs (core.fsmonitor, diff.external). VS Code's Git extension is
  // off here by default, but a user's setting can turn it on.
  if (!vscode.workspace.isTrusted)
    throw new HostError(
      "untrusted",
      vscode.l10n.t(
        "Git runs programs that a repository names, so not in Restricted Mode: trust this folder to have its changes scored."
      )
    );
  const extension = vscode.extensions.getExtension<GitExtension>("vscode.git");
  if (extension === undefined && isElsewhere())
    throw new HostError(
      "gitElsewhere",
      vscode.l10n.t(
        "Git runs on the machine that this window is connected to: install Tokenscope there too to have changes scored."
      )
    );
  if (extension === undefined)
    throw new HostError(
      "gitDisabled",
      vscode.l10n.t("VS Code's own Git extension is disabled or missing: enable it to have changes scored.")
    );
  const git = await extension.activate();
  // If git.enabled is turned off in a running window, the extension stays active without repositories.
  const isOn = vscode.workspace.getConfiguration("git").get("enabled") !== false;
  if (!git.enabled || !isOn)
    throw new HostError(
      "noGit",
      vscode.l10n.t("VS Code uses no Git here: install Git or turn on the setting git.enabled to have changes scored.")
    );
  const api = git.getAPI(1);
  await initialized(api);
  return api;
}

/** This extension runs on another machine than the workspace's extensions, so it can't see them. */
function isElsewhere(): boolean {
  const own = vscode.extensions.getExtension("tokenscope.tokenscope");
  return vscode.env.remoteName !== undefined && own?.extensionKind === vscode.ExtensionKind.UI;
}

/**
 * The repository of a source control view (menus pass it as argument), else of the active editor, else the only one, else
 * the user's choice. Undefined if the user closes the picker.
 */
export async function chooseRepository(api: GitApi, argument: unknown): Promise<Repository | undefined> {
  const {repositories} = api;
  const named = rootOf(argument);
  const meant = named === undefined ? repositoryInUse(api) : repositories.find(({rootUri}) => isSame(rootUri, named));
  if (meant !== undefined) return meant;
  if (repositories.length === 0)
    throw new HostError(
      "noRepository",
      vscode.l10n.t("No Git repository is open: open a folder that is in one to have its changes scored.")
    );
  if (repositories.length === 1) return repositories[0];
  const items = repositories.map((repository) => ({
    label: plainText(uriName(repository.rootUri)),
    description: plainText(vscode.workspace.asRelativePath(repository.rootUri)),
    repository
  }));
  const picked = await vscode.window.showQuickPick(items, {
    title: vscode.l10n.t("Score Changes"),
    placeHolder: vscode.l10n.t("The changes of which repository?")
  });
  return picked?.repository;
}

function repositoryInUse(api: GitApi): Repository | undefined {
  const uri = vscode.window.activeTextEditor?.document.uri;
  return (uri && api.getRepository(uri)) ?? undefined;
}

/** Menus of a source control view pass a vscode.SourceControl; our own view passes its last repository. */
function rootOf(argument: unknown): vscode.Uri | undefined {
  if (typeof argument !== "object" || argument === null) return undefined;
  const {rootUri} = argument as {readonly rootUri?: unknown};
  return rootUri instanceof vscode.Uri ? rootUri : undefined;
}

function isSame(one: vscode.Uri, other: vscode.Uri): boolean {
  return one.toString() === other.toString();
}

async function initialized(api: GitApi): Promise<void> {
  if (api.state === "initialized") return;
  let listening: vscode.Disposable | undefined;
  let timer: NodeJS.Timeout | undefined;
  await new Promise<void>((resolve) => {
    timer = setTimeout(resolve, maxWait);
    listening = api.onDidChangeState((state) => {
      if (state === "initialized") resolve();
    });
  });
  clearTimeout(timer);
  listening?.dispose();
}
