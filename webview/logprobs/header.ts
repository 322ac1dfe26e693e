import * as l10n from "@vscode/l10n";
import {html, nothing, type TemplateResult} from "lit";
import {ref} from "lit/directives/ref.js";
import type {Source, ViewOptions} from "../../src/features/logprobs/protocol";
import {type MetricKey, metrics} from "../../src/metrics/metrics";
import {valueText} from "../../src/metrics/metricText";
import {summaryRows} from "../../src/metrics/summaryRows";
import {count, plural} from "../../src/text/numberText";
import {visibleText} from "../../src/text/visibleText";
import {iconButton} from "../ui/controls";
import {icon} from "../ui/icons";
import {roveOnce} from "../ui/roving";
import {withKeys} from "../ui/withKeys";
import type {ShownText} from "./shownText";

/** What the buttons do. */
export interface HeaderActions {
  readonly toggleNumbers: () => void;
  readonly toggleCharts: () => void;
  readonly goToNext: (direction: 1 | -1) => void;
  readonly scoreAgain: () => void;
  readonly setOptions: (options: ViewOptions) => void;
}

/** The values of the line on top: of the whole text, or of what has been scored of it so far. */
export type LineNumbers = Readonly<Record<Extract<MetricKey, "perplexity" | "bitsPerByte">, number | null>> & {
  readonly scored: number;
};

export interface HeaderState {
  readonly text: ShownText;
  readonly source: Source;
  readonly numbers: LineNumbers;
  readonly options: ViewOptions;
  readonly showsNumbers: boolean;
  readonly showsCharts: boolean;
}

/** The first row: the numbers that matter most, which open all others, and the view's buttons. */
export function topLine(state: HeaderState, actions: HeaderActions): TemplateResult {
  const {text, source, numbers, options, showsNumbers, showsCharts} = state;
  const {model, warnings} = text.scored;
  const tokens =
    numbers.scored === text.count
      ? plural(text.count, "token")
      : l10n.t("{0} of {1} tokens", count(numbers.scored), count(text.count));
  return html`<h1 class="spoken-only">${visibleText(source.title)}</h1>
    <button
      type="button"
      class="numbers"
      aria-expanded=${showsNumbers}
      aria-controls="sheet"
      title=${l10n.t("All numbers of this text")}
      @click=${actions.toggleNumbers}
    >
      ${icon(showsNumbers ? "chevronDown" : "chevronRight")}
      <span class="main">${metrics.perplexity.label} <b>${valueText(numbers.perplexity, "plain")}</b></span>
      <span>${l10n.t("{0} bits/byte", valueText(numbers.bitsPerByte, "plain"))}</span>
      <span>${tokens}</span>
      <span class="model">${visibleText(model.name)}</span>
    </button>
    <div class="tools" role="toolbar" aria-label=${l10n.t("Logprobs")} ${ref(roveOnce)}>
      ${warnings.length === 0 ? nothing : iconButton({icon: "warning", label: warnings.map(visibleText).join(" "), onClick: actions.toggleNumbers})}
      ${options.isLive ? iconButton({icon: "live", label: l10n.t("Live: the text is scored again while it is edited"), pressed: true, onClick: () => actions.setOptions({...options, isLive: false})}) : nothing}
      ${options.isPinned ? iconButton({icon: "pin", label: l10n.t("Pinned: the next text opens in another view"), pressed: true, onClick: () => actions.setOptions({...options, isPinned: false})}) : nothing}
      ${iconButton({icon: "previous", label: l10n.t("Previous Surprise (p)"), onClick: () => actions.goToNext(-1)})}
      ${iconButton({icon: "next", label: l10n.t("Next Surprise (n)"), onClick: () => actions.goToNext(1)})}
      ${iconButton({icon: "charts", label: l10n.t("Charts"), pressed: showsCharts, onClick: actions.toggleCharts})}
      ${iconButton({icon: "scoreAgain", label: l10n.t("Score Again"), onClick: actions.scoreAgain})}
    </div>`;
}

/** All numbers of the text, which lie over it. */
export function numbersSheet(text: ShownText, source: Source, close: () => void): TemplateResult {
  const {model, summary, windowing, contextIds, finished, spacedWords, warnings} = text.scored;
  const rows = summaryRows(summary, {
    model: model.name,
    windowing,
    contextTokens: contextIds.length,
    finished,
    spacedWords
  });
  return html`<div class="sheet-head">
      <p class="title">${visibleText(source.title)}</p>
      ${iconButton({icon: "close", label: l10n.t("Close"), onClick: close})}
    </div>
    <p class="muted" title=${`${visibleText(model.file)}\nSHA-256 ${model.sha256}`}>
      ${[model.name, model.quantization, model.device].filter(Boolean).join(" · ")}
    </p>
    ${warnings.map((warning) => html`<p class="warning">${visibleText(warning)}</p>`)}
    <dl class="summary">
      ${rows.map(
        ({label, value, help}, index) => html`<div title=${help}>
          <dt id="row-${index}">${label}</dt>
          <dd aria-describedby="help-${index}">${value}<span class="spoken-only" id="help-${index}">${help}</span></dd>
        </div>`
      )}
    </dl>
    <p class="hint">${keyHelp()}</p>`;
}

export function keyHelp(): TemplateResult {
  const sentence = l10n.t(
    "Point at a token, or press {0} into the text and use the arrow keys, to see what the model expected there. {1} and {2} go to the next and the previous coloured token, {3} selects it in the editor, {4} with the arrow keys selects a range."
  );
  return withKeys(sentence, ["Tab", "n", "p", "Enter", "Shift"]);
}
