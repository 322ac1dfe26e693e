import * as l10n from "@vscode/l10n";
import {html, nothing, render, type TemplateResult} from "lit";
import {
  type FromView,
  protocolVersion,
  type Report,
  type ToView,
  type ViewState
} from "../../src/features/promptTests/protocol";
import {button, progressBar} from "../ui/controls";
import type {VsCodeBridge} from "../ui/vscodeApi";
import type {Sorting} from "./sorting";
import {sortableTable} from "./table";

/** The whole view: what was asked, and the tables of what came of it. */
export class View {
  private message: ToView | undefined;
  /** How each table is sorted; one that is missing is as it came. */
  private readonly sortings = new Map<number, Sorting>();

  constructor(
    private readonly bridge: VsCodeBridge<FromView, ToView, ViewState>,
    private readonly place: HTMLElement
  ) {}

  start(): void {
    this.bridge.listen((message) => {
      if (message.source.kind !== this.message?.source.kind) this.sortings.clear();
      this.message = message;
      this.bridge.save({version: protocolVersion, source: message.source});
      this.draw();
    });
    this.bridge.post({type: "ready"});
  }

  private draw(): void {
    const {message} = this;
    if (message === undefined) return;
    const {kind} = message.source;
    render(
      html`
        <header>
          <div class="titles">
            <h1>${kind === "prompts" ? l10n.t("Prompts") : l10n.t("Consistency of Answers")}</h1>
          </div>
          <div class="buttons">${this.buttons(message)}</div>
        </header>
        <div role="status">${stageText(message)}</div>
        ${message.report === null ? nothing : this.report(message.report)}
      `,
      this.place
    );
  }

  private buttons({type, source, report}: ToView): readonly TemplateResult[] {
    const post = (asked: Exclude<FromView, {readonly table: number}>["type"]) => () => this.bridge.post({type: asked});
    const copies = [
      button({label: l10n.t("Copy as Markdown"), onClick: post("copyMarkdown")}),
      button({label: l10n.t("Copy as JSON"), onClick: post("copyJson")})
    ];
    const change = source.kind === "prompts" ? l10n.t("Choose Prompts…") : l10n.t("Change Settings…");
    return [
      type === "running"
        ? button({label: l10n.t("Cancel"), onClick: post("cancel")})
        : button({label: l10n.t("Run Again"), onClick: post("runAgain"), primary: true}),
      button({label: change, onClick: post("change")}),
      ...(report === null ? [] : copies)
    ];
  }

  private report({facts, notes, tables}: Report): TemplateResult {
    return html`
      <dl class="facts">
        ${facts.map(([label, text]) => html`<div><dt>${label}</dt><dd>${text}</dd></div>`)}
      </dl>
      ${notes.map((note) => html`<p class="note">${note}</p>`)}
      ${tables.map((table, index) =>
        sortableTable(table, {
          sorting: this.sortings.get(index) ?? null,
          onSort: (sorting) => {
            this.sortings.set(index, sorting);
            this.draw();
          },
          onOpen: (row) => this.bridge.post({type: "open", table: index, row}),
          onCopy: () => this.bridge.post({type: "copyCsv", table: index})
        })
      )}
    `;
  }
}

function stageText(message: ToView): TemplateResult | typeof nothing {
  switch (message.type) {
    case "idle":
      return html`<p class="stage">${l10n.t("Nothing has been tested since the window was opened. Run Again tests the texts as they are now.")}</p>`;
    case "running":
      return html`<p class="stage">${progressBar(l10n.t("Testing"), null)}${message.message}</p>`;
    case "cancelled":
      return html`<p class="stage">${l10n.t("Cancelled: the numbers are of what was done until then.")}</p>`;
    case "failed":
      return html`<p class="stage failed" role="alert">${message.message}</p>`;
    case "done":
      return nothing;
    default:
      return message satisfies never;
  }
}
