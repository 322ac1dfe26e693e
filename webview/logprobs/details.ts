import * as l10n from "@vscode/l10n";
import {html, nothing, type TemplateResult} from "lit";
import type {Alternative, ScoredText} from "../../src/features/logprobs/protocol";
import {tokenRows} from "../../src/metrics/tokenMetrics";
import {bits, count, listText, percent} from "../../src/text/numberText";
import {busyRing} from "../ui/controls";
import {cssVariable} from "../ui/cssVariable";
import {withKeys} from "../ui/withKeys";
import type {Alternatives, AlternativesState} from "./alternatives";
import {levelClass} from "./colouring";
import type {ShownText} from "./shownText";

/** The pane about one token: its numbers, and the tokens that the model expected. */
export function details(
  text: ShownText,
  level: number,
  token: number,
  alternatives: AlternativesState
): TemplateResult {
  const {scored} = text;
  const logprob = text.logprob(token);
  const label = text.label(token);
  const known = alternatives.type === "alternatives" ? alternatives : null;
  return html`
    <h2>
      <code class="label token ${levelClass(level)}">${label}</code>
      <span class="muted">${l10n.t("{0} of {1}", count(token + 1), count(text.count))}</span>
    </h2>
    <div class="about-token">
      <dl class="facts">
        ${fact(l10n.t("id"), String(scored.ids[token]), l10n.t("The token's number in the model's vocabulary."))}
        ${logprob === null ? nothing : scoreFacts(logprob, known)}
      </dl>
      ${logprob === null ? html`<p>${whyUnscored(scored)}</p>` : chart(text, token, logprob, alternatives)}
    </div>
  `;
}

export function noToken(): TemplateResult {
  const sentence = l10n.t(
    "Point at a token, or press {0} into the text and use the arrow keys, to see what the model expected there. {1} and {2} go to the next and the previous coloured token, {3} selects it in the editor."
  );
  return html`<p class="hint">${withKeys(sentence, ["Tab", "n", "p", "Enter"])}</p>`;
}

/** What a screen reader says when the alternatives arrive. The token's label has said the rest. */
export function spoken(alternatives: AlternativesState): string {
  if (alternatives.type === "loading") return "";
  if (alternatives.type === "failed") return alternatives.message;
  const {rank, entropy, top} = alternatives;
  const best = top.slice(0, 3).map(({label, logprob}) => `'${label}' ${percent(logprob)}`);
  return l10n.t("Rank {0}, entropy {1} bits. Most likely: {2}.", count(rank), bits(entropy), listText(best));
}

function scoreFacts(logprob: number, known: Alternatives | null): TemplateResult[] {
  const rank = known?.rank ?? null;
  // If the token is the first choice, use the score's logprob: asked for alone, it comes out slightly different.
  const best = rank === 1 ? logprob : (known?.top[0]?.logprob ?? null);
  const rows = tokenRows({logprob, rank, entropy: known?.entropy ?? null, best});
  return rows.map(({label, value, help}) => fact(label, value ?? "…", help));
}

function fact(name: string, value: string, help: string): TemplateResult {
  return html`<div title=${help}><dt>${name}</dt><dd>${value}</dd></div>`;
}

function chart(text: ShownText, token: number, logprob: number, alternatives: AlternativesState): TemplateResult {
  if (alternatives.type === "failed") return html`<p class="failure">${alternatives.message}</p>`;
  if (alternatives.type === "loading") {
    return html`<div class="waiting">${busyRing(l10n.t("Asking the model"))}<span>${l10n.t("Asking the model…")}</span></div>`;
  }
  const {top, rank} = alternatives;
  const id = text.scored.ids[token] ?? -1;
  const among = top.some((alternative) => alternative.id === id);
  const longest = Math.max(logprob, ...top.map((alternative) => alternative.logprob));
  return html`<ol class="chart" aria-label=${l10n.t("What the model expected here")}>
    ${top.map((alternative, index) => {
      // For the text's own token, use the score's logprob: asked for alone, it comes out slightly different (docs/decisions/scoring.md).
      const actual = alternative.id === id;
      return bar(actual ? {...alternative, logprob} : alternative, index + 1, longest, actual);
    })}
    ${among ? nothing : bar({id, label: text.label(token), text: text.label(token), logprob}, rank, longest, true)}
  </ol>`;
}

function bar({id, label, logprob}: Alternative, rank: number, longest: number, actual: boolean): TemplateResult {
  const says = actual
    ? l10n.t("{0}. '{1}', {2}, the token that stands here", count(rank), label, percent(logprob))
    : l10n.t("{0}. '{1}', {2}", count(rank), label, percent(logprob));
  return html`<li class=${actual ? "actual" : ""} title=${l10n.t("id {0}", id)} aria-label=${says}>
    <span class="rank">${count(rank)}</span>
    <code>${label}</code>
    <span class="bar" ${cssVariable("--share", Math.exp(logprob - longest))}></span>
    <span class="share">${percent(logprob)}</span>
  </li>`;
}

function whyUnscored({windowing}: ScoredText): string {
  if (windowing.mode === "llama-perplexity") {
    return l10n.t("Not scored: llama-perplexity scores the second half of each chunk only.");
  }
  return windowing.bos
    ? l10n.t("Not scored.")
    : l10n.t("Not scored: it is the first token, and this model has no token for the beginning of a text.");
}
