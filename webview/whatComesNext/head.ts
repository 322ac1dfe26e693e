import * as l10n from "@vscode/l10n";
import {html, nothing, type TemplateResult} from "lit";
import type {ShownNext} from "../../src/features/whatComesNext/protocol";
import {bits, count, inBits, nats, plural, significant} from "../../src/text/numberText";
import {visibleText} from "../../src/text/visibleText";

/** Where the distribution stands, and how wide it is. */
export function head(next: ShownNext): TemplateResult {
  const {tail, title, model, promptTokens, cut, entropy, after, stages, warnings} = next;
  const given = l10n.t("{0} before the cursor", plural(promptTokens, "token"));
  return html`<div class="titles">
      <h1 title=${tail}>
        ${tail === "" ? l10n.t("at the beginning of the text") : html`${l10n.t("after")} <q>…<code>${tail}</code></q>`}
      </h1>
      <p class="muted about">
        <span>${title}</span><span>${model}</span><span>${given}</span>
        ${cut ? html`<span title=${l10n.t("The text is longer than the context: its beginning was left out.")}>${l10n.t("cut")}</span>` : nothing}
      </p>
      <p class="figures">
        <span>${entropyText(entropy)}</span>
        ${stages.length === 0 ? nothing : html`<span class="left"><span class="arrow" aria-hidden="true">→</span> ${l10n.t("after the samplers: {0}, {1} left", entropyText(after.entropy), plural(after.candidates, "token"))}</span>`}
      </p>
      ${warnings.map((warning) => html`<p class="warning">${visibleText(warning)}</p>`)}
    </div>`;
}

/** "entropy 2.303 nats, 3.32 bits, as of 10 equal choices". */
export function entropyText(entropy: number): string {
  return l10n.t(
    "entropy {0} nats, {1}, as of {2} equal choices",
    nats(entropy),
    inBits(bits(entropy)),
    significant(Math.exp(entropy))
  );
}

/** For screen readers, when the cursor has moved. */
export function spokenHead({tail, rows, entropy}: ShownNext, percentOf: (logprob: number) => string): string {
  const [first] = rows;
  if (first === undefined) return "";
  return l10n.t(
    "after '{0}': '{1}', {2}; entropy {3}",
    tail,
    first.label,
    percentOf(first.logprob),
    inBits(bits(entropy))
  );
}

export function drawnText(draws: number, seed: number): string {
  return l10n.t("{0} drawn with seed {1}", count(draws), seed);
}
