import * as l10n from "@vscode/l10n";
import {html, nothing, render, type TemplateResult} from "lit";
import {ref} from "lit/directives/ref.js";
import type {ConstraintResult, FromView, ToView} from "../../src/features/constraints/protocol";
import {visibleText} from "../../src/text/visibleText";
import {roveOnce} from "../ui/roving";
import type {VsCodeBridge} from "../ui/vscodeApi";
import {card} from "./card";
import {tokenButton} from "./token";
import {totals} from "./totals";

/** The whole view: sums, the text token by token, and the card of the token that has the focus. */
export class View {
  private result: ConstraintResult | undefined;
  private selected = 0;

  constructor(
    private readonly bridge: VsCodeBridge<FromView, ToView, {readonly version: 1}>,
    private readonly place: HTMLElement
  ) {}

  start(): void {
    this.bridge.listen((message) => {
      if (message.type !== "show") return;
      this.result = message.result;
      this.selected = message.result.constrained.leavesAt ?? 0;
      this.draw(message.result);
    });
    this.bridge.post({type: "ready"});
  }

  private draw(result: ConstraintResult): void {
    const {title, constraint, model, warnings} = result;
    render(
      html`
        <header>
          <h1>${l10n.t("{0} under {1}", title, constraint)}</h1>
          <p class="muted">${visibleText(model)}</p>
        </header>
        ${totals(result)}
        ${warnings.map((warning) => html`<p class="note">${warning}</p>`)}
        <ul class="legend muted">
          <li><span class="sample content"></span>${l10n.t("above: content, what the text itself says")}</li>
          <li><span class="sample decided"></span>${l10n.t("below: decided by the grammar")}</li>
          <li><span class="unwanted">${l10n.t("the model wanted to leave the grammar")}</span></li>
        </ul>
        ${this.text(result)}
        <div class="card" aria-live="polite">${card(result, this.selected)}</div>
      `,
      this.place
    );
  }

  private text(result: ConstraintResult): TemplateResult {
    const {texts, total} = result;
    const select = (token: number) => {
      if (token === this.selected || this.result === undefined) return;
      this.selected = token;
      this.draw(this.result);
    };
    return html`
      <div class="text" role="toolbar" aria-label=${l10n.t("Tokens of the text")} ${ref(roveOnce)}>${texts.map(
        (_, token) => tokenButton(result, token, {isSelected: token === this.selected, onSelect: () => select(token)})
      )}</div>
      ${
        texts.length < total
          ? html`<p class="muted">${l10n.t("The first {0} of {1} tokens are shown.", texts.length, total)}</p>`
          : nothing
      }
    `;
  }
}
