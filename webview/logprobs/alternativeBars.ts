import * as l10n from "@vscode/l10n";
import {html, nothing, type TemplateResult} from "lit";
import type {Alternative} from "../../src/features/logprobs/protocol";
import {count, percent} from "../../src/text/numberText";
import {busyRing} from "../ui/controls";
import {cssVariable} from "../ui/cssVariable";
import type {AlternativesState} from "./alternatives";

export interface AlternativeActions {
  /** Opens what could stand here instead, and grows it from there. */
  readonly tryIt: (alternative: number) => void;
  readonly copyText: (text: string) => void;
}

/**
 * What the model expected, as bars on a track of 0 to 100 %: the best tokens in their order, the text's own after them where it is
 * not one of them, and what is left for all others. All values of the best are those of one answer, so their order is that of the
 * values.
 */
export function alternativeBars(
  own: Omit<Alternative, "logprob">,
  alternatives: AlternativesState,
  actions: AlternativeActions
): TemplateResult {
  if (alternatives.type === "failed") return html`<p class="failure">${alternatives.message}</p>`;
  if (alternatives.type === "loading") {
    return html`<div class="waiting">${busyRing(l10n.t("Asking the model"))}<span>${l10n.t("Asking the model…")}</span></div>`;
  }
  const {top, rank} = alternatives;
  const isAmong = top.some(({id}) => id === own.id);
  return html`<ol class="chart" aria-label=${l10n.t("What the model expected here")}>
    ${top.map((alternative, index) => row(alternative, index + 1, alternative.id === own.id, actions))}
    ${isAmong ? nothing : row({...own, logprob: alternatives.logprob}, rank, true, actions)}
    ${restRow(restOf(top, isAmong ? null : alternatives.logprob))}
  </ol>`;
}

/** The share of all tokens that have no row of their own. */
function restOf(top: readonly Alternative[], own: number | null): number {
  const sum = top.reduce((all, {logprob}) => all + Math.exp(logprob), own === null ? 0 : Math.exp(own));
  return Math.max(0, 1 - sum);
}

function row(
  {id, text, label, logprob}: Alternative,
  rank: number,
  isOwn: boolean,
  {tryIt, copyText}: AlternativeActions
): TemplateResult {
  const says = isOwn
    ? l10n.t("{0}. '{1}', {2}, the token that stands here", count(rank), label, percent(logprob))
    : l10n.t("{0}. '{1}', {2}", count(rank), label, percent(logprob));
  return html`<li class=${isOwn ? "actual" : ""}>
    <button
      type="button"
      class="alternative"
      data-alternative=${id}
      title=${l10n.t("id {0}. Click to see how the model would go on from it; {1} copies its text.", id, copyKeys)}
      aria-label=${says}
      @click=${() => tryIt(id)}
      @keydown=${(event: KeyboardEvent) => {
        if (isCopy(event)) copyText(text);
      }}
    >
      <span class="rank">${count(rank)}</span>
      <code>${label}</code>
      <span class="track"><span class="bar" ${cssVariable("--share", Math.exp(logprob))}></span></span>
      <span class="share">${percent(logprob)}</span>
    </button>
  </li>`;
}

const copyKeys = navigator.platform.startsWith("Mac") ? "⌘C" : "Ctrl+C";

function isCopy({key, ctrlKey, metaKey, altKey, shiftKey}: KeyboardEvent): boolean {
  return key.toLowerCase() === "c" && ctrlKey !== metaKey && !altKey && !shiftKey;
}

function restRow(rest: number): TemplateResult {
  const share = percent(Math.log(rest));
  return html`<li class="rest" aria-label=${l10n.t("All other tokens: {0}", share)}>
    <span class="rank"></span>
    <span>${l10n.t("rest")}</span>
    <span class="track"><span class="bar" ${cssVariable("--share", rest)}></span></span>
    <span class="share">${share}</span>
  </li>`;
}
