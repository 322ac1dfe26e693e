import * as l10n from "@vscode/l10n";
import {html, nothing, type TemplateResult} from "lit";
import type {ScoredText} from "../../src/features/logprobs/protocol";
import {tokenRows} from "../../src/metrics/tokenMetrics";
import {bits, count, listText, percent, plural} from "../../src/text/numberText";
import {iconButton} from "../ui/controls";
import {type AlternativeActions, alternativeBars} from "./alternativeBars";
import type {AlternativesState} from "./alternatives";
import {levelClass} from "./colouring";
import {keyHelp} from "./header";
import {type RangeNumbers, rangeRows} from "./rangeNumbers";
import type {ShownText} from "./shownText";

export interface DetailsActions {
  /** Hides the floating card. */
  readonly close: () => void;
}

/** The card of one token: its numbers, and the tokens that the model expected. */
export function tokenCard(
  text: ShownText,
  level: number,
  token: number,
  alternatives: AlternativesState,
  actions: DetailsActions & AlternativeActions
): TemplateResult {
  const {scored} = text;
  const logprob = text.logprob(token);
  const label = text.label(token);
  const id = scored.ids[token] ?? 0;
  return html`
    <div class="card-head">
      <h2><code class="label token ${levelClass(level)}">${label}</code></h2>
      <span class="muted">${l10n.t("{0} of {1}", count(token + 1), count(text.count))}</span>
      ${iconButton({icon: "close", label: l10n.t("Close"), onClick: actions.close})}
    </div>
    <div class="about-token" data-of-token=${token}>
      <dl class="facts">
        ${fact(l10n.t("id"), String(id), l10n.t("The token's number in the model's vocabulary."))}
        ${bytesFact(text, token)}
        ${logprob === null ? nothing : scoreFacts(text, token, logprob, alternatives)}
      </dl>
      ${
        logprob === null
          ? html`<p>${whyUnscored(scored)}</p>`
          : alternativeBars({id, text: text.textOf(token, token + 1), label}, alternatives, actions)
      }
    </div>
  `;
}

/** The card of a range of tokens. */
export function rangeCard(
  numbers: RangeNumbers,
  actions: DetailsActions & {readonly copy: () => void}
): TemplateResult {
  return html`
    <div class="card-head">
      <h2>${l10n.t("Selection: {0}", plural(numbers.tokens, "token"))}</h2>
      ${iconButton({icon: "close", label: l10n.t("Close"), onClick: actions.close})}
    </div>
    <dl class="facts">${rangeRows(numbers).map(({label, value, help}) => fact(label, value, help))}</dl>
    <p><button type="button" class="bar-button" @click=${actions.copy}>${l10n.t("Copy as Markdown")}</button></p>
  `;
}

export function noToken(): TemplateResult {
  return html`<p class="hint">${keyHelp()}</p>`;
}

/** What a screen reader says when the alternatives arrive. The token's label has said the rest. */
export function spoken(alternatives: AlternativesState): string {
  if (alternatives.type === "loading") return "";
  if (alternatives.type === "failed") return alternatives.message;
  const {rank, entropy, top} = alternatives;
  const best = top.slice(0, 3).map(({label, logprob}) => `'${label}' ${percent(logprob)}`);
  return l10n.t("Rank {0}, entropy {1} bits. Most likely: {2}.", count(rank), bits(entropy), listText(best));
}

/** Rank and entropy came with the score; where it has none, they come with the alternatives. */
function scoreFacts(
  {scored}: ShownText,
  token: number,
  logprob: number,
  alternatives: AlternativesState
): TemplateResult[] {
  const known = alternatives.type === "alternatives" ? alternatives : null;
  const rank = scored.ranks?.[token] || (known?.rank ?? null);
  const entropy = scored.entropies?.[token] ?? known?.entropy ?? null;
  const best = known?.top[0]?.logprob ?? null;
  return tokenRows({logprob, rank, entropy, best}).map(({label, value, help}) => fact(label, value ?? "…", help));
}

function bytesFact({scored: {byteEnds}, bytes}: ShownText, token: number): TemplateResult | typeof nothing {
  if (byteEnds === null) return nothing;
  const own = bytes.subarray(byteEnds[token - 1] ?? 0, byteEnds[token] ?? 0);
  const shown = Array.from(own.subarray(0, maxBytes), (byte) => byte.toString(16).padStart(2, "0")).join(" ");
  const value = own.length > maxBytes ? `${shown} …` : shown || "–";
  return fact(l10n.t("bytes"), value, l10n.t("The token's part of the text in UTF-8."));
}

const maxBytes = 12;

function fact(name: string, value: string, help: string): TemplateResult {
  return html`<div title=${help}><dt>${name}</dt><dd>${value}</dd></div>`;
}

function whyUnscored({windowing, finished}: ScoredText): string {
  if (!finished) return l10n.t("Not scored yet.");
  if (windowing.mode === "llama-perplexity") {
    return l10n.t("Not scored: llama-perplexity scores the second half of each chunk only.");
  }
  return windowing.bos
    ? l10n.t("Not scored.")
    : l10n.t("Not scored: it is the first token, and this model has no token for the beginning of a text.");
}
