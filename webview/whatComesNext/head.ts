import * as l10n from "@vscode/l10n";
import {html, nothing, type TemplateResult} from "lit";
import type {ShownNext} from "../../src/features/whatComesNext/protocol";
import {bits, count, decimal, inBits, nats, plural} from "../../src/text/numberText";
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
      <p class="figures">${entropyTexts(l10n.t("entropy"), entropy)}</p>
      ${
        stages.length === 0
          ? nothing
          : html`<p class="figures">
              ${entropyTexts(l10n.t("after the samplers"), after.entropy)}<span>${l10n.t("{0} left", plural(after.candidates, "token"))}</span>
            </p>`
      }
      ${warnings.map((warning) => html`<p class="warning">${visibleText(warning)}</p>`)}
    </div>`;
}

/** "entropy 2.303 nats  3.32 bits  10.0 effective choices". */
function entropyTexts(of: string, entropy: number): TemplateResult {
  const choices = Math.exp(entropy);
  const text = choices < 1000 ? decimal(choices, choices < 9.95 ? 2 : 1) : count(Math.round(choices));
  return html`<span>${of} ${l10n.t("{0} nats", nats(entropy))}</span><span>${inBits(bits(entropy))}</span>
    <span title=${l10n.t("As many equally probable tokens have the same entropy.")}>${l10n.t("{0} effective choices", text)}</span>`;
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
