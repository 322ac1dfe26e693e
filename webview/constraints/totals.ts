import * as l10n from "@vscode/l10n";
import {html, nothing, type TemplateResult} from "lit";
import type {ConstraintResult} from "../../src/features/constraints/protocol";
import {bitsText, count, decimal, percentText} from "../../src/text/numberText";

/** The sums of the text, and whether it is one of the grammar. */
export function totals({constrained, total, unscored}: ConstraintResult): TemplateResult {
  const {sums, leavesAt, isComplete} = constrained;
  const bits = (nats: number) => bitsText(nats / Math.LN2);
  const share = (nats: number) => (sums.surprisal > 0 ? percentText(decimal((100 * nats) / sums.surprisal, 1)) : "–");
  const rows: (readonly [label: string, value: string, share: string])[] = [
    [l10n.t("Surprisal"), bits(sums.surprisal), ""],
    [l10n.t("Content"), bits(sums.content), share(sums.content)],
    [l10n.t("Decided by the grammar"), bits(sums.decided), share(sums.decided)],
    [l10n.t("Tokens"), count(sums.tokens), ""],
    [l10n.t("The only token allowed"), count(sums.forced), ""],
    [l10n.t("The model wanted another way"), count(sums.unwanted), ""]
  ];
  const verdict =
    leavesAt !== null
      ? l10n.t(
          "The text leaves the grammar at token {0} of {1}: the sums end there.",
          count(leavesAt + 1),
          count(total)
        )
      : isComplete
        ? l10n.t("The text is a whole one of the grammar.")
        : l10n.t("The text fits the grammar so far, and is not complete.");
  return html`
    <p class="verdict" data-left=${leavesAt !== null}>${verdict}</p>
    <table class="totals">
      <caption class="spoken-only">${l10n.t("Sums of the text")}</caption>
      <tbody>${rows.map(
        ([label, value, part]) =>
          html`<tr><th scope="row">${label}</th><td class="number">${value}</td><td class="number muted">${part}</td></tr>`
      )}</tbody>
    </table>
    ${unscored > 0 ? html`<p class="muted">${l10n.t("Tokens without a score: {0}", count(unscored))}</p>` : nothing}
  `;
}
