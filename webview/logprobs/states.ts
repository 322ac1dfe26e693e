import * as l10n from "@vscode/l10n";
import {html, type TemplateResult} from "lit";
import type {Progress} from "../../src/contract/progress";
import {progressText} from "../../src/contract/progressText";
import type {Source} from "../../src/features/logprobs/protocol";
import {count} from "../../src/text/numberText";
import {visibleText} from "../../src/text/visibleText";
import {button, progressBar} from "../ui/controls";

/** What stands in place of a text. */

export function noText(): TemplateResult {
  return html`<div class="state none-yet">
    <h1>${l10n.t("No text has been scored here yet.")}</h1>
    <p class="muted">
      ${l10n.t("Select text in an editor, or open a file, and run Tokenscope: Show Logprobs.")}
    </p>
  </div>`;
}

export function scoring(source: Source, progress: Progress, isStopping: boolean, cancel: () => void): TemplateResult {
  const text = progressText(progress, {
    describe: (done, total) => l10n.t("{0} of {1} tokens", count(done), count(total))
  });
  return html`<div class="state">
    <h1>${visibleText(source.title)}</h1>
    ${progressBar(text, fractionOf(progress))}
    <p class="muted progress-text">${text}</p>
    <div class="buttons">
      ${button({label: isStopping ? l10n.t("Stopping…") : l10n.t("Cancel"), onClick: cancel, disabled: isStopping})}
    </div>
  </div>`;
}

/** Null if unknown. */
function fractionOf(progress: Progress): number | null {
  if (progress.stage === "wait") return null;
  const fraction = progress.stage === "load" ? progress.fraction : progress.done / progress.total;
  return fraction > 0 ? fraction : null;
}

export function failure(source: Source, message: string, scoreAgain: () => void): TemplateResult {
  return html`<div class="state" role="alert">
    <h1>${visibleText(source.title)}</h1>
    <p>${message}</p>
    <div class="buttons">${button({label: l10n.t("Score Again"), onClick: scoreAgain, primary: true})}</div>
  </div>`;
}
