import * as l10n from "@vscode/l10n";
import {html, nothing, type TemplateResult} from "lit";
import type {Listing, MetadataRow, TensorRow} from "../../src/features/modelInfo/protocol";
import {byteSize, count} from "../../src/text/numberText";
import {visibleLines} from "../../src/text/visibleText";
import {linkButton, searchBox} from "../ui/controls";
import {sizeOrUnknown} from "./facts";
import {shown} from "./shownText";

/** Number of rows at first, and of further rows with every press of the button. */
export const firstRows = 100;
export const moreRows = 400;

/** A table's filter, and the maximum number of rows that are drawn. */
export interface TableState {
  readonly filter: string;
  readonly limit: number;
}

export interface TableActions {
  readonly filter: (text: string) => void;
  readonly more: () => void;
}

export interface ValueActions {
  readonly expand: (key: string) => void;
  readonly collapse: (key: string) => void;
  readonly copy: (key: string) => void;
}

/** Values that are shown in full, by key; null until the host has sent it. */
export type Expanded = ReadonlyMap<string, {readonly text: string; readonly cut: boolean} | null>;

export function metadataTable(
  {rows, total}: Listing<MetadataRow>,
  state: TableState,
  expanded: Expanded,
  actions: TableActions & ValueActions
): TemplateResult {
  const found = matching(rows, state.filter, ({key, value}) => `${key}\n${valueText(value)}`);
  return html`
    ${bar("metadata", l10n.t("Search metadata"), {found: found.length, all: rows.length, total}, state, actions)}
    <div class="wide">
      <table class="listing" aria-label=${l10n.t("Metadata")}>
        <thead>
          <tr>
            <th scope="col">${l10n.t("Key")}</th>
            <th scope="col">${l10n.t("Value")}</th>
          </tr>
        </thead>
        <tbody>
          ${found.slice(0, state.limit).map((row) => metadataRow(row, expanded, actions))}
        </tbody>
      </table>
    </div>
    ${moreButton(found.length, state, actions)}
  `;
}

function metadataRow(row: MetadataRow, expanded: Expanded, actions: ValueActions): TemplateResult {
  const {key} = row;
  const whole = expanded.get(key);
  const isOpen = whole !== undefined;
  return html`<tr>
    <th scope="row"><code>${shown(key)}</code></th>
    <td class="value">
      ${
        whole
          ? html`<pre tabindex="0" aria-label=${shown(key)}>${visibleLines(whole.text)}${whole.cut ? "…" : ""}</pre>`
          : html`<span class="text">${summary(row)}</span>`
      }
      <span class="row-actions">
        ${
          row.cut
            ? linkButton({
                label: isOpen ? l10n.t("Less") : l10n.t("More"),
                spoken: isOpen ? l10n.t("Less of {0}", shown(key)) : l10n.t("More of {0}", shown(key)),
                expanded: isOpen,
                onClick: () => (isOpen ? actions.collapse(key) : actions.expand(key))
              })
            : nothing
        }
        ${linkButton({label: l10n.t("Copy"), spoken: l10n.t("Copy the value of {0}", shown(key)), onClick: () => actions.copy(key)})}
      </span>
    </td>
  </tr>`;
}

/** "151,936 × string: !, ", #, …" for a list; for a string, its beginning. */
function summary({value, itemType, length, cut}: MetadataRow): TemplateResult | string {
  if (typeof value === "string") {
    if (value === "") return html`<span class="muted">${l10n.t("empty")}</span>`;
    if (!cut || length === null) return shown(value);
    return html`${shown(value)}… <span class="muted">${byteSize(length)}</span>`;
  }
  const values = value.map((item) => shown(item)).join(", ");
  return html`<span class="muted">${count(length ?? value.length)} × ${itemType}:</span> ${values}${cut ? ", …" : ""}`;
}

export function tensorTable(
  {rows, total}: Listing<TensorRow>,
  state: TableState,
  actions: TableActions
): TemplateResult {
  const found = matching(rows, state.filter, ({name, type}) => `${name}\n${type}`);
  return html`
    ${bar("tensors", l10n.t("Search tensors"), {found: found.length, all: rows.length, total}, state, actions)}
    <div class="wide">
      <table class="listing" aria-label=${l10n.t("Tensors")}>
        <thead>
          <tr>
            <th scope="col">${l10n.t("Name")}</th>
            <th scope="col">${l10n.t("Type")}</th>
            <th scope="col" class="number">${l10n.t("Dimensions")}</th>
            <th scope="col" class="number">${l10n.t("Size")}</th>
          </tr>
        </thead>
        <tbody>
          ${found.slice(0, state.limit).map(
            ({name, type, dimensions, bytes}) => html`<tr>
              <th scope="row"><code>${shown(name)}</code></th>
              <td>${shown(type)}</td>
              <td class="number">${dimensions.map(count).join(" × ")}</td>
              <td class="number">${sizeOrUnknown(bytes)}</td>
            </tr>`
          )}
        </tbody>
      </table>
    </div>
    ${moreButton(found.length, state, actions)}
  `;
}

/** Rows whose text has all words of a filter. */
export function matching<Row>(rows: readonly Row[], filter: string, textOf: (row: Row) => string): readonly Row[] {
  const words = filter.toLowerCase().split(/\s+/).filter(Boolean);
  if (words.length === 0) return rows;
  return rows.filter((row) => {
    const text = textOf(row).toLowerCase();
    return words.every((word) => text.includes(word));
  });
}

function valueText(value: MetadataRow["value"]): string {
  return typeof value === "string" ? value : value.join("\n");
}

interface Counts {
  readonly found: number;
  readonly all: number;
  readonly total: number;
}

function bar(id: string, label: string, counts: Counts, {filter}: TableState, actions: TableActions): TemplateResult {
  return html`<div class="search">
    ${searchBox({id: `${id}-filter`, label, value: filter, onInput: actions.filter})}
    <span class="muted" role="status">${countText(counts, filter)}</span>
  </div>`;
}

function countText({found, all, total}: Counts, filter: string): string {
  if (filter.trim() !== "") return l10n.t("{0} of {1}", count(found), count(total));
  return all < total ? l10n.t("the first {0} of {1}", count(all), count(total)) : count(total);
}

function moreButton(found: number, {limit}: TableState, actions: TableActions): TemplateResult | typeof nothing {
  if (found <= limit) return nothing;
  const next = Math.min(moreRows, found - limit);
  return html`<p>${linkButton({label: l10n.t("Show {0} more of {1}", count(next), count(found - limit)), onClick: actions.more})}</p>`;
}
