import * as l10n from "@vscode/l10n";
import {html, nothing, render, type TemplateResult} from "lit";
import {
  type BranchOptions,
  type BranchPlace,
  type FromView,
  protocolVersion,
  type ToView,
  usualOptions,
  type ViewState,
  type Working
} from "../../src/features/branches/protocol";
import {type BranchRow, type BranchTree, branchOf, branchRows, noBranches} from "../../src/metrics/branchTree";
import {percent, percentText} from "../../src/text/numberText";
import {button, linkButton, progressBar} from "../ui/controls";
import type {VsCodeBridge} from "../ui/vscodeApi";
import {branchDetail, type DetailState} from "./branchDetail";
import {optionsBar} from "./optionsBar";
import {firstTokens, moreTokens} from "./restTable";
import {afterPruning, type TreeKey, treeKey} from "./treeKeys";
import {treeRows} from "./treeRows";

/** The whole view: what could stand in one place of a text, as a tree, and all about the selected branch. */
export class View {
  private place: BranchPlace | null = null;
  private options: BranchOptions = usualOptions;
  private tree: BranchTree = noBranches;
  private canUndo = false;
  private working: Working | null = null;
  private notice: string | null = null;
  private selected: number | null = null;
  private readonly closed = new Set<number>();
  private looking: DetailState["looking"] = null;
  private shownRest = firstTokens;

  constructor(
    private readonly bridge: VsCodeBridge<FromView, ToView, ViewState>,
    private readonly page: HTMLElement,
    private readonly status: HTMLElement
  ) {}

  /** Draws the saved state, and tells the host, which sends the rest. */
  start(): void {
    document.title = l10n.t("Branches");
    const state = this.bridge.load();
    if (state) {
      this.place = state.place;
      this.options = state.options;
      this.tree = state.tree;
      this.selected = state.selected;
      for (const id of state.closed) this.closed.add(id);
    }
    this.bridge.listen((message) => this.receive(message));
    document.addEventListener("keydown", (event) => this.undoKey(event));
    this.draw();
    this.bridge.post({type: "ready"});
  }

  private receive(message: ToView): void {
    switch (message.type) {
      case "place":
        this.place = message.place;
        this.options = message.options;
        break;
      case "moved":
        if (this.place) this.place = {...this.place, start: message.start, end: message.end};
        break;
      case "tree":
        this.setTree(message.tree);
        this.canUndo = message.canUndo;
        break;
      case "working":
        if (this.working && message.working === null) this.say(l10n.t("Done."));
        this.working = message.working;
        break;
      case "select":
        this.open(message.branch);
        this.choose(message.branch);
        break;
      case "notice":
        this.notice = message.message;
        break;
      case "alternatives":
        if (message.branch === this.selected && message.at === this.looking?.at)
          this.looking = {at: message.at, top: message.top};
        break;
      default:
        message satisfies never;
    }
    this.draw();
    this.save();
  }

  private get rows(): BranchRow[] {
    return branchRows(this.tree, this.isOpen);
  }

  private readonly isOpen = (id: number): boolean => !this.closed.has(id);

  /** A branch that is gone leaves the selection to the one beside it. */
  private setTree(tree: BranchTree): void {
    const before = this.rows;
    this.tree = tree;
    if (this.selected !== null && branchOf(tree, this.selected)) return;
    const next = this.selected === null ? null : afterPruning(before, this.selected);
    this.choose(next !== null && branchOf(tree, next) ? next : (tree.branches[0]?.id ?? null));
  }

  private choose(id: number | null): void {
    if (id === this.selected) return;
    this.selected = id;
    this.looking = null;
    this.shownRest = firstTokens;
  }

  /** Opens all that a branch grows from. */
  private open(id: number): void {
    for (
      let one = branchOf(this.tree, id)?.parent ?? null;
      one !== null;
      one = branchOf(this.tree, one)?.parent ?? null
    )
      this.closed.delete(one);
  }

  private draw(): void {
    const {place, page} = this;
    if (place === null) return;
    const hadFocus = document.activeElement?.closest(".tree") !== null && document.activeElement !== document.body;
    render(
      html`
        ${this.head(place)}
        ${optionsBar(this.options, (options) => {
          this.options = options;
          this.bridge.post({type: "setOptions", options});
          this.draw();
          this.save();
        })}
        ${this.progress()}
        ${this.notice === null ? nothing : html`<p class="notice" role="alert">${this.notice}</p>`}
        <div class="body">
          <div class="tree-side">${this.treeSide(place)}</div>
          ${this.detail(place)}
        </div>
      `,
      page
    );
    if (hadFocus) this.focusRow();
  }

  private head({title, token, model}: BranchPlace): TemplateResult {
    const {bridge} = this;
    const share = token.logprob === null ? "" : ` ${percent(token.logprob)}`;
    return html`<header>
      <div class="titles">
        <h1>${l10n.t("In place of '{0}'", token.label)}<span class="muted">${share}</span></h1>
        <p class="muted">${title} · ${model.name}</p>
      </div>
      <div class="links">
        ${linkButton({label: l10n.t("Show in Editor"), onClick: () => bridge.post({type: "show"})})}
        ${linkButton({label: l10n.t("Copy Tree as Markdown"), onClick: () => bridge.post({type: "copyTree"})})}
        ${this.canUndo ? linkButton({label: l10n.t("Undo Delete"), onClick: () => bridge.post({type: "undo"})}) : nothing}
      </div>
    </header>`;
  }

  private progress(): TemplateResult | typeof nothing {
    const {working} = this;
    if (working === null) return nothing;
    const label = workingText(working);
    return html`<div class="progress">
      <div class="progress-line">
        <span>${label}</span>
        <code class="written">${working.text}</code>
        ${button({label: l10n.t("Stop"), disabled: working.isStopping, onClick: () => this.bridge.post({type: "stop"})})}
      </div>
      ${progressBar(label, working.fraction)}
    </div>`;
  }

  private treeSide(place: BranchPlace): TemplateResult {
    const {tree, rows, selected, isOpen} = this;
    if (tree.branches.length === 0)
      return html`<p class="muted">${l10n.t("No branch is left: choose another word in the logprobs view, or undo.")}</p>`;
    return treeRows(
      {place, tree, rows, selected, isOpen},
      {
        select: (id) => this.selectRow(id),
        toggle: (id, open) => this.toggle(id, open),
        key: (event) => this.treeKey(event)
      }
    );
  }

  private detail(place: BranchPlace): TemplateResult | typeof nothing {
    const {bridge, tree, selected, looking, shownRest} = this;
    const branch = selected === null ? undefined : branchOf(tree, selected);
    if (branch === undefined) return nothing;
    const {id} = branch;
    return branchDetail(
      {place, tree, branch, looking, shownRest},
      {
        insert: (insertion) => bridge.post({type: "insert", branch: id, insertion}),
        more: () => bridge.post({type: "more", branch: id}),
        rest: () => bridge.post({type: "rest", branch: id}),
        copy: () => bridge.post({type: "copy", branch: id}),
        prune: () => bridge.post({type: "prune", branch: id}),
        rename: (name) => bridge.post({type: "rename", branch: id, name}),
        leave: () => this.focusRow(),
        look: (at) => this.look(id, at),
        tryIt: (at, other) => bridge.post({type: "try", branch: id, at, id: other}),
        moreRest: () => {
          this.shownRest += moreTokens;
          this.draw();
        }
      }
    );
  }

  /** A second time: closes what the model expected there. */
  private look(branch: number, at: number): void {
    if (this.looking?.at === at) {
      this.looking = null;
    } else {
      this.looking = {at, top: null};
      this.bridge.post({type: "alternatives", branch, at});
    }
    this.draw();
  }

  private selectRow(id: number): void {
    this.choose(id);
    this.draw();
    this.focusRow();
    this.save();
  }

  private toggle(id: number, open: boolean): void {
    if (open) this.closed.delete(id);
    else this.closed.add(id);
    // The selected row must not be hidden.
    if (!this.rows.some(({branch}) => branch.id === this.selected)) this.choose(id);
    this.draw();
    this.save();
  }

  private treeKey(event: KeyboardEvent): void {
    if (event.altKey || event.ctrlKey || event.metaKey || event.shiftKey) return;
    const key = treeKey(event.key, this.rows, this.selected, this.isOpen);
    if (key === null) return;
    event.preventDefault();
    this.doKey(key);
  }

  private doKey({does, branch}: TreeKey): void {
    if (does === "select") this.selectRow(branch);
    else if (does === "prune") this.bridge.post({type: "prune", branch});
    else if (does === "rename") this.focusOn<HTMLInputElement>(".name-field", (field) => field.select());
    else if (does === "enter") this.focusOn(".tokens [data-at]");
    else this.toggle(branch, does === "open");
  }

  private undoKey(event: KeyboardEvent): void {
    const isUndo =
      event.key.toLowerCase() === "z" && event.ctrlKey !== event.metaKey && !event.shiftKey && !event.altKey;
    if (!isUndo || event.target instanceof HTMLInputElement || !this.canUndo) return;
    event.preventDefault();
    this.bridge.post({type: "undo"});
  }

  private focusRow(): void {
    this.focusOn('[role="treeitem"][aria-selected="true"]');
  }

  private focusOn<One extends HTMLElement>(css: string, then: (element: One) => void = () => undefined): void {
    const element = this.page.querySelector<One>(css);
    if (element === null) return;
    element.focus();
    then(element);
  }

  private say(sentence: string): void {
    this.status.textContent = sentence;
  }

  private save(): void {
    const {place, options, tree, selected} = this;
    if (place === null) return;
    const ids = new Set(tree.branches.map(({id}) => id));
    const closed = [...this.closed].filter((id) => ids.has(id));
    this.bridge.save({version: protocolVersion, place, options, tree, selected, closed});
  }
}

function workingText({what, fraction, isStopping}: Working): string {
  if (isStopping) return l10n.t("Stopping…");
  if (what === "load")
    return fraction === null || fraction >= 1
      ? l10n.t("Loading the model…")
      : l10n.t("Loading the model: {0}", percentText(String(Math.floor(fraction * 100))));
  if (what === "rest") return l10n.t("Scoring the rest of your text…");
  return what === "greedy" ? l10n.t("Writing the greedy continuation…") : l10n.t("Writing samples…");
}
