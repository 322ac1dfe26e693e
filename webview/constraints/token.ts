import * as l10n from "@vscode/l10n";
import {html, type TemplateResult} from "lit";
import type {ConstraintResult} from "../../src/features/constraints/protocol";
import {shortLabel} from "../../src/text/tokenLabel";
import {visibleText} from "../../src/text/visibleText";
import {cssVariable} from "../ui/cssVariable";

/** Bits that have the full colour. */
const fullColour = 10;

export interface TokenOptions {
  readonly isSelected: boolean;
  readonly onSelect: () => void;
}

/** A token as a button in its two colours: content above, what the grammar decides below. */
export function tokenButton(
  {texts, constrained}: ConstraintResult,
  token: number,
  {isSelected, onSelect}: TokenOptions
): TemplateResult {
  const text = texts[token] ?? "";
  const isKnown = (constrained.allowed[token] ?? -1) >= 0;
  const share = (nats: number | undefined) => Math.min(1, Math.max(0, (nats || 0) / Math.LN2 / fullColour));
  const isForbidden = constrained.leavesAt === token;
  const classes = [
    "token",
    isKnown ? "" : "unknown",
    isForbidden ? "forbidden" : "",
    isKnown && constrained.wantedForbidden[token] === 1 ? "unwanted" : ""
  ];
  const label = shortLabel(visibleText(text));
  // A line feed ends the line behind what stands for it.
  return html`<button
      type="button"
      class=${classes.filter(Boolean).join(" ")}
      aria-pressed=${isSelected}
      aria-label=${isForbidden ? l10n.t("{0}, forbidden", label) : label}
      ${cssVariable("--content", isForbidden ? 1 : share(-(constrained.logprobs[token] ?? 0)))}
      ${cssVariable("--decided", share(constrained.decided[token]))}
      @focus=${onSelect}
      @click=${onSelect}
    >${text.includes("\n") || text === "" ? label : text}</button>${text.includes("\n") ? html`<br>` : ""}`;
}
