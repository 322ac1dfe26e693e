import * as l10n from "@vscode/l10n";
import {html, nothing, type TemplateResult} from "lit";
import {type BranchPlace, maxRest} from "../../src/features/branches/protocol";
import {signedBits} from "../../src/metrics/branchText";
import {type BranchTotals, type RestCost, restCost} from "../../src/metrics/branchTree";
import {bits, plural, significant} from "../../src/text/numberText";
import {linkButton} from "../ui/controls";
import {cssVariable} from "../ui/cssVariable";

/** Tokens that are shown at first, and with each More. */
export const firstTokens = 12;
export const moreTokens = 50;

/** What the rest of the text costs behind a branch: in all, and token by token. */
export function restTable(
  place: BranchPlace,
  rest: readonly (number | null)[],
  shown: number,
  onMore: () => void
): TemplateResult {
  const cost = restCost(
    place.rest.map(({logprob}) => logprob),
    rest
  );
  if (cost.after.tokens === 0) return html`<p class="muted">${l10n.t("No token of the rest has a score in both.")}</p>`;
  return html`
    <p>${recovery(cost, rest.length)}</p>
    <div class="wide"><table class="rest">
      <caption class="muted">${about(cost, rest.length)}</caption>
      <thead><tr>
        <th scope="col"></th>
        <th scope="col" class="number">${l10n.t("in your text")}</th>
        <th scope="col" class="number">${l10n.t("behind this")}</th>
        <th scope="col" class="number">${l10n.t("difference")}</th>
      </tr></thead>
      <tbody>
        ${sumRow(l10n.t("bits"), cost, ({logprob}) => -logprob)}
        ${sumRow(l10n.t("bits per token"), cost, ({mean}) => -(mean ?? 0))}
        ${perplexityRow(cost)}
        ${place.rest
          .slice(0, Math.min(shown, rest.length))
          .map(({label, logprob}, index) =>
            tokenRow(label, logprob, rest[index] ?? null, cost.differences[index] ?? null)
          )}
      </tbody>
    </table></div>
    ${shown < rest.length ? linkButton({label: l10n.t("Show more tokens"), onClick: onMore}) : nothing}
  `;
}

function about({after}: RestCost, tokens: number): string {
  const scored = plural(after.tokens, "token");
  return tokens === maxRest
    ? l10n.t("The next {0} of your text, with this branch in the place", scored)
    : l10n.t("The {0} of your text that follow, with this branch in the place", scored);
}

function recovery({recoversAt}: RestCost, tokens: number): string {
  if (recoversAt === 0) return l10n.t("No token that follows costs half a bit more than before.");
  if (recoversAt >= tokens) return l10n.t("It does not recover: the last token still costs more than before.");
  return l10n.t(
    "It recovers behind {0}: from there on no token costs half a bit more than before.",
    plural(recoversAt, "token")
  );
}

function sumRow(name: string, {before, after}: RestCost, nats: (totals: BranchTotals) => number): TemplateResult {
  return html`<tr class="sum">
    <th scope="row">${name}</th>
    <td class="number">${bits(nats(before))}</td>
    <td class="number">${bits(nats(after))}</td>
    <td class="number">${signedBits(nats(after) - nats(before))}</td>
  </tr>`;
}

function perplexityRow({before, after}: RestCost): TemplateResult {
  return html`<tr class="sum last">
    <th scope="row">${l10n.t("perplexity")}</th>
    <td class="number">${significant(before.perplexity ?? 0)}</td>
    <td class="number">${significant(after.perplexity ?? 0)}</td>
    <td class="number">${l10n.t("{0} ×", significant((after.perplexity ?? 1) / (before.perplexity ?? 1)))}</td>
  </tr>`;
}

/** Bits at which a difference's bar is full. */
const fullBits = 8;

function tokenRow(label: string, before: number | null, after: number | null, difference: number | null) {
  const share = Math.min(1, Math.abs(difference ?? 0) / Math.LN2 / fullBits);
  return html`<tr>
    <th scope="row"><code>${label}</code></th>
    <td class="number">${before === null ? "–" : bits(-before)}</td>
    <td class="number">${after === null ? "–" : bits(-after)}</td>
    <td class="number difference ${(difference ?? 0) > 0 ? "more" : "less"}" ${cssVariable("--share", share)}>
      ${difference === null ? "–" : signedBits(difference)}
    </td>
  </tr>`;
}
