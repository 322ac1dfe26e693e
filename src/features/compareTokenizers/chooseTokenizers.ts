import * as vscode from "vscode";
import type {Host} from "../../host/host";
import {browseModels, type ModelItem, ModelList} from "../../host/models/modelList";

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
  private readonly pick = vscode.window.createQuickPick<ModelItem>();
  private readonly models: ModelList;
  private readonly browse: vscode.QuickInputButton = {
    iconPath: new vscode.ThemeIcon("folder-opened"),
    tooltip: vscode.l10n.t("Browse for Files…")
  };
  private readonly inUse: string;
  private chosen: ReadonlySet<string>;

  constructor(private readonly host: Host) {
    const {pick} = this;
    this.models = new ModelList(host, () => this.draw());
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
    this.models.dispose();
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
    return this.models.paths.filter((path) => this.chosen.has(path));
  }

  private async fill(): Promise<void> {
    await this.models.fill([this.inUse, ...this.chosen]);
    if (!this.models.isDisposed) this.pick.busy = false;
  }

  private async browseFiles(): Promise<void> {
    const paths = await browseModels(vscode.l10n.t("Compare"), true);
    this.chosen = new Set([...this.chosen, ...paths]);
    await this.models.add(paths);
  }

  private draw(): void {
    const {pick, chosen} = this;
    const items = this.models.items(vscode.l10n.t("in use, compared with first"));
    pick.items = items;
    pick.selectedItems = items.filter(({path}) => chosen.has(path));
  }
}
