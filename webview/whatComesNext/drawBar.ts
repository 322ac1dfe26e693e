import * as l10n from "@vscode/l10n";
import {html, nothing, type TemplateResult} from "lit";
import {type Draws, drawCounts, maxSeed, type ShownNext} from "../../src/features/whatComesNext/protocol";
import {chiSquareTest} from "../../src/metrics/chiSquare";
import {count, decimal} from "../../src/text/numberText";
import {button, choice, iconButton} from "../ui/controls";
import {numberField} from "../ui/numberField";

/** What is drawn next. */
export interface DrawState {
  readonly count: Draws["count"];
  readonly seed: number;
  /** Null: nothing is drawn. */
  readonly draws: Draws | null;
  readonly next: ShownNext;
}

export interface DrawActions {
  readonly choose: (chosen: Pick<Draws, "count" | "seed">) => void;
  /** Draws, the next time with the next seed. */
  readonly draw: () => void;
  readonly clear: () => void;
}

export function drawBar(state: DrawState, {choose, draw, clear}: DrawActions): TemplateResult {
  const {seed, draws, next} = state;
  const counts = drawCounts.map((one) => [String(one), count(one)] as const);
  return html`<div class="draw-bar" role="group" aria-label=${l10n.t("Draws")}>
    ${button({label: draws === null ? l10n.t("Draw") : l10n.t("Draw Again"), tooltip: l10n.t("Draws tokens from what the samplers leave; again with the next seed"), onClick: draw})}
    ${choice({
      label: l10n.t("How many are drawn"),
      value: String(state.count),
      options: counts,
      onChange: (value) => choose({seed, count: drawCounts.find((one) => String(one) === value) ?? state.count})
    })}
    <label class="seed">${l10n.t("seed")}
      ${numberField({label: l10n.t("seed"), value: seed, min: 0, max: maxSeed, step: 1, onChange: (value) => choose({count: state.count, seed: value})})}
    </label>
    ${draws === null ? nothing : html`${iconButton({icon: "close", label: l10n.t("Remove the draws"), onClick: clear})}`}
    <span class="drawn-text muted">${next.draws === null ? nothing : resultText(next, next.draws)}</span>
  </div>`;
}

function resultText(next: ShownNext, draws: Draws): TemplateResult {
  const {rows, rest} = next;
  const cells = [...rows, rest].map(({after, drawn}) => ({probability: after, drawn: drawn ?? 0}));
  const test = chiSquareTest(cells, draws.count);
  const says = l10n.t(
    "Pearson's test of the draws against the probabilities; tokens that are expected fewer than 5 times are taken together. In brackets: degrees of freedom. p: how often draws from these probabilities are at least as far off."
  );
  if (test === null) return html`<span>${l10n.t("too few draws for a χ² test")}</span>`;
  const {statistic, degrees, p} = test;
  return html`<span title=${says}>${l10n.t("χ²({0}) = {1}, p = {2}", degrees, decimal(statistic, 1), decimal(p, 3))}</span>`;
}
