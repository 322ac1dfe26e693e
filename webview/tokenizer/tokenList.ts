import * as l10n from "@vscode/l10n";
import {html, nothing, render, type TemplateResult} from "lit";
import type {TokenRow} from "../../src/features/tokenizer/protocol";
import {count} from "../../src/text/numberText";
import {cssVariable} from "../ui/cssVariable";
import type {Rows} from "./rows";
import {drawnRows, maxRows, rowAfterKey, rowHeight, scrollTopFor} from "./visibleRows";
import {kindText} from "./words";

export interface ListActions {
  readonly onSelect: (id: number) => void;
  readonly onCopy: (id: number) => void;
  /** Other rows are in view. */
  readonly onMove: () => void;
}

/** A list of any number of tokens, of which those in view are drawn. */
export class TokenList {
  readonly element = document.createElement("div");
  private ids: Int32Array = new Int32Array();
  /** How many of the ids are shown: all, but for a browser's limit. */
  private rows = 0;
  private selectedRow: number | null = null;
  private frame: number | undefined;

  constructor(
    private readonly details: Rows,
    private readonly actions: ListActions
  ) {
    const {element} = this;
    element.className = "list";
    element.tabIndex = 0;
    element.setAttribute("role", "listbox");
    element.setAttribute("aria-label", l10n.t("Tokens"));
    element.addEventListener("scroll", () => this.drawSoon(), {passive: true});
    element.addEventListener("keydown", (event) => this.key(event));
    element.addEventListener("click", ({target}) => this.click(target));
    new ResizeObserver(() => this.drawSoon()).observe(element);
  }

  get length(): number {
    return this.ids.length;
  }

  get selected(): number | null {
    return this.selectedRow === null ? null : (this.ids[this.selectedRow] ?? null);
  }

  get scroll(): number {
    return this.element.scrollTop;
  }

  /** Shows other ids, and keeps the selected token where they have it: it is in view, unless `scroll` says where to be. */
  show(ids: Int32Array, selected: number | null, scroll: number | null): void {
    this.ids = ids;
    this.rows = Math.min(ids.length, maxRows);
    this.selectedRow = this.rowOf(selected);
    this.draw();
    this.element.scrollTop = scroll ?? 0;
    if (scroll === null && this.selectedRow !== null) this.reveal(this.selectedRow, true);
    this.draw();
  }

  /** Selects a token and scrolls to it. Returns false if it is not among the ids. */
  select(id: number): boolean {
    const row = this.rowOf(id);
    if (row === null) return false;
    this.selectedRow = row;
    this.reveal(row, true);
    this.draw();
    return true;
  }

  /** The ids whose details are needed: those in view first. */
  *wanted(): Generator<number> {
    const {first, end} = this.drawn();
    const drawn = end - first;
    yield* this.ids.subarray(first, end);
    yield* this.ids.subarray(end, Math.min(this.rows, end + drawn));
    yield* this.ids.subarray(Math.max(0, first - drawn), first);
  }

  draw(): void {
    const {first, end} = this.drawn();
    const rows: TemplateResult[] = [];
    for (let row = first; row < end; row++) rows.push(this.row(row));
    const active = this.selectedRow;
    if (active !== null && active >= first && active < end)
      this.element.setAttribute("aria-activedescendant", `row-${active}`);
    else this.element.removeAttribute("aria-activedescendant");
    render(
      html`<div class="all" ${cssVariable("--rows", this.rows)}>
        <div class="drawn" ${cssVariable("--first", first)}>${rows}</div>
      </div>`,
      this.element
    );
  }

  private drawSoon(): void {
    this.frame ??= requestAnimationFrame(() => {
      this.frame = undefined;
      this.draw();
      this.actions.onMove();
    });
  }

  private drawn(): ReturnType<typeof drawnRows> {
    return drawnRows(this.rows, this.element.scrollTop, this.element.clientHeight);
  }

  private row(row: number): TemplateResult {
    const id = this.ids[row] ?? 0;
    const details = this.details.get(id);
    const isSelected = row === this.selectedRow;
    return html`<div
      role="option"
      id="row-${row}"
      class="row ${isSelected ? "selected" : ""} ${details?.kind ?? ""}"
      aria-selected=${isSelected}
      aria-setsize=${this.rows}
      aria-posinset=${row + 1}
      aria-label=${details === undefined ? l10n.t("id {0}", id) : spoken(details)}
      data-row=${row}
    >
      <span class="id">${id}</span>
      <code class="text" title=${details?.label ?? nothing}>${details?.label ?? ""}</code>
      <code class="hex">${details?.hex ?? ""}</code>
      <span class="kind">${details === undefined ? "" : kindText(details.kind)}</span>
    </div>`;
  }

  private rowOf(id: number | null): number | null {
    const row = id === null ? -1 : this.ids.indexOf(id);
    return row === -1 || row >= this.rows ? null : row;
  }

  private reveal(row: number, centred: boolean): void {
    const {element} = this;
    const {scrollTop, clientHeight} = element;
    const least = scrollTopFor(row, scrollTop, clientHeight);
    if (least === scrollTop) return;
    element.scrollTop = centred ? (row + 0.5) * rowHeight - clientHeight / 2 : least;
  }

  private key(event: KeyboardEvent): void {
    const command = event.ctrlKey || event.metaKey;
    if (command && event.key === "c" && this.selected !== null) {
      this.actions.onCopy(this.selected);
      event.preventDefault();
      return;
    }
    if (command || event.altKey || event.shiftKey) return;
    const {scrollTop, clientHeight: height} = this.element;
    const firstInView = Math.ceil(scrollTop / rowHeight);
    const row = rowAfterKey(event.key, {row: this.selectedRow, rows: this.rows, height, firstInView});
    if (row === undefined) return;
    event.preventDefault();
    this.choose(row);
  }

  private click(target: EventTarget | null): void {
    const row = target instanceof Element ? target.closest<HTMLElement>("[data-row]")?.dataset["row"] : undefined;
    if (row !== undefined) this.choose(Number(row));
  }

  private choose(row: number): void {
    this.selectedRow = row;
    this.reveal(row, false);
    this.draw();
    const {selected} = this;
    if (selected !== null) this.actions.onSelect(selected);
  }
}

function spoken({id, label, kind, hex}: TokenRow): string {
  return l10n.t("token '{0}', id {1}, {2}, bytes {3}", label, id, kindText(kind), hex);
}

/** How many there are, of all. */
export function countText(found: number, all: number): string {
  return found === all ? count(all) : l10n.t("{0} of {1}", count(found), count(all));
}
