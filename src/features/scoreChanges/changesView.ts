import * as vscode from "vscode";
import {uriName} from "../../host/documents/uriName";
import type {Host} from "../../host/host";
import {kindOf} from "../../host/hostError";
import {LatestOnly} from "../../host/latestOnly";
import {setContext} from "../../host/runCommand";
import {count} from "../../text/numberText";
import {plainText} from "../../text/plainText";
import {ChangesTree, type Order, type Row} from "./changesTree";
import {chooseRepository, type GitApi, gitApi, type Repository} from "./git";
import {type ScoredChanges, unscored} from "./scoredChanges";
import {scoreChanges} from "./scoring";
import {viewId} from "./viewId";
import {changedFiles} from "./workingTree";

/** The rows are redrawn once in this time (ms), because VS Code then asks for all of them again. */
const refreshInterval = 250;

/** Why the view is empty. package.json has a welcome text for each reason. */
type Emptiness = "clean" | "noGit" | "noRepository" | undefined;

/** The view **Score Changes**. */
export class ChangesView implements vscode.Disposable {
  private readonly tree = new ChangesTree();
  readonly rows = this.tree;
  private readonly disposables: vscode.Disposable[];
  private repository: Repository | undefined;
  private scored: ScoredChanges | undefined;
  private order: Order = "file";
  /** A file was saved after the changes were scored. */
  private stale = false;
  private readonly scoring = new LatestOnly();

  constructor(
    private readonly host: Host,
    private readonly view: vscode.TreeView<Row>
  ) {
    this.disposables = [this.tree, vscode.workspace.onDidSaveTextDocument(({uri}) => this.saved(uri))];
    this.sort("file");
  }

  dispose(): void {
    this.scoring.dispose();
    for (const disposable of this.disposables) disposable.dispose();
  }

  sort(order: Order): void {
    this.order = order;
    this.tree.sort(order);
    this.offerSorting();
  }

  /** Shows the button for the other order, if there is something to sort. */
  private offerSorting(): void {
    setContext("changes.order", this.scored && this.order);
  }

  /** Scores the changes of the repository that was scored last. */
  async scoreAgain(): Promise<void> {
    await this.score(this.repository);
  }

  /** Scores the changes of a repository ({@link chooseRepository}). Stops the run that is in progress. */
  async score(argument: unknown): Promise<void> {
    this.scoring.cancel();
    try {
      const api = await gitApi();
      const repository = await chooseRepository(api, argument);
      if (repository === undefined) return;
      // Before scoring, so that the user sees the rows fill up.
      void vscode.commands.executeCommand(`${viewId}.focus`);
      await vscode.window.withProgress(
        {
          location: vscode.ProgressLocation.Notification,
          title: vscode.l10n.t("Scoring the changes in {0}", plainText(uriName(repository.rootUri))),
          cancellable: true
        },
        (progress, token) => this.scoring.run(token, (own) => this.fill(api, repository, progress, own))
      );
    } catch (error) {
      const emptiness = emptinessAfter(error);
      if (emptiness !== undefined) this.empty(emptiness);
      throw error;
    }
  }

  private async fill(
    api: GitApi,
    repository: Repository,
    progress: Parameters<typeof scoreChanges>[2],
    token: vscode.CancellationToken
  ): Promise<void> {
    progress.report({message: vscode.l10n.t("asking Git")});
    const files = await changedFiles(repository, token);
    this.repository = repository;
    if (files.length === 0) {
      this.empty("clean");
      return;
    }
    const scored = unscored(files);
    this.scored = scored;
    this.stale = false;
    this.tree.show(scored, api);
    this.updateMessage();
    let refreshed = performance.now();
    try {
      await scoreChanges(this.host, scored, progress, token, () => {
        if (this.scored !== scored || performance.now() < refreshed + refreshInterval) return;
        refreshed = performance.now();
        this.tree.refresh();
      });
      scored.state = "done";
    } finally {
      if (scored.state === "scoring") scored.state = "stopped";
      this.tree.refresh();
      this.updateMessage();
    }
  }

  private empty(emptiness: Emptiness): void {
    this.scored = undefined;
    this.tree.clear();
    this.updateMessage();
    setContext("changes.empty", emptiness);
  }

  /** Updates the message above the rows and the title. */
  private updateMessage(): void {
    const {view, scored} = this;
    this.offerSorting();
    if (scored === undefined) {
      view.message = "";
      view.description = "";
      return;
    }
    const done = scored.changes.filter(({comparison}) => comparison !== undefined).length;
    const unsaved = scored.files.some(({file}) => file.unsaved);
    const lines = [
      ...(scored.state === "stopped"
        ? [vscode.l10n.t("Stopped: {0} of {1} changes are scored.", count(done), count(scored.changes.length))]
        : []),
      ...(unsaved ? [vscode.l10n.t("Unsaved text is left out: files are scored as they are on disk.")] : []),
      ...(this.stale ? [vscode.l10n.t("A file was saved since: score the changes again.")] : [])
    ];
    view.message = lines.join(" ");
    view.description = [
      ...(this.repository ? [plainText(uriName(this.repository.rootUri))] : []),
      ...(scored.state === "stopped" ? [vscode.l10n.t("partial")] : [])
    ].join(", ");
  }

  private saved(uri: vscode.Uri): void {
    const root = this.repository?.rootUri;
    if (this.scored === undefined || root === undefined || this.stale) return;
    if (uri.scheme !== root.scheme || !uri.path.startsWith(`${root.path}/`)) return;
    this.stale = true;
    this.updateMessage();
  }
}

function emptinessAfter(error: unknown): Emptiness {
  switch (kindOf(error)) {
    case "noGit":
    case "gitDisabled":
    case "gitElsewhere":
      return "noGit";
    case "noRepository":
    case "noCommit":
      return "noRepository";
    default:
      return undefined;
  }
}
