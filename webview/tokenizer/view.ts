import * as l10n from "@vscode/l10n";
import {html, nothing, render, type TemplateResult} from "lit";
import {tokenKinds} from "../../src/contract/tokenInfo";
import {
  type FromView,
  maxQueryLength,
  maxScratchLength,
  protocolVersion,
  type Query,
  type Scratch,
  type ShownModel,
  type ToView,
  type ViewState
} from "../../src/features/tokenizer/protocol";
import type {VsCodeBridge} from "../ui/vscodeApi";
import {details} from "./details";
import {failure, head, loading} from "./head";
import {Rows} from "./rows";
import {type Cut, maxChips, scratchPad} from "./scratch";
import {everything, searchBar} from "./searchBar";
import {countText, TokenList} from "./tokenList";

/** Milliseconds without a change before the state is saved. */
const saveDelay = 250;

type Content = {readonly type: "none"} | Extract<ToView, {type: "loading" | "show" | "failed"}>;

/** The whole view: shows the host's vocabulary, and asks for what the user looks for. */
export class View {
  private readonly list: TokenList;
  private readonly rows: Rows;
  private content: Content = {type: "none"};
  private query: Query;
  private scratch: Scratch;
  private selected: number | null;
  private factsOpen: boolean;
  /** The saved scroll position; null once it is restored. */
  private scroll: number | null;
  private cut: Cut | null = null;
  /** The name of the model whose vocabulary was shown last. */
  private shown: string | null = null;
  /** Why there is no result. */
  private problem: string | null = null;
  private hasResult = false;
  private saving: ReturnType<typeof setTimeout> | undefined;

  constructor(
    private readonly bridge: VsCodeBridge<FromView, ToView, ViewState>,
    private readonly place: HTMLElement
  ) {
    const state = bridge.load();
    this.query = state?.query ?? everything;
    this.scratch = state?.scratch ?? {text: "", special: false};
    this.selected = state?.selected ?? null;
    this.factsOpen = state?.factsOpen ?? false;
    this.scroll = state?.scroll ?? null;
    this.rows = new Rows(
      (ids) => bridge.post({type: "rows", ids}),
      () => this.wanted()
    );
    this.list = new TokenList(this.rows, {
      onSelect: (id) => this.select(id),
      onCopy: (id) => bridge.post({type: "copy", id, as: "text"}),
      onMove: () => {
        this.rows.fetch();
        this.saveSoon();
      }
    });
  }

  start(): void {
    this.bridge.listen((message) => this.receive(message));
    this.bridge.post({type: "ready"});
  }

  private receive(message: ToView): void {
    switch (message.type) {
      case "loading":
      case "failed":
        this.content = message;
        break;
      case "show":
        this.show(message);
        break;
      case "found":
        this.found(message.ids);
        break;
      case "noSearch":
        this.problem = message.message;
        this.list.show(new Int32Array(), null, null);
        break;
      case "rows":
        this.rows.add(message.rows);
        this.list.draw();
        this.rows.fetch();
        break;
      case "tokens":
        this.cut = message;
        break;
      case "noTokens":
        this.cut = {type: "failed", message: message.message};
        break;
      default:
        message satisfies never;
    }
    this.draw();
    if (message.type === "show") this.save();
    if (message.type === "tokens") this.rows.fetch();
  }

  /** Another vocabulary, or the same in a page that was loaded again: everything is asked for anew. */
  private show(content: Extract<ToView, {type: "show"}>): void {
    if (this.shown !== null && this.shown !== content.model.name) this.selected = null;
    this.shown = content.model.name;
    this.content = content;
    this.rows.clear();
    this.cut = null;
    this.search();
    if (this.scratch.text !== "") this.bridge.post({type: "tokenize", scratch: this.scratch});
  }

  private search(): void {
    this.bridge.post({type: "search", query: this.query});
  }

  private found(ids: Int32Array): void {
    this.problem = null;
    this.hasResult = true;
    // The list gets its height with the page.
    this.draw();
    this.list.show(ids, this.selected, this.scroll);
    this.scroll = null;
    this.rows.fetch();
  }

  /** Whose details are needed, the most urgent first. */
  private *wanted(): Generator<number> {
    const {selected} = this;
    if (selected !== null) {
      yield selected;
      const merge = this.rows.get(selected)?.merge;
      if (merge) yield* [merge.left, merge.right];
    }
    if (this.cut?.type === "tokens") {
      const special = this.content.type === "show" ? this.content.facts.special : [];
      yield* special.filter(({role}) => role === "bos" || role === "eos").map(({id}) => id);
    }
    yield* this.list.wanted();
    if (this.cut?.type === "tokens") yield* this.cut.ids.subarray(0, maxChips);
  }

  private select(id: number): void {
    this.selected = id;
    this.rows.fetch();
    this.draw();
    this.saveSoon();
  }

  /** Shows a token in the list; in all tokens, if the search hasn't found it. */
  private goTo(id: number): void {
    this.select(id);
    if (this.list.select(id)) return;
    this.change({...this.query, query: "", kinds: tokenKinds});
  }

  private change(query: Query): void {
    this.query = {...query, query: query.query.slice(0, maxQueryLength)};
    this.search();
    this.draw();
    this.saveSoon();
  }

  private tryText(scratch: Scratch): void {
    this.scratch = {...scratch, text: scratch.text.slice(0, maxScratchLength)};
    this.bridge.post({type: "tokenize", scratch: this.scratch});
    this.draw();
    this.saveSoon();
  }

  private draw(): void {
    render(this.template(), this.place);
  }

  private template(): TemplateResult | typeof nothing {
    const {content} = this;
    switch (content.type) {
      case "none":
        return nothing;
      case "loading":
        return loading(content.model);
      case "failed":
        return failure(content.model, content.message, () => this.bridge.post({type: "tryAgain"}));
      case "show":
        return this.vocabulary(content);
      default:
        return content satisfies never;
    }
  }

  private vocabulary({model, facts}: Extract<ToView, {type: "show"}>): TemplateResult {
    const goTo = (id: number) => this.goTo(id);
    const {rows, selected} = this;
    return html`
      ${head(model, facts, this.factsOpen, {goTo, toggle: (open) => this.toggle(open)})}
      <div class="columns">
        <div class="listing">
          ${searchBar(this.query, this.status(facts.size), (query) => this.change(query))}
          ${this.list.element} ${this.instead(facts.size)}
        </div>
        <aside>
          ${details(selected, rows, facts.special, {goTo, copy: (id, as) => this.bridge.post({type: "copy", id, as})})}
          ${scratchPad(this.scratch, this.cut, {facts, rows, selected}, {goTo, change: (scratch) => this.tryText(scratch)})}
        </aside>
      </div>
    `;
  }

  private status(size: number): TemplateResult {
    const text = this.hasResult && this.problem === null ? countText(this.list.length, size) : "";
    return html`<span class="muted found" role="status">${text}</span>`;
  }

  /** What stands in the list's place if it is empty. */
  private instead(size: number): TemplateResult | typeof nothing {
    if (this.problem !== null) return html`<p class="instead" role="alert">${this.problem}</p>`;
    if (!this.hasResult || this.list.length > 0) return nothing;
    const text = size === 0 ? l10n.t("This model has no vocabulary.") : l10n.t("No token matches.");
    return html`<p class="instead muted">${text}</p>`;
  }

  private toggle(open: boolean): void {
    this.factsOpen = open;
    this.saveSoon();
  }

  private saveSoon(): void {
    clearTimeout(this.saving);
    this.saving = setTimeout(() => this.save(), saveDelay);
  }

  private save(): void {
    const model: ShownModel | null = this.content.type === "none" ? null : this.content.model;
    if (model === null) return;
    const {query, selected, scratch, factsOpen} = this;
    const scroll = this.scroll ?? this.list.scroll;
    this.bridge.save({version: protocolVersion, file: model.file, query, selected, scroll, scratch, factsOpen});
  }
}
