import * as vscode from "vscode";
import {copyText} from "../../host/copyText";
import {movedRange} from "../../host/documents/movedRange";
import type {Host} from "../../host/host";
import {LatestOnly} from "../../host/latestOnly";
import type {TriedAlternative} from "../../host/triedAlternative";
import {WebviewPanel} from "../../host/webviewPanel";
import {
  addBranches,
  type Branch,
  type BranchTree,
  branchOf,
  changeBranch,
  isFull,
  knownAlternative,
  type NewBranch,
  nextSeed,
  noBranches,
  pathOf,
  pruneBranch,
  restoreBranches
} from "../../metrics/branchTree";
import {plainText} from "../../text/plainText";
import {branchesPage} from "./branchesPage";
import type {PlaceAndTokens} from "./branchPlace";
import {type Asking, type ChosenToken, Growth} from "./growth";
import {insertBranch, showPlace} from "./insertion";
import {Jobs} from "./jobs";
import {parseMessage} from "./parseMessage";
import {type BranchOptions, type FromView, type ToView, usualOptions, type ViewState} from "./protocol";
import {treeMarkdown} from "./treeMarkdown";
import {panelType} from "./viewTypes";

/** Prunings that can be undone. */
const maxUndo = 50;

/** Milliseconds without an edit before the view is told where its place is. */
const movedDelay = 300;

/** A view with what could stand in one place of a text: grows its tree, and keeps it. */
export class BranchesPanel implements vscode.Disposable {
  private tree: BranchTree = noBranches;
  private options: BranchOptions = usualOptions;
  private pruned: (readonly Branch[])[] = [];
  private notice: string | null = null;
  /** What the model expected at the token of a branch that was looked at last. */
  private expected: {readonly branch: number; readonly at: number; readonly top: readonly ChosenToken[]} | undefined;
  /** The view listens; and what it is to select once it does. */
  private isListening = false;
  private selecting: number | null = null;
  private moving: ReturnType<typeof setTimeout> | undefined;
  private readonly growth: Growth;
  private readonly looking = new LatestOnly();
  private readonly jobs: Jobs;
  private readonly view: WebviewPanel<FromView, ToView>;

  constructor(
    private readonly host: Host,
    private readonly panel: vscode.WebviewPanel,
    private from: PlaceAndTokens
  ) {
    this.growth = new Growth(host, from);
    this.view = new WebviewPanel(host, panel, {
      page: branchesPage,
      readableFolder: null,
      parse: parseMessage,
      answer: (message) => this.answer(message)
    });
    this.jobs = new Jobs(
      (working) => this.view.post({type: "working", working}),
      (error) => this.say(host.errors.describe(error))
    );
    this.view.owns(
      this.jobs,
      this.looking,
      panel.onDidChangeViewState(() => {
        this.isListening &&= panel.visible;
      }),
      vscode.workspace.onDidChangeTextDocument(({document, contentChanges}) => {
        if (document.uri.toString() === this.from.place.uri) this.follow(contentChanges);
      }),
      {dispose: () => clearTimeout(this.moving)}
    );
    panel.title = vscode.l10n.t("Branches: {0}", plainText(from.place.title));
  }

  static create(host: Host, from: PlaceAndTokens, viewColumn: vscode.ViewColumn): BranchesPanel {
    const panel = vscode.window.createWebviewPanel(panelType, vscode.l10n.t("Branches"), viewColumn, {
      enableFindWidget: true
    });
    return new BranchesPanel(host, panel, from);
  }

  get onDidDispose(): vscode.Event<void> {
    return this.panel.onDidDispose;
  }

  get place(): PlaceAndTokens {
    return this.from;
  }

  get column(): vscode.ViewColumn | undefined {
    return this.panel.viewColumn;
  }

  /** Takes over the state after a reload. */
  restore({tree, options}: ViewState): void {
    this.tree = tree;
    this.options = options;
  }

  reveal(): void {
    this.panel.reveal();
  }

  /** Another word in the place. */
  async tryHere(chosen: TriedAlternative["alternative"]): Promise<void> {
    await this.try({parent: null, at: 0}, chosen);
  }

  dispose(): void {
    this.view.dispose();
  }

  private async answer(message: FromView): Promise<void> {
    switch (message.type) {
      case "ready":
        return this.bringUpToDate();
      case "more":
        return this.withBranch(message.branch, ({id}) => this.grow(id));
      case "rest":
        return this.withBranch(message.branch, ({id}) => this.jobs.add(this.restOf(id)));
      case "alternatives":
        return await this.look(message.branch, message.at);
      case "try":
        return await this.tryInside(message.branch, message.at, message.id);
      case "prune":
        return this.withBranch(message.branch, ({id}) => this.prune(id));
      case "undo":
        return this.undo();
      case "rename":
        return this.withBranch(message.branch, ({id}) => this.change(id, {name: message.name}));
      case "insert":
        return await this.withBranch(message.branch, (branch) =>
          insertBranch(this.from.place, branch, message.insertion, this.panel.viewColumn)
        );
      case "copy":
        return await this.withBranch(message.branch, ({text}) => copyText(text, vscode.l10n.t("Copied.")));
      case "copyTree":
        return await copyText(treeMarkdown(this.from.place, this.tree), vscode.l10n.t("Copied."));
      case "show":
        return await showPlace(this.from.place, this.panel.viewColumn);
      case "setOptions":
        this.options = message.options;
        return;
      case "stop":
        return this.jobs.stop();
      default:
        message satisfies never;
    }
  }

  /** Messages about branches that are not there any more are not answered. */
  private withBranch<T>(id: number, act: (branch: Branch) => T): T | undefined {
    const branch = branchOf(this.tree, id);
    return branch && act(branch);
  }

  private async try(
    where: Pick<NewBranch, "parent" | "at">,
    {id, logprob}: Pick<ChosenToken, "id" | "logprob">
  ): Promise<void> {
    const known = knownAlternative(this.tree, where.parent, where.at, id);
    if (known !== undefined) return this.select(known.id);
    if (isFull(this.tree)) return this.sayFull();
    const before = where.parent === null ? [] : pathOf(this.tree, where.parent, where.at).ids;
    const described = await this.growth.described(before, {ids: Int32Array.of(id), logprobs: Float64Array.of(logprob)});
    const added = this.add([{...where, ...described, origin: {kind: "alternative"}, stop: null}])[0];
    if (added === undefined) return;
    this.select(added.id);
    this.jobs.add(this.restOf(added.id));
    this.grow(added.id);
  }

  private async tryInside(branch: number, at: number, id: number): Promise<void> {
    const {expected} = this;
    const chosen = expected?.branch === branch && expected.at === at && expected.top.find((one) => one.id === id);
    if (chosen && this.hasToken(branch, at)) await this.try({parent: branch, at}, chosen);
  }

  private async look(branch: number, at: number): Promise<void> {
    if (!this.hasToken(branch, at)) return;
    const before = pathOf(this.tree, branch, at).ids;
    const token = branchOf(this.tree, branch)?.ids[at] ?? 0;
    try {
      const top = await this.looking.run(undefined, (cancelled) =>
        this.growth.alternatives(before, token, {token: cancelled})
      );
      this.expected = {branch, at, top};
      this.view.post({type: "alternatives", branch, at, top});
    } catch (error) {
      if (!(error instanceof vscode.CancellationError)) this.say(this.host.errors.describe(error));
    }
  }

  private hasToken(branch: number, at: number): boolean {
    return at < (branchOf(this.tree, branch)?.ids.length ?? 0);
  }

  /** The greedy continuation, once, and samples. */
  private grow(id: number): void {
    if (isFull(this.tree)) {
      this.sayFull();
      return;
    }
    const {count, temperature, maxTokens} = this.options;
    const hasGreedy = this.tree.branches.some(({parent, origin}) => parent === id && origin.kind === "greedy");
    const greedy = {what: "greedy", temperature: 0, count: 1} as const;
    const sampled = {what: "sampled", temperature, count} as const;
    for (const {what, ...asked} of [...(hasGreedy ? [] : [greedy]), sampled])
      this.jobs.add({
        branch: id,
        what,
        run: async (asking) => {
          const branch = branchOf(this.tree, id);
          if (branch === undefined) return;
          const seed = nextSeed(this.tree, id, asked.temperature, this.options.seed);
          const path = pathOf(this.tree, id).ids;
          const written = await this.growth.continuations(path, {...asked, seed, maxTokens}, asking);
          this.add(written.map((one) => ({...one, parent: id, at: branch.ids.length})));
        }
      });
  }

  private restOf(id: number) {
    const run = async (asking: Asking): Promise<void> => {
      const rest = await this.growth.rest(pathOf(this.tree, id).ids, asking);
      this.change(id, {rest});
    };
    return {branch: id, what: "rest", run} as const;
  }

  private add(branches: readonly NewBranch[]): readonly Branch[] {
    // What they grow from may have been pruned meanwhile.
    const rooted = branches.filter(({parent}) => parent === null || branchOf(this.tree, parent) !== undefined);
    const before = this.tree;
    this.setTree(addBranches(before, rooted));
    if (this.tree.nextId - before.nextId < rooted.length) this.sayFull();
    return this.tree.branches.filter(({id}) => id >= before.nextId);
  }

  private prune(id: number): void {
    const {tree, pruned} = pruneBranch(this.tree, id);
    this.pruned = [...this.pruned, pruned].slice(-maxUndo);
    this.jobs.drop((branch) => pruned.some((one) => one.id === branch));
    this.setTree(tree);
  }

  private undo(): void {
    const pruned = this.pruned.pop();
    if (pruned === undefined) return;
    this.setTree(restoreBranches(this.tree, pruned));
    const first = pruned[0];
    if (first) this.select(first.id);
  }

  private change(id: number, change: Partial<Pick<Branch, "name" | "rest">>): void {
    this.setTree(changeBranch(this.tree, id, change));
  }

  private setTree(tree: BranchTree): void {
    this.tree = tree;
    this.notice = null;
    this.postTree();
  }

  private bringUpToDate(): void {
    const {place} = this.from;
    this.view.post({type: "place", place, options: this.options});
    this.postTree();
    this.view.post({type: "working", working: this.jobs.working});
    this.isListening = true;
    if (this.selecting !== null) this.select(this.selecting);
  }

  private select(branch: number): void {
    this.selecting = this.isListening ? null : branch;
    if (this.isListening) this.view.post({type: "select", branch});
  }

  private postTree(): void {
    this.view.post({type: "tree", tree: this.tree, canUndo: this.pruned.length > 0});
    this.view.post({type: "notice", message: this.notice});
  }

  private say(message: string): void {
    this.notice = message;
    this.view.post({type: "notice", message});
  }

  private sayFull(): void {
    this.say(vscode.l10n.t("This tree is as large as can be kept: delete branches, and ask again."));
  }

  private follow(changes: readonly vscode.TextDocumentContentChangeEvent[]): void {
    const {place} = this.from;
    const moved = movedRange(place, changes);
    if (moved.start === place.start && moved.end === place.end) return;
    this.from = {...this.from, place: moved};
    clearTimeout(this.moving);
    this.moving = setTimeout(() => this.view.post({type: "moved", start: moved.start, end: moved.end}), movedDelay);
  }
}
