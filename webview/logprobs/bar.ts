import * as l10n from "@vscode/l10n";
import {html, nothing, type TemplateResult} from "lit";
import {progressText} from "../../src/contract/progressText";
import type {Computing, ScoredText} from "../../src/features/logprobs/protocol";
import {count, decimal} from "../../src/text/numberText";
import {duration} from "../../src/text/pace";
import {progressBar} from "../ui/controls";

/** A sentence about the text, above it. */
export interface Notice {
  readonly message: string;
  /** Whether it has a button to score again. */
  readonly scoreAgain: boolean;
}

export interface BarActions {
  readonly cancel: () => void;
  readonly scoreAgain: () => void;
}

export interface BarState {
  readonly scored: ScoredText;
  readonly computing: Computing | null;
  readonly notice: Notice | null;
}

/** One line between legend and text, where there is something to say: how far scoring is, or what the numbers are of. */
export function bar({scored, computing, notice}: BarState, actions: BarActions): TemplateResult | typeof nothing {
  if (computing !== null) return progress(computing, actions.cancel);
  if (notice !== null)
    return sentence(notice.message, notice.scoreAgain ? actions.scoreAgain : null, l10n.t("Score Again"));
  return scored.finished ? nothing : sentence(partial(scored), actions.scoreAgain, l10n.t("Continue"));
}

function progress(computing: Computing, cancel: () => void): TemplateResult {
  const {loading, done, total, isStopping} = computing;
  const position = positionOf(computing);
  const share = loading ?? (total > 0 ? done / total : 0);
  return html`<div class="bar-line">
      <span class="bar-text">${position}</span>
      <button type="button" class="bar-button" ?disabled=${isStopping} @click=${cancel}
        >${isStopping ? l10n.t("Stopping…") : l10n.t("Cancel")}</button>
    </div>
    ${progressBar(position, share > 0 ? share : null)}`;
}

/** The same words as in notifications. */
function positionOf({loading, done, total, perSecond, secondsLeft}: Computing): string {
  if (loading !== null) return progressText({stage: "load", fraction: loading});
  if (perSecond === null || secondsLeft === null) return l10n.t("{0} of {1} tokens", count(done), count(total));
  const rate = perSecond >= 10 ? count(Math.round(perSecond)) : decimal(perSecond, 1);
  return l10n.t("{0} of {1} tokens, {2} tokens/s, {3} left", count(done), count(total), rate, duration(secondsLeft));
}

function sentence(message: string, onClick: (() => void) | null, label: string): TemplateResult {
  return html`<div class="bar-line notice" role="status">
    <span class="bar-text" title=${message}>${message}</span>
    ${onClick === null ? nothing : html`<button type="button" class="bar-button" @click=${onClick}>${label}</button>`}
  </div>`;
}

/** What the numbers are of, where scoring was stopped. */
function partial({summary}: ScoredText): string {
  return l10n.t("Perplexity of the first {0} of {1} tokens", count(summary.reached), count(summary.tokens));
}
