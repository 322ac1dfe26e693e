import * as l10n from "@vscode/l10n";
import {html, nothing, type TemplateResult} from "lit";
import type {ConstraintResult} from "../../src/features/constraints/protocol";
import {bitsText, count, percent} from "../../src/text/numberText";
import {shortLabel} from "../../src/text/tokenLabel";
import {visibleText} from "../../src/text/visibleText";

/** What the grammar does at a token. */
export function card(result: ConstraintResult, token: number): TemplateResult | typeof nothing {
  const text = result.texts[token];
  if (text === undefined) return nothing;
  return html`
    <h2>${l10n.t("Token {0}:", count(token + 1))} <code>${shortLabel(visibleText(text))}</code></h2>
    <dl>${rowsOf(result, token).map(([label, value]) => html`<div><dt>${label}</dt><dd>${value}</dd></div>`)}</dl>
  `;
}

function rowsOf(result: ConstraintResult, token: number): readonly (readonly [label: string, value: string])[] {
  const {constrained, logprobs, vocabularySize, wantedTexts} = result;
  const logprob = logprobs[token] ?? Number.NaN;
  const bits = (nats: number | undefined) => bitsText((nats ?? Number.NaN) / Math.LN2);
  const surprisal = [l10n.t("Surprisal"), Number.isNaN(logprob) ? l10n.t("not scored") : bits(-logprob)] as const;
  const allowed = constrained.allowed[token] ?? -1;
  if (allowed < 0) {
    const isBehind = constrained.leavesAt !== null && token > constrained.leavesAt;
    return [surprisal, ...(isBehind ? [[l10n.t("Grammar"), l10n.t("left before this token")] as const] : [])];
  }
  const wanted = shortLabel(visibleText(wantedTexts[token] ?? ""));
  const isForbidden = constrained.leavesAt === token;
  return [
    surprisal,
    [
      l10n.t("Under the grammar"),
      isForbidden ? l10n.t("forbidden") : bits(-(constrained.logprobs[token] ?? Number.NaN))
    ],
    [l10n.t("Decided by the grammar"), bits(constrained.decided[token])],
    [l10n.t("Allowed tokens"), l10n.t("{0} of {1}", count(allowed), count(vocabularySize))],
    [l10n.t("Cut off"), percent(Math.log(constrained.cutOff[token] ?? 0))],
    [
      l10n.t("First choice of the model"),
      constrained.wantedForbidden[token] === 1 ? l10n.t("{0}, forbidden", wanted) : l10n.t("{0}, allowed", wanted)
    ]
  ];
}
