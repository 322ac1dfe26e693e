import * as l10n from "@vscode/l10n";
import {html, nothing, render, type TemplateResult} from "lit";
import {
  type Comparison,
  type FromView,
  protocolVersion,
  type ToView,
  type ViewState
} from "../../src/features/compareTokenizers/protocol";
import {button} from "../ui/controls";
import type {VsCodeBridge} from "../ui/vscodeApi";
import {cutLines, firstLines, moreLines} from "./lines";
import {tokenizerTable} from "./table";

/** The whole view: the table of tokenizers, and under it how they cut each line. */
export class View {
  private message: ToView | undefined;
  private onlyDiffering = true;
  private limit = firstLines;

  constructor(
    private readonly bridge: VsCodeBridge<FromView, ToView, ViewState>,
    private readonly place: HTMLElement
  ) {}

  start(): void {
    this.bridge.listen((message) => {
      this.message = message;
      this.limit = firstLines;
      this.bridge.save({version: protocolVersion, source: message.source});
      this.draw();
    });
    this.bridge.post({type: "ready"});
  }

  private draw(): void {
    const {message} = this;
    if (message === undefined) return;
    render(
      html`
        <header>
          <div class="titles">
            <h1>${l10n.t("Tokenizers")}</h1>
            <p class="muted">${message.source.title}</p>
          </div>
          <div class="buttons">${this.buttons(message)}</div>
        </header>
        ${this.content(message)}
      `,
      this.place
    );
  }

  private buttons({type}: ToView): readonly TemplateResult[] {
    const post = (message: FromView["type"]) => () => this.bridge.post({type: message});
    return [
      button({label: l10n.t("Choose Tokenizers…"), onClick: post("chooseTokenizers"), primary: true}),
      button({label: l10n.t("Compare Again"), onClick: post("compareAgain")}),
      ...(type === "show" ? [button({label: l10n.t("Copy as Markdown"), onClick: post("copy")})] : [])
    ];
  }

  private content(message: ToView): TemplateResult | typeof nothing {
    switch (message.type) {
      case "idle":
        return html`<p class="state">${l10n.t("Nothing has been compared since the window was opened, or it was cancelled.")}</p>`;
      case "failed":
        return html`<p class="state" role="alert">${message.message}</p>`;
      case "show":
        return html`${tokenizerTable(message.comparison)}${this.lines(message.comparison)}`;
      default:
        return message satisfies never;
    }
  }

  private lines(comparison: Comparison): TemplateResult | typeof nothing {
    if (comparison.lines === null) return nothing;
    const {onlyDiffering, limit} = this;
    return cutLines(comparison, comparison.lines, {
      onlyDiffering,
      limit,
      onOnlyDiffering: (only) => {
        this.onlyDiffering = only;
        this.limit = firstLines;
        this.draw();
      },
      onMore: () => {
        this.limit += moreLines;
        this.draw();
      }
    });
  }
}
