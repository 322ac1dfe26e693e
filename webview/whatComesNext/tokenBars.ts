import * as l10n from "@vscode/l10n";
import {html, nothing, type TemplateResult} from "lit";
import type {NextRow, ShownNext} from "../../src/features/whatComesNext/protocol";
import {count, decimal, percent} from "../../src/text/numberText";
import {cssVariable} from "../ui/cssVariable";
import {samplerTable} from "./parameters";

export interface BarActions {
  readonly select: (row: number) => void;
  readonly insert: (row: number) => void;
}

/** What the bars and columns are. */
export function barLegend({stages, draws}: ShownNext): TemplateResult {
  return html`<div class="bar-head muted ${columns(stages.length > 0, draws !== null)}" aria-hidden="true">
    <span class="rank"></span>
    <span>${l10n.t("token")}</span>
    <span class="keys">
      ${
        stages.length === 0
          ? html`<span><span class="swatch after"></span>${l10n.t("probability")}</span>`
          : html`<span><span class="swatch before"></span>${l10n.t("before")}</span>
            <span><span class="swatch after"></span>${l10n.t("after")}</span>`
      }
      ${draws === null ? nothing : html`<span><span class="swatch drawn"></span>${l10n.t("drawn")}</span>`}
    </span>
    <span class="share before-share">${stages.length === 0 ? nothing : l10n.t("before")}</span>
    ${stages.length === 0 ? nothing : html`<span class="share">${l10n.t("after")}</span>`}
    ${draws === null ? nothing : html`<span class="share drawn-share">${l10n.t("drawn")}</span>`}
  </div>`;
}

/** The tokens, most probable first, and all others as one row. */
export function tokenBars(
  next: ShownNext,
  selected: number,
  actions: BarActions,
  key: (event: KeyboardEvent) => void
): TemplateResult {
  const {rows, rest, stages, draws} = next;
  const hasAfter = stages.length > 0;
  const drawn = draws?.count ?? null;
  return html`<div
    class="list ${columns(hasAfter, drawn !== null)}"
    role="listbox"
    tabindex="0"
    aria-label=${l10n.t("What the model would write next")}
    aria-activedescendant=${rows.length === 0 ? nothing : `row-${selected}`}
    @keydown=${key}
  >
    ${rows.map((row, index) => tokenRow(row, index, {isSelected: index === selected, hasAfter, drawn}, actions))}
    ${restRow(rest, {hasAfter, drawn})}
  </div>`;
}

interface RowState {
  readonly isSelected: boolean;
  readonly hasAfter: boolean;
  /** How many were drawn in all; null: nothing. */
  readonly drawn: number | null;
}

function tokenRow(row: NextRow, index: number, state: RowState, {select, insert}: BarActions): TemplateResult {
  const {id, label, logprob, after, cutBy} = row;
  const {isSelected, hasAfter, drawn} = state;
  const cut = cutBy === undefined ? null : l10n.t("taken away by {0}", samplerTable[cutBy].name());
  const title = [l10n.t("id {0}. A click inserts it at the cursor.", id), cut, expectedText(row, drawn)];
  return html`<div
    role="option"
    id="row-${index}"
    class="row ${isSelected ? "selected" : ""} ${cut === null ? "" : "cut"}"
    aria-selected=${isSelected}
    aria-label=${spoken(row, index, state, cut)}
    title=${title.filter(Boolean).join("\n")}
    @click=${() => select(index)}
  >
    <span class="rank">${count(index + 1)}</span>
    <span class="name"><code @click=${() => insert(index)}>${label}</code></span>
    ${track(Math.exp(logprob), after, row.drawn, state)}
    <span class="share before-share">${percent(logprob)}</span>
    ${hasAfter ? html`<span class="share">${percent(Math.log(after))}</span>` : nothing}
    ${drawn === null ? nothing : html`<span class="share drawn-share">${count(row.drawn ?? 0)}</span>`}
  </div>`;
}

function restRow(rest: ShownNext["rest"], state: Omit<RowState, "isSelected">): TemplateResult {
  const {hasAfter, drawn} = state;
  const before = percent(Math.log(rest.probability));
  const after = percent(Math.log(rest.after));
  const others = l10n.t("{0} others", count(rest.tokens));
  const says = hasAfter
    ? l10n.t("All {0} other tokens together: before {1}, after {2}", count(rest.tokens), before, after)
    : l10n.t("All {0} other tokens together: {1}", count(rest.tokens), before);
  return html`<div role="option" aria-selected="false" aria-disabled="true" class="row rest" aria-label=${says} title=${says}>
    <span class="rank"></span>
    <span class="name">${others}</span>
    ${track(rest.probability, rest.after, rest.drawn, state)}
    <span class="share before-share">${before}</span>
    ${hasAfter ? html`<span class="share">${after}</span>` : nothing}
    ${drawn === null ? nothing : html`<span class="share drawn-share">${count(rest.drawn ?? 0)}</span>`}
  </div>`;
}

function track(
  before: number,
  after: number,
  drawn: number | undefined,
  {hasAfter, drawn: of}: Omit<RowState, "isSelected">
): TemplateResult {
  return html`<span class="track">
    ${hasAfter ? html`<span class="before-bar" ${cssVariable("--share", before)}></span>` : nothing}
    <span class="after-bar" ${cssVariable("--share", after)}></span>
    ${of === null ? nothing : html`<span class="drawn-mark" ${cssVariable("--share", (drawn ?? 0) / of)}></span>`}
  </span>`;
}

function spoken(row: NextRow, index: number, {hasAfter, drawn}: RowState, cut: string | null): string {
  const {label, logprob, after} = row;
  const first = hasAfter
    ? l10n.t("{0}. '{1}', before {2}, after {3}", count(index + 1), label, percent(logprob), percent(Math.log(after)))
    : l10n.t("{0}. '{1}', {2}", count(index + 1), label, percent(logprob));
  return [first, cut, drawn === null ? null : expectedText(row, drawn)].filter(Boolean).join(", ");
}

function expectedText({after, drawn}: NextRow, of: number | null): string | null {
  if (of === null) return null;
  const expected = after * of;
  return l10n.t(
    "drawn {0} of {1}, expected {2}",
    count(drawn ?? 0),
    count(of),
    decimal(expected, expected < 10 ? 1 : 0)
  );
}

function columns(hasAfter: boolean, isDrawn: boolean): string {
  return `${hasAfter ? "has-after" : "plain"} ${isDrawn ? "has-draws" : ""}`;
}
