import * as vscode from "vscode";
import {isSameModel} from "../../contract/models";
import {chooseFolders, titleOfFolders} from "../../host/documents/chooseFolders";
import {FolderFiles} from "../../host/documents/folderFiles";
import {FileCounting} from "../../host/folderCounts";
import type {Host} from "../../host/host";
import {HostError} from "../../host/hostError";
import {LatestOnly} from "../../host/latestOnly";
import {setContext} from "../../host/runCommand";
import {count, plural} from "../../text/numberText";
import {plainText} from "../../text/plainText";
import {BudgetReports} from "./budgetReports";
import {CountRows, type Row} from "./countRows";
import {CountTree} from "./countTree";
import {type FolderChange, FolderChanges} from "./folderChanges";
import type {ShownCounts} from "./shownCounts";
import {viewId} from "./viewId";

/** The rows are redrawn once in this time (ms), because VS Code then asks for all of them again. */
const refreshInterval = 300;

type Progress = vscode.Progress<{readonly message?: string; readonly increment?: number}>;

const everything: FolderChange = {listAgain: true, changed: [], gone: []};

const noProgress: Progress = {report: () => undefined};

/** The view **Tokens in Folder**. */
export class FolderTokensView implements vscode.Disposable {
  readonly rows = new CountRows();
  private shown: ShownCounts | undefined;
  private changes: FolderChanges | undefined;
  /** Something has changed while it was counted, or not seen. */
  private changedMeanwhile = false;
  private readonly counting = new LatestOnly();
  private readonly budgetReports: BudgetReports;
  /** Counts that somebody asked for and that are under way. */
  private asked = 0;
  /** One after the other: none of their files must be forgotten. */
  private updates: Promise<void> = Promise.resolve();
  private readonly subscriptions: vscode.Disposable;

  constructor(
    private readonly host: Host,
    private readonly view: vscode.TreeView<Row>
  ) {
    this.budgetReports = new BudgetReports(host.budgets);
    this.subscriptions = vscode.Disposable.from(
      host.settings.onDidChangeModel(() => this.modelChanged()),
      host.budgets.onDidChange(() => this.reportToBudgets()),
      view.onDidChangeVisibility(({visible}) => {
        if (visible && this.changedMeanwhile) this.follow(everything);
      }),
      vscode.workspace.onDidChangeConfiguration((change) => {
        if (change.affectsConfiguration("files.exclude")) this.follow(everything);
      })
    );
  }

  dispose(): void {
    this.counting.dispose();
    this.changes?.dispose();
    this.subscriptions.dispose();
    this.rows.dispose();
  }

  /** What the view shows, to be copied. */
  get required(): ShownCounts {
    if (this.shown === undefined)
      throw new HostError(
        "noFolderCounts",
        vscode.l10n.t("No folder has been counted since VS Code was opened: count one first.")
      );
    return this.shown;
  }

  /** Counts what was selected in the explorer, or what the user chooses. */
  async count(resource: unknown, selected: unknown): Promise<void> {
    const chosen = await chooseFolders(resource, selected, {
      title: vscode.l10n.t("Count Tokens in Folder"),
      question: vscode.l10n.t("Which folder's tokens are to be counted?"),
      open: vscode.l10n.t("Count Tokens"),
      takesOnlyFolder: true
    });
    if (chosen.length > 0) await this.start(chosen);
  }

  async countAgain(): Promise<void> {
    await this.start(this.required.chosen);
  }

  /** Shows the counts as they come, instead of those that were shown. */
  private async start(chosen: readonly vscode.Uri[]): Promise<void> {
    const title = titleOfFolders(chosen);
    void vscode.commands.executeCommand(`${viewId}.focus`);
    this.asked++;
    await Promise.resolve(
      vscode.window.withProgress(
        {
          location: vscode.ProgressLocation.Notification,
          title: vscode.l10n.t("Counting tokens in {0}", plainText(title)),
          cancellable: true
        },
        (progress, token) =>
          this.counting.run(token, async (own, isLatest) => {
            progress.report({message: vscode.l10n.t("looking for files")});
            const listing = await FolderFiles.list(chosen, own);
            const shown = this.newCounts(chosen, listing);
            if (isLatest()) {
              this.watch(shown, listing);
              this.show(shown);
            }
            await this.fill(shown, listing, progress, own, isLatest);
          })
      )
    ).finally(() => {
      this.asked--;
      if (this.changedMeanwhile) this.follow(everything);
    });
  }

  private newCounts(chosen: readonly vscode.Uri[], listing: FolderFiles): ShownCounts {
    const tree = new CountTree();
    for (const {uri, path, why} of listing.unlisted) tree.set({uri, path, skipped: why});
    return {
      title: titleOfFolders(chosen),
      chosen,
      // The same for all files, even if another one is chosen meanwhile.
      ref: this.host.settings.scoringModel(),
      tree,
      model: null,
      date: new Date(),
      state: "counting",
      notReached: listing.files.length,
      cut: listing.cut,
      warnings: []
    };
  }

  private watch({chosen}: ShownCounts, listing: FolderFiles): void {
    this.changes?.dispose();
    this.changes = new FolderChanges(listing, chosen, (change) => this.follow(change));
    this.changedMeanwhile = false;
  }

  private show(shown: ShownCounts): void {
    this.shown = shown;
    setContext("folderTokens.shown", true);
    this.rows.show(shown);
    this.updateTitle();
  }

  /** Counts all files of a listing into a tree. */
  private async fill(
    shown: ShownCounts,
    {files}: FolderFiles,
    progress: Progress,
    token: vscode.CancellationToken,
    isLatest: () => boolean
  ): Promise<void> {
    let refreshed = 0;
    let told = 0;
    try {
      const counting = new FileCounting(this.host, {token, model: shown.ref, inPassing: progress === noProgress});
      await counting.count(files, (counted) => {
        for (const file of counted) shown.tree.set(file);
        shown.notReached -= counted.length;
        shown.model = counting.model;
        shown.warnings = counting.warnings;
        shown.date = new Date();
        const done = ((files.length - shown.notReached) / files.length) * 100;
        progress.report({message: progressText(shown, files.length), increment: done - told});
        told = done;
        if (this.shown !== shown || performance.now() < refreshed + refreshInterval) return;
        refreshed = performance.now();
        this.rows.refresh();
        this.updateTitle();
      });
    } finally {
      shown.state = shown.notReached > 0 ? "stopped" : "done";
      if (isLatest() && this.shown === shown) this.settle();
    }
  }

  /** Redraws what is counted. What is not counted to its end doesn't follow its files. */
  private settle(): void {
    const {shown, changedMeanwhile} = this;
    this.changedMeanwhile = false;
    this.rows.refresh();
    this.updateTitle();
    this.reportToBudgets();
    if (shown?.state !== "done" || !this.isCurrent(shown)) this.stopFollowing();
    else if (changedMeanwhile) this.follow(everything);
  }

  private reportToBudgets(): void {
    const {shown} = this;
    if (shown?.model && this.isCurrent(shown)) void this.budgetReports.report(shown.tree.files(), shown.model);
  }

  private stopFollowing(): void {
    this.changes?.dispose();
    this.changes = undefined;
  }

  private follow(change: FolderChange): void {
    // What nobody sees does not start an engine.
    if (this.shown?.state === "counting" || !this.view.visible) this.changedMeanwhile = true;
    else this.updates = this.updates.then(() => this.update(change));
  }

  /** Follows files that have changed, without a word: what is not to be counted again is known. */
  private async update(change: FolderChange): Promise<void> {
    const {shown} = this;
    const {listAgain, changed, gone} = change;
    if (change === everything) this.changedMeanwhile = false;
    if (shown === undefined || shown.state !== "done" || !this.isCurrent(shown)) return;
    if (this.asked > 0) {
      this.changedMeanwhile = true;
      return;
    }
    try {
      await this.counting.run(undefined, async (token, isLatest) => {
        if (listAgain) {
          const listing = await FolderFiles.list(shown.chosen, token);
          const next = this.newCounts(shown.chosen, listing);
          await this.fill(next, listing, noProgress, token, isLatest);
          if (!isLatest() || next.state !== "done") return;
          if (this.changes) this.changes.listing = listing;
          else this.watch(next, listing);
          this.show(next);
        } else {
          const counting = new FileCounting(this.host, {token, model: shown.ref, inPassing: true});
          for (const path of gone) shown.tree.delete(path);
          await counting.count(changed, (counted) => {
            for (const file of counted) shown.tree.set(file);
            shown.date = new Date();
          });
        }
        this.settle();
      });
    } catch (error) {
      // Nobody asked for it, so it is not shown; the next change tries again.
      if (!(error instanceof vscode.CancellationError)) this.host.errors.describe(error);
    }
  }

  private modelChanged(): void {
    if (this.shown === undefined) return;
    if (!this.isCurrent(this.shown)) this.stopFollowing();
    else if (this.shown.state === "done") this.follow(everything);
    this.updateTitle();
  }

  private isCurrent({ref}: ShownCounts): boolean {
    return isSameModel(ref, this.host.settings.scoringModel());
  }

  private updateTitle(): void {
    const {view, shown} = this;
    if (shown === undefined) return;
    const {tree, state, notReached, cut, model} = shown;
    view.title = vscode.l10n.t("Tokens in {0}", plainText(shown.title));
    // The header has little room, and its title says of what.
    const tokens = count(tree.top.tokens);
    view.description = [
      state === "stopped" ? vscode.l10n.t("{0}, partial", tokens) : tokens,
      ...(model === null ? [] : [plainText(model.name)])
    ].join(" · ");
    view.message = [
      ...(this.isCurrent(shown) ? [] : [vscode.l10n.t("The model has changed since: count the folder again.")]),
      ...(state === "stopped" ? [vscode.l10n.t("Stopped: {0} not counted yet.", plural(notReached, "file"))] : []),
      ...(cut ? [vscode.l10n.t("There are more files than are counted.")] : []),
      ...(state === "done" && tree.top.fileCount === 0 ? [vscode.l10n.t("There is no text file here.")] : [])
    ].join(" ");
  }
}

function progressText({tree, notReached}: ShownCounts, files: number): string {
  return vscode.l10n.t(
    "{0} of {1} files, {2}",
    count(files - notReached),
    count(files),
    plural(tree.top.tokens, "token")
  );
}
