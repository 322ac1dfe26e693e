import * as vscode from "vscode";
import {homeFolder} from "../../host/home";
import type {Host} from "../../host/host";
import {foundModel} from "../../host/models/local/candidates";
import {findLocalModels} from "../../host/models/local/findLocalModels";
import type {LocalModel} from "../../host/models/local/localModel";
import {modelSearchEnvironment} from "../../host/models/modelSearchPaths";
import {recentModels} from "../../host/models/recentModels";
import {plainPath, plainText} from "../../text/plainText";

interface TokenizerItem extends vscode.QuickPickItem {
  readonly path: string;
}

/** VS Code remembers the choice for the next comparison under this key. */
const chosenKey = "tokenscope.comparedTokenizers";

/**
 * Lets the user choose any number of GGUF files on this machine; the model in use comes first. Resolves with their absolute
 * paths, or undefined if the list was closed.
 */
export async function chooseTokenizers(host: Host): Promise<readonly string[] | undefined> {
  const list = new TokenizerList(host);
  try {
    return await list.choice();
  } finally {
    list.dispose();
  }
}

class TokenizerList implements vscode.Disposable {
  private readonly pick = vscode.window.createQuickPick<TokenizerItem>();
  private readonly looking = new AbortController();
  private readonly browse: vscode.QuickInputButton = {
    iconPath: new vscode.ThemeIcon("folder-opened"),
    tooltip: vscode.l10n.t("Browse for Files…")
  };
  private readonly inUse: string;
  private chosen: ReadonlySet<string>;
  private models = new Map<string, LocalModel>();

  constructor(private readonly host: Host) {
    const {pick} = this;
    this.inUse = host.settings.scoringModel().path;
    const before = host.globalState.get<unknown>(chosenKey);
    const paths = Array.isArray(before) ? before.filter((path) => typeof path === "string") : [];
    this.chosen = new Set([this.inUse, ...paths]);
    pick.canSelectMany = true;
    pick.title = vscode.l10n.t("Compare Tokenizers");
    pick.placeholder = vscode.l10n.t("Choose two models or more; only their vocabularies are loaded");
    pick.buttons = [this.browse];
    pick.matchOnDescription = true;
    pick.matchOnDetail = true;
    pick.ignoreFocusOut = true;
    pick.busy = true;
  }

  dispose(): void {
    this.looking.abort();
    this.pick.dispose();
  }

  async choice(): Promise<readonly string[] | undefined> {
    const {pick} = this;
    const closed = new Promise<readonly string[] | undefined>((resolve) => {
      pick.onDidChangeSelection((items) => {
        this.chosen = new Set(items.map(({path}) => path));
      });
      pick.onDidAccept(() => {
        if (this.chosen.size > 0) resolve(this.inOrder());
      });
      pick.onDidTriggerButton(() => void this.browseFiles());
      pick.onDidHide(() => resolve(undefined));
    });
    pick.show();
    void this.fill();
    const paths = await closed;
    if (paths !== undefined) await this.host.globalState.update(chosenKey, paths);
    return paths;
  }

  /** The model in use first, then as in the list. */
  private inOrder(): readonly string[] {
    return [...this.models.keys()].filter((path) => this.chosen.has(path));
  }

  private async fill(): Promise<void> {
    const {settings} = this.host;
    const known = [this.inUse, ...recentModels(this.host), ...this.chosen, settings.demonstrationModel().path];
    try {
      await this.add(known);
      const found = await findLocalModels(modelSearchEnvironment(this.host), this.looking.signal);
      for (const model of found) if (!this.models.has(model.path)) this.models.set(model.path, model);
      this.draw();
    } catch (error) {
      if (!this.looking.signal.aborted) void this.host.errors.show(error);
    }
    if (!this.looking.signal.aborted) this.pick.busy = false;
  }

  private async add(paths: readonly string[]): Promise<void> {
    for (const path of paths) {
      if (this.models.has(path)) continue;
      const found = await foundModel("folder", {path});
      if (found !== null) this.models.set(path, found.model);
    }
    this.draw();
  }

  private async browseFiles(): Promise<void> {
    const files = await vscode.window.showOpenDialog({
      title: vscode.l10n.t("Select GGUF Models"),
      openLabel: vscode.l10n.t("Compare"),
      canSelectMany: true,
      filters: {[vscode.l10n.t("GGUF models")]: ["gguf"], [vscode.l10n.t("All files")]: ["*"]}
    });
    const paths = (files ?? []).map(({fsPath}) => fsPath);
    this.chosen = new Set([...this.chosen, ...paths]);
    await this.add(paths);
  }

  private draw(): void {
    const {pick, chosen} = this;
    if (this.looking.signal.aborted) return;
    const home = homeFolder();
    const demonstration = this.host.settings.demonstrationModel().path;
    const items = [...this.models.values()].map(
      (model): TokenizerItem => ({
        path: model.path,
        label: plainText(model.name),
        description:
          model.path === this.inUse
            ? vscode.l10n.t("in use, compared with first")
            : model.path === demonstration
              ? vscode.l10n.t("ships with Tokenscope")
              : "",
        detail: plainPath(model.path.startsWith(home) ? `~${model.path.slice(home.length)}` : model.path)
      })
    );
    pick.items = items;
    pick.selectedItems = items.filter(({path}) => chosen.has(path));
  }
}
