import * as l10n from "@vscode/l10n";
import {html, nothing, type TemplateResult} from "lit";
import {type Facts, maxScratchLength, type Scratch} from "../../src/features/tokenizer/protocol";
import {count, decimal, plural} from "../../src/text/numberText";
import {checkbox, textArea} from "../ui/controls";
import type {Rows} from "./rows";

/** Tokens that are drawn. */
export const maxChips = 1000;

/** What became of the text. */
export type Cut =
  | {readonly type: "tokens"; readonly ids: Int32Array; readonly characters: number}
  | {readonly type: "failed"; readonly message: string};

export interface ScratchActions {
  readonly change: (scratch: Scratch) => void;
  readonly goTo: (id: number) => void;
}

/** A text to try, and its tokens. */
export function scratchPad(
  scratch: Scratch,
  cut: Cut | null,
  {facts, rows, selected}: {facts: Facts; rows: Rows; selected: number | null},
  {change, goTo}: ScratchActions
): TemplateResult {
  return html`<section class="scratch" aria-label=${l10n.t("Try a text")}>
    ${textArea({
      label: l10n.t("Try a text: type it here"),
      value: scratch.text,
      maxLength: maxScratchLength,
      onInput: (text) => change({...scratch, text})
    })}
    <div class="scratch-line">
      ${checkbox({
        label: l10n.t("Read special tokens"),
        checked: scratch.special,
        onChange: (special) => change({...scratch, special})
      })}
      <span class="muted" role="status">${scratch.text === "" ? "" : countsText(cut)}</span>
    </div>
    ${scratch.text.length >= maxScratchLength ? html`<p class="muted">${l10n.t("A text here has {0} characters at most.", count(maxScratchLength))}</p>` : nothing}
    ${cut?.type === "failed" ? html`<p class="problem" role="alert">${cut.message}</p>` : nothing}
    ${cut?.type === "tokens" && scratch.text !== "" ? chips(cut.ids, facts, rows, selected, goTo) : nothing}
  </section>`;
}

function countsText(cut: Cut | null): string {
  if (cut?.type !== "tokens") return "";
  const {ids, characters} = cut;
  if (ids.length === 0) return plural(0, "token");
  return l10n.t("{0}, {1} characters each", plural(ids.length, "token"), decimal(characters / ids.length, 2));
}

/** The tokens, and faintly what the model is given in addition. */
function chips(
  ids: Int32Array,
  {addsBos, addsEos, special}: Facts,
  rows: Rows,
  selected: number | null,
  goTo: (id: number) => void
): TemplateResult {
  const added = (role: "bos" | "eos", title: string) => {
    const id = special.find((one) => one.role === role)?.id;
    return id === undefined ? nothing : chip(id, "added", title);
  };
  const chip = (id: number, colour: string, title?: string, isFirst = false) => html`<button
    type="button"
    class="chip ${colour} ${id === selected ? "selected" : ""}"
    tabindex=${isFirst ? 0 : -1}
    title=${title ?? l10n.t("Go to id {0}", id)}
    @click=${() => goTo(id)}
  ><code>${rows.get(id)?.label ?? "…"}</code> <span class="chip-id">${id}</span></button>`;
  const drawn = Array.from(ids.subarray(0, maxChips), (id, i) => chip(id, `colour${i % 2}`, undefined, i === 0));
  return html`<div class="chips" role="group" aria-label=${l10n.t("Tokens of the text")} @keydown=${moveAmongChips}>
    ${addsBos ? added("bos", l10n.t("BOS, which the model is given in front of the text")) : nothing}
    ${drawn}
    ${ids.length > maxChips ? html`<span class="muted">${l10n.t("and {0} more", count(ids.length - maxChips))}</span>` : nothing}
    ${addsEos ? added("eos", l10n.t("EOS, which the model is given behind the text")) : nothing}
  </div>`;
}

/** One stop of the Tab key for all; the arrow keys move among them. */
function moveAmongChips(event: KeyboardEvent): void {
  const steps: Readonly<Record<string, "nextElementSibling" | "previousElementSibling">> = {
    ArrowRight: "nextElementSibling",
    ArrowLeft: "previousElementSibling"
  };
  const step = steps[event.key];
  const next = step === undefined ? null : (event.target as Element).closest(".chip")?.[step];
  if (!(next instanceof HTMLButtonElement)) return;
  next.focus();
  event.preventDefault();
}
