import * as l10n from "@vscode/l10n";
import {html, nothing, type TemplateResult} from "lit";
import {pieceKinds} from "../../src/metrics/tokenAlignment";
import {bits, count, decimal, percent, plural} from "../../src/text/numberText";
import {withKeys} from "../ui/withKeys";
import {sideSign} from "./header";
import type {DifferenceColouring, ShownComparison} from "./shownComparison";

/** Tokens of a side that are listed. */
const maxListed = 8;

/** The card about one piece: both sides' tokens with their numbers, and the difference. */
export function card(shown: ShownComparison, colouring: DifferenceColouring, piece: number): TemplateResult {
  const {texts} = shown;
  return html`
    <h2>
      <code class="label piece ${colouring.levelOf(piece)}">${texts.label(piece)}</code>
      <span class="muted">${l10n.t("{0} of {1}", count(piece + 1), count(shown.count))}</span>
    </h2>
    <p class="verdict">${verdict(shown, piece)}</p>
    <table>
      <thead>
        <tr>
          <th scope="col">${l10n.t("Token")}</th>
          <th scope="col" class="number">${l10n.t("p")}</th>
          <th scope="col" class="number">${l10n.t("bits")}</th>
          <th scope="col" class="number">${l10n.t("rank")}</th>
        </tr>
      </thead>
      ${([0, 1] as const).map((side) => sideRows(shown, piece, side))}
    </table>
  `;
}

export function noPiece(): TemplateResult {
  const sentence = l10n.t(
    "Point at a piece of the text, or press {0} into it and use the arrow keys, to see its tokens on both sides. {1} and {2} go to the next and the previous coloured piece, {3} selects it in the editor."
  );
  return html`<p class="hint">${withKeys(sentence, ["Tab", "n", "p", "Enter"])}</p>`;
}

export function verdict({texts, bits: {a, b, differences}}: ShownComparison, piece: number): string {
  const kind = texts.alignment.kinds[piece];
  if (kind === pieceKinds.onlyA) return l10n.t("Only in A: {0} bits.", decimal(a[piece] ?? 0, 2));
  if (kind === pieceKinds.onlyB) return l10n.t("Only in B: {0} bits.", decimal(b[piece] ?? 0, 2));
  const difference = differences[piece] ?? Number.NaN;
  if (Number.isNaN(difference)) return l10n.t("A token here has no score: left out on both sides.");
  const size = decimal(Math.abs(difference), 2);
  if (difference === 0) return l10n.t("Both sides need the same bits here.");
  return difference > 0 ? l10n.t("A is better here by {0} bits.", size) : l10n.t("B is better here by {0} bits.", size);
}

function sideRows(shown: ShownComparison, piece: number, side: 0 | 1): TemplateResult | typeof nothing {
  const {from, to} = shown.texts.tokens(piece, side);
  if (from === to) return nothing;
  const listed = Array.from({length: Math.min(to - from, maxListed)}, (_, i) => from + i);
  const sum = (side === 0 ? shown.bits.a : shown.bits.b)[piece] ?? 0;
  return html`<tbody>
    ${listed.map((token) => tokenRow(shown, side, token))}
    ${
      to - from > 1
        ? html`<tr class="sum">
            <th scope="row">${sideSign(side)} ${plural(to - from, "token")}</th>
            <td></td>
            <td class="number">${decimal(sum, 2)}</td>
            <td></td>
          </tr>`
        : nothing
    }
  </tbody>`;
}

function tokenRow(shown: ShownComparison, side: 0 | 1, token: number): TemplateResult {
  const {logprobs, ranks, ids} = shown.side(side);
  const logprob = logprobs[token] ?? Number.NaN;
  const isScored = !Number.isNaN(logprob);
  const rank = ranks?.[token] ?? 0;
  return html`<tr title=${l10n.t("id {0}", String(ids[token]))}>
    <th scope="row">${sideSign(side)} <code>${shown.texts.tokenLabel(side, token)}</code></th>
    <td class="number">${isScored ? percent(logprob) : l10n.t("not scored")}</td>
    <td class="number">${isScored ? bits(0 - logprob) : "–"}</td>
    <td class="number">${isScored && rank > 0 ? count(rank) : "–"}</td>
  </tr>`;
}
