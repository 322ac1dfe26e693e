import * as l10n from "@vscode/l10n";
import {html, nothing, type TemplateResult} from "lit";
import type {Comparison, LineCuts} from "../../src/features/compareTokenizers/protocol";
import {count} from "../../src/text/numberText";
import {linkButton} from "../ui/controls";
import {numberOf} from "./table";

/** Lines that are drawn at first, and with every press of the button. */
export const firstLines = 60;
export const moreLines = 200;

export interface LinesState {
  readonly onlyDiffering: boolean;
  readonly limit: number;
  readonly onOnlyDiffering: (only: boolean) => void;
  readonly onMore: () => void;
}

/** How each line is cut: a row for each way, with the numbers of the tokenizers that cut it so. */
export function cutLines(comparison: Comparison, lines: readonly LineCuts[], state: LinesState): TemplateResult {
  const {differing, totalLines, tokenizers} = comparison;
  const shown = state.onlyDiffering ? lines.filter(({rows}) => rows.length > 1) : lines;
  const unplaced = tokenizers.flatMap((row, i) => (row.state === "counted" && !row.placed ? [i] : []));
  return html`
    <div class="bar-above">
      <h2>${differsText(differing, lines.length, totalLines)}</h2>
      <label>
        <input
          type="checkbox"
          .checked=${state.onlyDiffering}
          @change=${(event: Event) => state.onOnlyDiffering((event.currentTarget as HTMLInputElement).checked)}
        />
        ${l10n.t("Only lines that are cut differently")}
      </label>
    </div>
    ${
      unplaced.length === 0
        ? nothing
        : html`<p class="muted">${unplaced.map(numberOf)} ${l10n.t("rewrites the text before it cuts it, so its tokens have no place in it.")}</p>`
    }
    <ol class="lines">
      ${shown.slice(0, state.limit).map(lineItem)}
    </ol>
    ${
      shown.length > state.limit
        ? html`<p>${linkButton({label: l10n.t("Show {0} more of {1}", count(Math.min(moreLines, shown.length - state.limit)), count(shown.length - state.limit)), onClick: state.onMore})}</p>`
        : nothing
    }
  `;
}

function differsText(differing: number, shown: number, total: number): string {
  const of = shown < total ? l10n.t("the first {0} of {1} lines", count(shown), count(total)) : count(total);
  return shown < total
    ? l10n.t("{0} of {1} are cut differently", count(differing), of)
    : l10n.t("{0} of {1} lines are cut differently", count(differing), of);
}

function lineItem({line, rows}: LineCuts): TemplateResult {
  return html`<li>
    <span class="line-number" aria-label=${l10n.t("Line {0}", count(line))}>${count(line)}</span>
    <div class="ways">
      ${rows.map(
        ({tokenizers, tokens, cuts}) => html`<div class="way">
          <span class="who">${tokenizers.map(numberOf)}<span class="muted">${count(tokens)}</span></span>
          <span class="cuts">${cuts.map(({label, differs}) => html`<code class="cut ${differs ? "differs" : ""}">${label}</code>`)}${
            tokens > cuts.length ? html`<span class="muted">… ${count(tokens - cuts.length)}</span>` : nothing
          }</span>
        </div>`
      )}
    </div>
  </li>`;
}
