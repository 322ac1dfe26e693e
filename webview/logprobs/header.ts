import * as l10n from "@vscode/l10n";
import {html, nothing, type TemplateResult} from "lit";
import type {Progress} from "../../src/contract/progress";
import {progressText} from "../../src/contract/progressText";
import type {Source} from "../../src/features/logprobs/protocol";
import {levelLabel, levels, unknownLevel} from "../../src/metrics/colourScale";
import {summaryRows} from "../../src/metrics/summaryRows";
import {count, plural} from "../../src/text/numberText";
import {visibleText} from "../../src/text/visibleText";
import {button, progressBar} from "../ui/controls";
import {type Colouring, levelClass} from "./colouring";
import type {ShownText} from "./shownText";

/** What the buttons do. */
export interface Actions {
  readonly scoreAgain: () => void;
  readonly copyJson: () => void;
  readonly cancel: () => void;
  readonly nextSurprising: () => void;
}

/** A sentence about the text, above it. */
export interface Notice {
  readonly message: string;
  /** Whether it has a button to score again. */
  readonly scoreAgain: boolean;
}

/** The part above the tokens: title, model, numbers and legend. */
export function heading(
  text: ShownText,
  colouring: Colouring,
  source: Source,
  notice: Notice | null,
  actions: Actions
): TemplateResult {
  const {model, summary, windowing, contextIds, finished, warnings} = text.scored;
  const rows = summaryRows(summary, {model: model.name, windowing, contextTokens: contextIds.length, finished});
  return html`
    ${notice === null ? nothing : noticeBar(notice, actions)}
    <header>
      <div class="titles">
        <h1>${visibleText(source.title)}</h1>
        <p class="muted" title=${`${visibleText(model.file)}\nSHA-256 ${model.sha256}`}>
          ${[model.name, model.quantization, model.device].filter(Boolean).join(" · ")}
        </p>
      </div>
      <div class="buttons" role="toolbar" aria-label=${l10n.t("Logprobs")}>
        ${button({
          label: l10n.t("Next Surprise"),
          onClick: actions.nextSurprising,
          tooltip: l10n.t("The next coloured token (n; p goes back)")
        })}
        ${button({label: l10n.t("Copy as JSON"), onClick: actions.copyJson})}
        ${button({label: l10n.t("Score Again"), onClick: actions.scoreAgain})}
      </div>
    </header>
    <dl class="summary">
      ${rows.map(
        ({label, value, help}, index) => html`<div title=${help} class=${index === 0 ? "main" : ""}>
          <dt id="row-${index}">${label}</dt>
          <dd aria-describedby="help-${index}">${value}<span class="spoken-only" id="help-${index}">${help}</span></dd>
        </div>`
      )}
    </dl>
    ${warnings.map((warning) => html`<p class="muted warning">${visibleText(warning)}</p>`)}
    ${legend(colouring)}
  `;
}

export function scoring(source: Source, progress: Progress, cancel: () => void): TemplateResult {
  const text = progressText(progress, {
    describe: (done, total) => l10n.t("{0} of {1} tokens", count(done), count(total))
  });
  return html`<section class="state">
    <h1>${visibleText(source.title)}</h1>
    ${progressBar(text, fractionOf(progress))}
    <p class="muted progress-text">${text}</p>
    <div class="buttons">${button({label: l10n.t("Cancel"), onClick: cancel})}</div>
  </section>`;
}

/** Null if unknown. */
function fractionOf(progress: Progress): number | null {
  if (progress.stage === "wait") return null;
  const fraction = progress.stage === "load" ? progress.fraction : progress.done / progress.total;
  return fraction > 0 ? fraction : null;
}

export function failure(source: Source, message: string, scoreAgain: () => void): TemplateResult {
  return html`<section class="state" role="alert">
    <h1>${visibleText(source.title)}</h1>
    <p>${message}</p>
    <div class="buttons">${button({label: l10n.t("Score Again"), onClick: scoreAgain, primary: true})}</div>
  </section>`;
}

function noticeBar({message, scoreAgain}: Notice, actions: Actions): TemplateResult {
  return html`<div class="notice" role="status">
    <span>${message}</span>
    ${scoreAgain ? button({label: l10n.t("Score Again"), onClick: actions.scoreAgain}) : nothing}
  </div>`;
}

function legend({counts, choice}: Colouring): TemplateResult {
  const shown = counts[unknownLevel] === 0 ? levels : [...levels, unknownLevel];
  return html`<ul class="legend" aria-label=${l10n.t("What the colours mean")}>
    ${shown.map(
      (level) => html`<li>
        <span class="swatch token ${levelClass(level)}" aria-hidden="true">ab</span>${levelLabel(choice, level)}
        <span class="muted"><span aria-hidden="true">${count(counts[level] ?? 0)}</span
          ><span class="spoken-only">${plural(counts[level] ?? 0, "token")}</span></span>
      </li>`
    )}
  </ul>`;
}
