import * as l10n from "@vscode/l10n";
import {html, nothing, type TemplateResult} from "lit";
import type {Comparison, Pair, Side} from "../../src/features/compareScores/protocol";
import {comparisonNotes, totalDifference, totalLabel, totalText} from "../../src/metrics/comparisonText";
import {type ComparedSums, type ComparedTotal, comparability, comparedTotals} from "../../src/metrics/scoreComparison";
import {count} from "../../src/text/numberText";
import {visibleText} from "../../src/text/visibleText";
import {button, iconButton, linkButton} from "../ui/controls";
import {sharedStart} from "./sharedStart";

/** What the buttons do. */
export interface Actions {
  readonly swap: () => void;
  readonly copy: () => void;
  readonly exportCsv: () => void;
  readonly compareAgain: () => void;
  readonly chooseOther: () => void;
  readonly toggleTotals: () => void;
}

/** The sign of a side, in its colour. */
export function sideSign(side: 0 | 1): TemplateResult {
  return html`<span class="side ${side === 0 ? "a" : "b"}">${side === 0 ? "A" : "B"}</span>`;
}

/** The line above the text: both names, the number to compare first, and what opens the rest. */
export function heading(
  {sides}: Comparison,
  sums: ComparedSums | null,
  isOpen: boolean,
  actions: Actions
): TemplateResult {
  const totals = totalsOf(sides, sums);
  const [first] = totals;
  return html`
    ${names([sides[0].name, sides[1].name])}
    ${
      first === undefined
        ? nothing
        : linkButton({
            label: html`<span class="headline">${headline(first)}</span><span class="short-headline" aria-hidden="true" title=${headline(first)}
              >${sideSign(0)}${totalText(first.key, first.a)} ${sideSign(1)}${totalText(first.key, first.b)}</span> <span aria-hidden="true">${isOpen ? "▴" : "▾"}</span>`,
            onClick: actions.toggleTotals,
            expanded: isOpen
          })
    }
    ${iconButton({icon: "swap", label: l10n.t("Swap"), tooltip: l10n.t("Shows A as B, and B as A"), onClick: actions.swap})}
    ${isOpen ? totalsPanel(sides, totals, sums, actions) : nothing}
  `;
}

export function names(of: Pair<string>): TemplateResult {
  const [a, b] = [visibleText(of[0]), visibleText(of[1])];
  const shared = sharedStart(a, b);
  return html`<h1>${name(0, a, shared)} ${name(1, b, shared)}</h1>`;
}

/** Where there is little room, what both names begin with is cut first. */
function name(side: 0 | 1, text: string, shared: number): TemplateResult {
  const start = shared === 0 ? nothing : html`<bdi class="shared">${text.slice(0, shared)}</bdi>`;
  return html`<span class="name" title=${text}>${sideSign(side)}${start}<bdi>${text.slice(shared)}</bdi></span>`;
}

function totalsOf([a, b]: Pair<Side>, sums: ComparedSums | null): ComparedTotal[] {
  return comparedTotals(a.summary, b.summary, sums, comparability(a, b));
}

function headline({key, a, b, better}: ComparedTotal): string {
  const [first, second] = [totalText(key, a), totalText(key, b)];
  if (a === null || b === null || better === null) return l10n.t("Bits per byte: A {0}, B {1}", first, second);
  if (better === "equal") return l10n.t("Bits per byte: {0} on both sides", first);
  const by = totalText(key, Math.abs(b - a));
  return better === "a"
    ? l10n.t("Bits per byte: A {0}, B {1}; A is better by {2}", first, second, by)
    : l10n.t("Bits per byte: A {0}, B {1}; B is better by {2}", first, second, by);
}

function totalsPanel(
  sides: Pair<Side>,
  totals: readonly ComparedTotal[],
  sums: ComparedSums | null,
  actions: Actions
): TemplateResult {
  return html`<section id="totals" aria-label=${l10n.t("Totals")}>
    ${totalsTable(sides, totals, sums)}
    <div class="buttons">
      ${button({label: l10n.t("Copy as Markdown"), onClick: actions.copy})}
      ${sums === null ? nothing : button({label: l10n.t("Export CSV…"), onClick: actions.exportCsv})}
      ${button({label: l10n.t("Compare Again"), onClick: actions.compareAgain})}
      ${button({label: l10n.t("Compare With…"), onClick: actions.chooseOther})}
    </div>
  </section>`;
}

function totalsTable(sides: Pair<Side>, totals: readonly ComparedTotal[], sums: ComparedSums | null): TemplateResult {
  const [a, b] = sides;
  const unfinished = ([0, 1] as const).filter((side) => !sides[side].finished);
  return html`
    <div class="wide">
      <table>
        <thead>
          <tr>
            <td></td>
            <th scope="col" class="number">${sideSign(0)}</th>
            <th scope="col" class="number">${sideSign(1)}</th>
            <th scope="col" class="number">${l10n.t("B − A")}</th>
            <th scope="col">${l10n.t("Better")}</th>
          </tr>
        </thead>
        <tbody>
          ${totals.map(
            (total) => html`<tr>
              <th scope="row">${totalLabel(total.key)}</th>
              <td class="number">${totalText(total.key, total.a)}</td>
              <td class="number">${totalText(total.key, total.b)}</td>
              <td class="number">${totalDifference(total)}</td>
              <td>${betterSign(total)}</td>
            </tr>`
          )}
        </tbody>
      </table>
    </div>
    ${comparisonNotes(comparability(a, b), sums).map((note) => html`<p class="muted">${note}</p>`)}
    ${unfinished.map(
      (side) =>
        html`<p class="muted">${l10n.t("Scoring of {0} was stopped: {1} of {2} tokens have their scores.", side === 0 ? "A" : "B", count(sides[side].summary.scored), count(sides[side].summary.tokens))}</p>`
    )}
  `;
}

function betterSign({better}: ComparedTotal): TemplateResult | string {
  switch (better) {
    case "a":
      return sideSign(0);
    case "b":
      return sideSign(1);
    case "equal":
      return l10n.t("alike");
    case null:
      return html`<span class="muted" title=${l10n.t("Not to be compared")}>–</span>`;
    default:
      return better satisfies never;
  }
}
