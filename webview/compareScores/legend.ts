import * as l10n from "@vscode/l10n";
import {html, type TemplateResult} from "lit";
import {
  type DifferenceLevel,
  differenceLabel,
  differenceLevels,
  differenceThresholds,
  shortDifferenceLabel
} from "../../src/metrics/differenceScale";
import {count, inBits, withDecimalSeparator} from "../../src/text/numberText";
import {choice} from "../ui/controls";
import {sideSign} from "./header";
import type {DifferenceColouring} from "./shownComparison";

export interface LegendState {
  readonly colouring: DifferenceColouring;
  readonly onFilter: (level: DifferenceLevel) => void;
  readonly onThreshold: (bits: number) => void;
}

const better: readonly DifferenceLevel[] = ["a3", "a2", "a1", "alike", "b1", "b2", "b3"];

/** CSS classes of the row's ever narrower forms: without counts, with the bounds on the colours, and without these. */
export const legendForms = ["tight", "tighter", "wordless"] as const;

/** One row: what each colour stands for, and how many pieces have it. A click shows only those. */
export function legend(state: LegendState): TemplateResult {
  const {threshold} = state.colouring;
  const others = differenceLevels.filter((level, i) => !better.includes(level) && (state.colouring.counts[i] ?? 0) > 0);
  return html`<div class="row" role="group" aria-label=${l10n.t("Difference in bits per piece; a click shows only those")}>
    <span class="end">${sideSign(0)} <span class="better">${l10n.t("better")}</span></span>
    ${better.map((level) => entry(level, state))}
    <span class="end">${sideSign(1)} <span class="better">${l10n.t("better")}</span></span>
    ${others.map((level) => entry(level, state))}
    ${choice({
      label: l10n.t("Bits from which on a difference is coloured"),
      value: String(threshold),
      options: differenceThresholds.map(
        (bits) => [String(bits), l10n.t("from {0}", inBits(decimalText(bits)))] as const
      ),
      onChange: (value) => state.onThreshold(Number(value))
    })}
  </div>`;
}

function entry(level: DifferenceLevel, {colouring, onFilter}: LegendState): TemplateResult {
  const label = differenceLabel(level, colouring.threshold);
  const number = count(colouring.counts[differenceLevels.indexOf(level)] ?? 0);
  const all = spoken(level, label, number);
  return html`<button
    type="button"
    class="entry"
    aria-label=${all}
    title=${all}
    data-level=${level}
    aria-pressed=${colouring.only?.has(level) === true}
    @click=${() => onFilter(level)}
  ><span class="piece ${level} sample"></span><span class="piece ${level} short">${shortDifferenceLabel(level, colouring.threshold)}</span
    ><span class="entry-label">${label} </span><span class="entry-count muted">${number}</span></button>`;
}

function spoken(level: DifferenceLevel, label: string, number: string): string {
  switch (level[0]) {
    case "b":
      return l10n.t("B better by {0} bits: {1}", label, number);
    case "a":
      return level === "alike"
        ? l10n.t("Difference {0} bits: {1}", label, number)
        : l10n.t("A better by {0} bits: {1}", label, number);
    default:
      return l10n.t("{0}: {1}", label, number);
  }
}

function decimalText(value: number): string {
  return withDecimalSeparator(String(value));
}
