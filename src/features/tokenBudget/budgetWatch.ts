import * as vscode from "vscode";
import type {BudgetedCount} from "../../host/budgets";
import {positionOf} from "../../host/documents/documentText";
import type {Host} from "../../host/host";
import {LatestOnly} from "../../host/latestOnly";

/** Delay after an edit until the document is counted (ms). Until then VS Code moves marks and problems with the text. */
const debounce = 150;

/** An open document with more tokens than its budget allows. */
export interface OverBudget extends BudgetedCount {
  readonly budget: number;
  /** Where the budget ends; null if tokens have no place in this text. */
  readonly end: vscode.Position | null;
  /** The version of the document that was counted. */
  readonly version: number;
}

interface Watched {
  readonly counting: LatestOnly;
  timer?: NodeJS.Timeout | undefined;
  /** The version that was last tried: what failed is not tried again before the text, the model or the budget changes. */
  tried?: number | undefined;
  /** The engine was ended meanwhile, for a reason that has nothing to do with this text. */
  interrupted?: boolean;
  over?: OverBudget | undefined;
}

/** Counts the documents that are open in a tab and have a budget, and counts them again after edits. */
export class BudgetWatch implements vscode.Disposable {
  private readonly documents = new Map<vscode.TextDocument, Watched>();
  private readonly changed = new vscode.EventEmitter<vscode.TextDocument>();
  private readonly subscriptions: vscode.Disposable;
  private catchingUp = false;
  private wasRunning: boolean;
  private disposed = false;
  /** A document is over its budget, or no longer, or in another way. */
  readonly onDidChange = this.changed.event;

  constructor(private readonly host: Host) {
    this.wasRunning = host.engine.state.process === "running";
    const sync = (): void => this.sync();
    this.subscriptions = vscode.Disposable.from(
      this.changed,
      host.engine.onDidChangeState(() => this.followEngine()),
      host.settings.onDidChangeModel(() => this.countAgain({keep: false})),
      host.budgets.onDidChange(() => this.countAgain({keep: true})),
      vscode.window.onDidChangeVisibleTextEditors(sync),
      vscode.window.tabGroups.onDidChangeTabs(sync),
      vscode.workspace.onDidOpenTextDocument(sync),
      vscode.workspace.onDidCloseTextDocument((document) => this.forget(document)),
      vscode.workspace.onDidChangeTextDocument(({document}) => this.edited(document))
    );
    this.sync();
  }

  /** How a document is over its budget; undefined if it is not, or not counted yet. */
  overOf(document: vscode.TextDocument): OverBudget | undefined {
    return this.documents.get(document)?.over;
  }

  dispose(): void {
    this.disposed = true;
    for (const document of [...this.documents.keys()]) this.forget(document);
    this.subscriptions.dispose();
  }

  /** Adds the documents that are to be watched now, leaves the others, and counts what was not counted yet. */
  private sync(): void {
    if (this.disposed) return;
    const open = new Set(openDocuments().filter(({uri}) => this.host.budgets.has(uri)));
    for (const document of [...this.documents.keys()]) if (!open.has(document)) this.forget(document);
    for (const document of open)
      if (!this.documents.has(document)) this.documents.set(document, {counting: new LatestOnly()});
    void this.catchUp();
  }

  /** The visible documents at once, the others one after the other. */
  private async catchUp(): Promise<void> {
    for (const {document} of vscode.window.visibleTextEditors) if (this.isDue(document)) void this.count(document);
    if (this.catchingUp) return;
    this.catchingUp = true;
    try {
      for (;;) {
        const next = [...this.documents.keys()].find((document) => this.isDue(document));
        if (next === undefined || this.disposed) return;
        await this.count(next);
      }
    } finally {
      this.catchingUp = false;
    }
  }

  private isDue(document: vscode.TextDocument): boolean {
    const watched = this.documents.get(document);
    return watched !== undefined && watched.timer === undefined && watched.tried !== document.version;
  }

  private edited(document: vscode.TextDocument): void {
    const watched = this.documents.get(document);
    // It may only have been saved.
    if (watched === undefined || watched.tried === document.version) return;
    clearTimeout(watched.timer);
    watched.timer = setTimeout(() => {
      watched.timer = undefined;
      void this.count(document);
    }, debounce);
  }

  private async count(document: vscode.TextDocument): Promise<void> {
    const watched = this.documents.get(document);
    if (watched === undefined) return;
    watched.tried = document.version;
    await watched.counting.run(undefined, async (token) => {
      try {
        const over = await this.measure(document, token);
        if (token.isCancellationRequested || over === "edited") return;
        const before = watched.over;
        watched.over = over;
        if (before !== undefined || over !== undefined) this.changed.fire(document);
      } catch (error) {
        if (token.isCancellationRequested) return;
        if (error instanceof vscode.CancellationError) watched.interrupted = true;
        // The status bar says what a person can do. A bug goes to the log.
        else this.host.errors.describe(error);
      }
    });
  }

  /** "edited": the document was edited meanwhile, so that another count follows. */
  private async measure(
    document: vscode.TextDocument,
    token: vscode.CancellationToken
  ): Promise<OverBudget | undefined | "edited"> {
    const {budgets, documents} = this.host;
    const inPassing = {inPassing: true};
    const {count, model, version} = await documents.count(document, token, inPassing);
    const budget = budgets.of(document.uri, model.contextSize);
    if (!document.isDirty && budgets.reportOf(document.uri) !== undefined) budgets.report(document.uri, {count, model});
    if (budget === null || count <= budget) return undefined;
    const offset = await documents.tokenEnd(document, budget, token, inPassing);
    const end = offset === null ? null : await positionOf(document, offset);
    return document.version === version ? {count, model, budget, end, version} : "edited";
  }

  private countAgain({keep}: {readonly keep: boolean}): void {
    for (const [document, watched] of this.documents) {
      watched.tried = undefined;
      if (keep || watched.over === undefined) continue;
      watched.over = undefined;
      this.changed.fire(document);
    }
    this.sync();
  }

  /** Counts what was interrupted, once another engine runs. */
  private followEngine(): void {
    const isRunning = this.host.engine.state.process === "running";
    const isOther = isRunning && !this.wasRunning;
    this.wasRunning = isRunning;
    if (!isOther) return;
    for (const watched of this.documents.values()) {
      if (!watched.interrupted) continue;
      watched.interrupted = false;
      watched.tried = undefined;
    }
    void this.catchUp();
  }

  private forget(document: vscode.TextDocument): void {
    const watched = this.documents.get(document);
    if (watched === undefined) return;
    clearTimeout(watched.timer);
    watched.counting.dispose();
    this.documents.delete(document);
    if (watched.over !== undefined) this.changed.fire(document);
  }
}

/** The documents that have a tab. VS Code keeps others for a while, and extensions open some that nobody sees. */
function openDocuments(): vscode.TextDocument[] {
  const inTabs = new Set<string>();
  for (const {input} of vscode.window.tabGroups.all.flatMap(({tabs}) => tabs)) {
    if (input instanceof vscode.TabInputText) inTabs.add(input.uri.toString());
    if (input instanceof vscode.TabInputTextDiff) inTabs.add(input.modified.toString());
  }
  return vscode.workspace.textDocuments.filter(({uri}) => inTabs.has(uri.toString()));
}
