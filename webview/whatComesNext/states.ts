import * as l10n from "@vscode/l10n";
import {html, type TemplateResult} from "lit";
import type {Progress} from "../../src/contract/progress";
import {progressText} from "../../src/contract/progressText";
import {button, progressBar} from "../ui/controls";
import {withKeys} from "../ui/withKeys";

/** What stands in place of a distribution. */

export function noEditor(): TemplateResult {
  return html`<section class="state">
    <h1>${l10n.t("No text is open.")}</h1>
    <p class="muted">
      ${l10n.t("Put the cursor into a text: here is what the model would write there, and what samplers make of it.")}
    </p>
  </section>`;
}

export function waiting(progress: Progress | null): TemplateResult {
  const text = progress === null ? l10n.t("Asking the model…") : progressText(progress);
  return html`<section class="state" aria-busy="true">
    <h1>${l10n.t("What Comes Next")}</h1>
    ${progressBar(text, progress === null ? null : fractionOf(progress))}
    <p class="muted progress-text">${text}</p>
  </section>`;
}

export function failure(message: string, tryAgain: () => void): TemplateResult {
  return html`<section class="state" role="alert">
    <h1>${l10n.t("What Comes Next")}</h1>
    <p>${message}</p>
    <div class="buttons">${button({label: l10n.t("Try Again"), onClick: tryAgain, primary: true})}</div>
  </section>`;
}

/** Above what was shown before. */
export function thinProgress(progress: Progress): TemplateResult {
  return html`<div class="thin-progress">${progressBar(progressText(progress), fractionOf(progress))}</div>`;
}

/** The keys of the list, for people. */
export function keyHelp(): TemplateResult {
  return withKeys(
    l10n.t("{0} or a click on a token inserts it at the cursor, {1} copies it, {2} goes back to the text."),
    ["Enter", "Ctrl+C", "Esc"]
  );
}

/** Null if unknown. */
function fractionOf(progress: Progress): number | null {
  if (progress.stage === "wait") return null;
  const fraction = progress.stage === "load" ? progress.fraction : progress.done / progress.total;
  return fraction > 0 ? fraction : null;
}
