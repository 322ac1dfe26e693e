import * as l10n from "@vscode/l10n";
import {html, nothing, type TemplateResult} from "lit";
import type {Cell, Column, Table} from "../../src/features/promptTests/protocol";
import {linkButton} from "../ui/controls";
import {nextSorting, type Sorting, sortedRows} from "./sorting";

export interface TableState {
  /** Null: as it came. */
  readonly sorting: Sorting | null;
  readonly onSort: (sorting: Sorting) => void;
  readonly onOpen: (row: number) => void;
  readonly onCopy: () => void;
}

/** A table whose headings sort it, and whose rows open what they are about. */
export function sortableTable(table: Table, state: TableState): TemplateResult {
  const {title, note, columns, rows} = table;
  return html`
    <section aria-label=${title}>
      <div class="bar-above">
        <h2>${title}</h2>
        ${linkButton({label: l10n.t("Copy as CSV"), spoken: l10n.t("Copy as CSV: {0}", title), onClick: state.onCopy})}
      </div>
      ${note === "" ? nothing : html`<p class="muted">${note}</p>`}
      <div class="wide">
        <table>
          <thead>
            <tr>${columns.map((column, index) => heading(column, index, state))}</tr>
          </thead>
          <tbody>
            ${sortedRows(rows, state.sorting).map((row) => tableRow(rows[row] ?? [], columns, () => state.onOpen(row)))}
          </tbody>
        </table>
      </div>
    </section>
  `;
}

function heading({label, kind}: Column, index: number, {sorting, onSort}: TableState): TemplateResult {
  const isSorted = sorting?.column === index;
  const order = isSorted ? (sorting.descending ? "descending" : "ascending") : nothing;
  return html`<th scope="col" class=${kind} aria-sort=${order}>
    <button type="button" @click=${() => onSort(nextSorting(sorting, index, kind === "number"))}
      >${label}<span class="arrow" aria-hidden="true">${isSorted ? (sorting.descending ? "▼" : "▲") : ""}</span></button>
  </th>`;
}

function tableRow(cells: readonly Cell[], columns: readonly Column[], onOpen: () => void): TemplateResult {
  const reason = cells.findIndex(({isReason}) => isReason === true);
  const shown = reason === -1 ? cells : cells.slice(0, reason);
  return html`<tr>
    ${shown.map(({text}, index) => {
      const kind = columns[index]?.kind ?? "text";
      return kind === "link"
        ? html`<th scope="row" class="link">${linkButton({label: text, onClick: onOpen})}</th>`
        : html`<td class=${kind}>${text}</td>`;
    })}
    ${
      reason === -1
        ? nothing
        : html`<td class="reason" colspan=${columns.length - reason}><span>${cells[reason]?.text}</span></td>`
    }
  </tr>`;
}
