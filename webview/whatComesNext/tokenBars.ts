import * as l10n from "@vscode/l10n";
import {html, nothing, type TemplateResult} from "lit";
import type {NextRow, ShownNext} from "../../src/features/whatComesNext/protocol";
import {samplerLabels} from "../../src/sampling/copySettings";
import {count, decimal, percent} from "../../src/text/numberText";
import {cssVariable} from "../ui/cssVariable";

export interface BarActions {
  readonly select: (row: number) => void;
  readonly insert: (row: number) => void;
}

/** What the bars and columns are. */
export function barLegend({stages, draws}: ShownNext): TemplateResult {
  return html`<div class="bar-head muted ${columns(stages.length > 0, draws !== null)}" aria-hidden="true">
    <span class="rank"></span>
    <span>${l10n.t("token")}</span>
    <span></span>
    ${
      stages.length === 0
        ? html`<span class="share before-share">${l10n.t("probability")}</span>`
        : html`<span class="share before-share"><span class="swatch before"></span>${l10n.t("before")}</span>
            <span class="share"><span class="swatch after"></span>${l10n.t("after")}</span>`
    }
    ${draws === null ? nothing : html`<span class="share drawn-share"><span class="swatch drawn"></span>${l10n.t("drawn")}</span>`}
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
  const {isSelected, drawn} = state;
  const cut = cutBy === undefined ? null : cutText(samplerLabels[cutBy], after > 0);
  const title = [l10n.t("id {0}. A click inserts it at the cursor.", id), cut, expectedText(row, drawn)];
  return html`<div
    role="option"
    id="row-${index}"
    class="row ${isSelected ? "selected" : ""} ${cut === null ? "" : after > 0 ? "cut-at-times" : "cut"}"
    aria-selected=${isSelected}
    title=${title.filter(Boolean).join("\n")}
    @click=${() => select(index)}
  >
    <span class="rank">${count(index + 1)}</span>
    <span class="name"><code @click=${() => insert(index)}>${label}</code></span>
    ${track(Math.exp(logprob), after, row.drawn, state)} ${figures({before: percent(logprob), after, drawn: row.drawn}, state)}
    ${cut === null ? nothing : html`<span class="spoken-only">${cut}</span>`}
  </div>`;
}

/** The figures have their columns' names for screen readers. A row's name is its text. */
function figures(
  {before, after, drawn}: {readonly before: string; readonly after: number; readonly drawn: number | undefined},
  {hasAfter, drawn: of}: Omit<RowState, "isSelected">
): TemplateResult {
  const named = (name: string) => html`<span class="spoken-only">${name} </span>`;
  return html`<span class="share before-share">${hasAfter ? named(l10n.t("before")) : nothing}${before}</span>
    ${hasAfter ? html`<span class="share">${named(l10n.t("after"))}${percent(Math.log(after))}</span>` : nothing}
    ${of === null ? nothing : html`<span class="share drawn-share">${named(l10n.t("drawn"))}${count(drawn ?? 0)}</span>`}`;
}

function restRow(rest: ShownNext["rest"], state: Omit<RowState, "isSelected">): TemplateResult {
  const {probability, after, drawn} = rest;
  return html`<div role="option" aria-selected="false" aria-disabled="true" class="row rest">
    <span class="rank"></span>
    <span class="name">${l10n.t("{0} others", count(rest.tokens))}</span>
    ${track(probability, after, drawn, state)} ${figures({before: percent(Math.log(probability)), after, drawn}, state)}
  </div>`;
}

function track(
  before: number,
  after: number,
  drawn: number | undefined,
  {hasAfter, drawn: of}: Omit<RowState, "isSelected">
): TemplateResult {
  return html`<span class="track" aria-hidden="true">
    ${hasAfter ? html`<span class="before-bar" ${cssVariable("--share", before)}></span>` : nothing}
    <span class="after-bar" ${cssVariable("--share", after)}></span>
    ${of === null || (after === 0 && !drawn) ? nothing : html`<span class="drawn-mark" ${cssVariable("--share", (drawn ?? 0) / of)}></span>`}
  </span>`;
}

/** What XTC takes away when it acts can still be drawn. */
function cutText(sampler: string, isAtTimes: boolean): string {
  return isAtTimes ? l10n.t("taken away by {0} when it acts", sampler) : l10n.t("taken away by {0}", sampler);
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
