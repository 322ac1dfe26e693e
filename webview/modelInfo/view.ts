import * as l10n from "@vscode/l10n";
import {html, nothing, render, type TemplateResult} from "lit";
import {
  type FromView,
  type Memory,
  type MemoryNow,
  type ModelPage,
  type ModelSource,
  protocolVersion,
  type ToView,
  type Uses,
  type ViewState
} from "../../src/features/modelInfo/protocol";
import type {VsCodeBridge} from "../ui/vscodeApi";
import {factList, tokenTable} from "./facts";
import {groupTable} from "./groups";
import {type Actions, chatTemplate, failure, heading, reading} from "./heading";
import {memoryChart, memoryNow} from "./memory";
import {readPiece} from "./readPiece";
import {
  type Expanded,
  firstRows,
  metadataTable,
  moreRows,
  type TableActions,
  type TableState,
  tensorTable
} from "./tables";

/** Frames in which a saved scroll position is tried. */
const maxFrames = 30;

/** Milliseconds without a change before filters and scroll position are saved. */
const saveDelay = 250;

type Table = "metadata" | "tensors";

/** What the page shows now. */
type Content =
  | {readonly type: "none"}
  | {readonly type: "reading"}
  | {readonly type: "failed"; readonly message: string; readonly canCopy: boolean}
  | {readonly type: "model"; readonly page: ModelPage};

/** The whole view: draws the host's model, and asks for values that the user opens. */
export class View {
  private readonly actions: Actions;
  private content: Content = {type: "none"};
  private source: ModelSource | null = null;
  private uses: Uses = {measures: false, completes: false};
  private memory: MemoryNow | null = null;
  private free: Memory | null = null;
  private tables: Record<Table, TableState>;
  private readonly expanded = new Map<string, {text: string; cut: boolean} | null>();
  /** The saved scroll position; null once it is restored. */
  private scroll: number | null;
  private saving: ReturnType<typeof setTimeout> | undefined;

  constructor(
    private readonly bridge: VsCodeBridge<FromView, ToView, ViewState>,
    private readonly place: HTMLElement
  ) {
    const state = bridge.load();
    this.scroll = state?.scroll ?? null;
    this.tables = {
      metadata: {filter: state?.filters.metadata ?? "", limit: firstRows},
      tensors: {filter: state?.filters.tensors ?? "", limit: firstRows}
    };
    this.actions = {
      useModel: () => bridge.post({type: "useModel"}),
      download: () => bridge.post({type: "download"}),
      reveal: () => bridge.post({type: "reveal"}),
      copyJson: () => bridge.post({type: "copyJson"}),
      readAgain: () => bridge.post({type: "readAgain"}),
      saveCopy: () => bridge.post({type: "saveCopy"})
    };
  }

  start(): void {
    addEventListener("scroll", () => this.saveSoon(), {passive: true});
    this.bridge.listen((message) => this.receive(message));
    this.bridge.post({type: "ready"});
  }

  private receive(message: ToView): void {
    switch (message.type) {
      case "readPiece":
        void readPiece(message).then((answer) => this.bridge.post(answer));
        return;
      case "reading":
        this.source = message.source;
        // While a model is read again, its old page stays.
        if (this.content.type !== "model") this.content = {type: "reading"};
        break;
      case "show":
        this.show(message);
        break;
      case "failed":
        this.source = message.source;
        this.content = message;
        this.saveSoon();
        break;
      case "uses":
        this.uses = message.uses;
        break;
      case "free":
        this.free = message.free;
        break;
      case "memory":
        this.memory = message.memory;
        break;
      case "value":
        if (this.expanded.has(message.key)) this.expanded.set(message.key, {text: message.text, cut: message.cut});
        break;
      default:
        message satisfies never;
    }
    this.draw();
    if (message.type === "show") this.shown();
  }

  private show({source, page, uses}: Extract<ToView, {type: "show"}>): void {
    this.source = source;
    this.uses = uses;
    // Values that were open may have changed.
    this.expanded.clear();
    this.content = {type: "model", page};
  }

  private shown(): void {
    const {scroll} = this;
    this.scroll = null;
    if (scroll !== null) restoreScroll(scroll, maxFrames);
    this.save();
  }

  private draw(): void {
    render(this.template(), this.place);
  }

  private template(): TemplateResult | typeof nothing {
    const {content, source} = this;
    if (source === null) return nothing;
    switch (content.type) {
      case "none":
        return nothing;
      case "reading":
        return reading(source);
      case "failed":
        return failure(source, content.message, content.canCopy, this.actions);
      case "model":
        return this.model(content.page);
      default:
        return content satisfies never;
    }
  }

  private model(page: ModelPage): TemplateResult {
    const {details, groups, memory, kvCache, metadata, tensors} = page;
    return html`
      ${heading(page, this.uses, this.actions)}
      ${page.facts === null ? nothing : section("facts", l10n.t("Model"), factList(page))}
      ${groups.length === 0 ? nothing : section("groups", l10n.t("Quantization"), groupTable(groups))}
      ${
        memory.length === 0 && this.memory === null
          ? nothing
          : section(
              "memory",
              l10n.t("Memory by context length"),
              html`${memoryNow(this.memory)}${memory.length === 0 ? nothing : memoryChart(memory, kvCache, this.memory, this.free)}`
            )
      }
      ${
        details === null || details.specialTokens.length + details.infillTokens.length === 0
          ? nothing
          : section(
              "tokens",
              l10n.t("Special tokens"),
              html`<div class="columns">
                ${tokenTable(l10n.t("For texts"), details.specialTokens)}
                ${tokenTable(l10n.t("For filling in the middle"), details.infillTokens)}
              </div>`
            )
      }
      ${details?.chatTemplates.map((template) => chatTemplate(template, (key) => this.bridge.post({type: "copyValue", key}))) ?? nothing}
      ${
        metadata.total === 0
          ? nothing
          : section(
              "metadata",
              l10n.t("Metadata"),
              metadataTable(metadata, this.tables.metadata, this.expanded as Expanded, {
                ...this.tableActions("metadata"),
                expand: (key) => this.expand(key),
                collapse: (key) => this.collapse(key),
                copy: (key) => this.bridge.post({type: "copyValue", key})
              })
            )
      }
      ${
        tensors.total === 0
          ? nothing
          : section(
              "tensors",
              l10n.t("Tensors"),
              tensorTable(tensors, this.tables.tensors, this.tableActions("tensors"))
            )
      }
    `;
  }

  private tableActions(table: Table): TableActions {
    return {
      filter: (filter) => {
        this.tables = {...this.tables, [table]: {filter, limit: firstRows}};
        this.draw();
        this.saveSoon();
      },
      more: () => {
        const {filter, limit} = this.tables[table];
        this.tables = {...this.tables, [table]: {filter, limit: limit + moreRows}};
        this.draw();
      }
    };
  }

  private expand(key: string): void {
    this.expanded.set(key, null);
    this.bridge.post({type: "value", key});
    this.draw();
  }

  private collapse(key: string): void {
    this.expanded.delete(key);
    this.draw();
  }

  private saveSoon(): void {
    clearTimeout(this.saving);
    this.saving = setTimeout(() => this.save(), saveDelay);
  }

  private save(): void {
    if (this.source === null) return;
    const {metadata, tensors} = this.tables;
    this.bridge.save({
      version: protocolVersion,
      uri: this.source.uri,
      filters: {metadata: metadata.filter, tensors: tensors.filter},
      scroll: document.scrollingElement?.scrollTop ?? 0
    });
  }
}

function section(id: string, title: string, content: TemplateResult | typeof nothing): TemplateResult {
  return html`<section aria-labelledby="${id}-title">
    <h2 id="${id}-title">${title}</h2>
    ${content}
  </section>`;
}

/** The page may not have its height yet: then it is tried again with the next frames. */
function restoreScroll(top: number, frames: number): void {
  scrollTo({top});
  const reached = document.scrollingElement?.scrollTop ?? top;
  if (reached < top && frames > 0) requestAnimationFrame(() => restoreScroll(top, frames - 1));
}
