import * as vscode from "vscode";
import {plainPath, plainText} from "../../text/plainText";
import {homeFolder} from "../home";
import type {Host} from "../host";
import {foundModel} from "./local/candidates";
import {findLocalModels} from "./local/findLocalModels";
import type {LocalModel} from "./local/localModel";
import {modelSearchEnvironment} from "./modelSearchPaths";
import {recentModels} from "./recentModels";

/** A row of a list of models. */
export interface ModelItem extends vscode.QuickPickItem {
  /** Absolute. */
  readonly path: string;
}

/** The GGUF files on this machine, for a list that fills while they are found: first those that are known, then all others. */
export class ModelList {
  private readonly models = new Map<string, LocalModel>();
  private readonly looking = new AbortController();

  /** `onMore` is called each time when more models are there. */
  constructor(
    private readonly host: Host,
    private readonly onMore: () => void
  ) {}

  /** Absolute paths, in the list's order. */
  get paths(): readonly string[] {
    return [...this.models.keys()];
  }

  get isDisposed(): boolean {
    return this.looking.signal.aborted;
  }

  dispose(): void {
    this.looking.abort();
  }

  /** Finds models: `first`, those used lately, the one that ships with Tokenscope, and then the others. Errors are shown. */
  async fill(first: readonly string[]): Promise<void> {
    const {host} = this;
    try {
      await this.add([...first, ...recentModels(host), host.settings.demonstrationModel().path]);
      const found = await findLocalModels(modelSearchEnvironment(host), this.looking.signal);
      for (const model of found) if (!this.models.has(model.path)) this.models.set(model.path, model);
      this.tell();
    } catch (error) {
      if (!this.isDisposed) void host.errors.show(error);
    }
  }

  /** Adds files. Those that are no models are left out. */
  async add(paths: readonly string[]): Promise<void> {
    for (const path of paths) {
      if (this.models.has(path)) continue;
      const found = await foundModel("folder", {path});
      if (found !== null) this.models.set(path, found.model);
    }
    this.tell();
  }

  /** A row for each model. `inUse` describes the one that measures. */
  items(inUse: string): ModelItem[] {
    const {settings} = this.host;
    const home = homeFolder();
    const measures = settings.scoringModel().path;
    const demonstration = settings.demonstrationModel().path;
    return [...this.models.values()].map((model) => ({
      path: model.path,
      label: plainText(model.name),
      description:
        model.path === measures ? inUse : model.path === demonstration ? vscode.l10n.t("ships with Tokenscope") : "",
      detail: plainPath(model.path.startsWith(home) ? `~${model.path.slice(home.length)}` : model.path)
    }));
  }

  private tell(): void {
    if (!this.isDisposed) this.onMore();
  }
}

/** Asks for GGUF files. Empty if the dialog was closed. */
export async function browseModels(openLabel: string, canSelectMany: boolean): Promise<readonly string[]> {
  const files = await vscode.window.showOpenDialog({
    title: vscode.l10n.t("Select GGUF Models"),
    openLabel,
    canSelectMany,
    filters: {[vscode.l10n.t("GGUF models")]: ["gguf"], [vscode.l10n.t("All files")]: ["*"]}
  });
  return (files ?? []).map(({fsPath}) => fsPath);
}
