import * as l10n from "@vscode/l10n";
import {html, nothing, type TemplateResult} from "lit";
import type {RoleToken} from "../../src/contract/vocabulary";
import type {CopiedForm, TokenRow} from "../../src/features/tokenizer/protocol";
import {count, decimal, plural} from "../../src/text/numberText";
import {linkButton} from "../ui/controls";
import type {Rows} from "./rows";
import {kindText, roleNames} from "./words";

export interface DetailsActions {
  readonly goTo: (id: number) => void;
  readonly copy: (id: number, as: CopiedForm) => void;
}

/** All about the selected token. */
export function details(
  id: number | null,
  rows: Rows,
  special: readonly RoleToken[],
  actions: DetailsActions
): TemplateResult {
  const row = id === null ? undefined : rows.get(id);
  return html`<section class="details" aria-label=${l10n.t("Token")}>
    ${row === undefined ? html`<p class="muted">${id === null ? l10n.t("Select a token to see all about it.") : "…"}</p>` : known(row, rows, special, actions)}
  </section>`;
}

function known(row: TokenRow, rows: Rows, special: readonly RoleToken[], actions: DetailsActions): TemplateResult {
  const {id, label, written, hex, bytes, kind, score, merge} = row;
  const roles = special.filter((one) => one.id === id).map(({role}) => roleNames[role]);
  return html`
    <p class="token-name"><code>${label}</code></p>
    <dl class="facts">
      ${fact(l10n.t("Id"), html`${id}`)}
      ${fact(l10n.t("Kind"), html`${[kindText(kind), ...roles].join(" · ")}`)}
      ${fact(plural(bytes, "byte"), html`<code>${hex}</code>`)}
      ${written === null ? nothing : fact(l10n.t("In the vocabulary"), html`<code>${written}</code>`)}
      ${
        merge === null
          ? nothing
          : fact(
              l10n.t("Merge {0}", count(merge.rank)),
              html`${part(merge.left, rows, actions)} + ${part(merge.right, rows, actions)}`
            )
      }
      ${score === null ? nothing : fact(l10n.t("Score"), html`${score < 0 ? "−" : ""}${decimal(Math.abs(score), Number.isInteger(score) ? 0 : 4)}`)}
    </dl>
    <p class="copies">
      <span class="muted">${l10n.t("Copy:")}</span>
      ${linkButton({label: l10n.t("Id"), spoken: l10n.t("Copy the id"), onClick: () => actions.copy(id, "id")})}
      ${linkButton({label: l10n.t("Text"), spoken: l10n.t("Copy the text"), onClick: () => actions.copy(id, "text")})}
      ${linkButton({label: "JSON", spoken: l10n.t("Copy the text as JSON"), onClick: () => actions.copy(id, "json")})}
    </p>
  `;
}

function part(id: number, rows: Rows, {goTo}: DetailsActions): TemplateResult {
  const label = rows.get(id)?.label ?? `#${id}`;
  return linkButton({
    label: html`<code>${label}</code>`,
    spoken: l10n.t("Go to {0}, id {1}", label, id),
    onClick: () => goTo(id)
  });
}

function fact(name: string, value: TemplateResult): TemplateResult {
  return html`<div>
    <dt>${name}</dt>
    <dd>${value}</dd>
  </div>`;
}
