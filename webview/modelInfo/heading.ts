import * as l10n from "@vscode/l10n";
import {html, nothing, type TemplateResult} from "lit";
import type {ChatTemplate, ModelPage, ModelSource, Uses} from "../../src/features/modelInfo/protocol";
import {byteSize} from "../../src/text/numberText";
import {visibleLines} from "../../src/text/visibleText";
import {busyRing, button, linkButton} from "../ui/controls";
import {shown} from "./shownText";

/** What the buttons do. */
export interface Actions {
  readonly useModel: () => void;
  readonly download: () => void;
  readonly reveal: () => void;
  readonly copyJson: () => void;
  readonly readAgain: () => void;
  readonly saveCopy: () => void;
}

/** The top of the page: the model's name, and buttons for what can be done with it. */
export function heading({facts, file, problem}: ModelPage, uses: Uses, actions: Actions): TemplateResult {
  const inUse = uses.measures;
  const name = facts?.name ?? null;
  const about = [facts?.architecture, facts?.quantization, file.bytes === null ? null : byteSize(file.bytes)];
  return html`
    <header>
      <div class="titles">
        <h1>${shown(name === null || name.trim() === "" ? file.name : name)}</h1>
        <p class="about">
          ${[file.name, ...about]
            .filter((part): part is string => typeof part === "string" && part !== "")
            .map((part) => shown(part))
            .join(" · ")}
        </p>
        <p class="muted location">${shown(file.location, 2000)}</p>
        ${useText(uses)}
      </div>
      <div class="buttons" role="toolbar" aria-label=${l10n.t("Model")}>
        ${file.local && !inUse && facts !== null && problem === null ? button({label: l10n.t("Use This Model"), onClick: actions.useModel, primary: true}) : nothing}
        ${file.download ? button({label: l10n.t("Download…"), onClick: actions.download, primary: true}) : nothing}
        ${file.reveal === null ? nothing : button({label: file.reveal === "explorer" ? l10n.t("Reveal in Explorer") : l10n.t("Reveal in File Manager"), onClick: actions.reveal})}
        ${button({label: l10n.t("Copy as JSON"), onClick: actions.copyJson})}
        ${button({label: l10n.t("Read Again"), onClick: actions.readAgain})}
      </div>
    </header>
    ${problem === null ? nothing : html`<p class="problem" role="alert">${shown(problem, 1000)}</p>`}
  `;
}

function useText({measures, completes}: Uses): TemplateResult | typeof nothing {
  if (measures && completes) return html`<p class="use">${l10n.t("In use: it measures and completes.")}</p>`;
  if (measures) return html`<p class="use">${l10n.t("In use: it measures.")}</p>`;
  return completes ? html`<p class="use">${l10n.t("In use: it completes.")}</p>` : nothing;
}

export function reading({name}: ModelSource): TemplateResult {
  return html`<section class="state" aria-busy="true">
    <h1>${shown(name)}</h1>
    <p class="waiting">${busyRing(l10n.t("Reading the model's header"))}<span>${l10n.t("Reading the model's header…")}</span></p>
  </section>`;
}

export function failure({name}: ModelSource, message: string, canCopy: boolean, actions: Actions): TemplateResult {
  return html`<section class="state" role="alert">
    <h1>${shown(name)}</h1>
    <p>${shown(message, 1000)}</p>
    <div class="buttons">
      ${canCopy ? button({label: l10n.t("Save a Copy…"), onClick: actions.saveCopy, primary: true}) : nothing}
      ${button({label: l10n.t("Read Again"), onClick: actions.readAgain, primary: !canCopy})}
    </div>
  </section>`;
}

/** A chat template that can be opened. */
export function chatTemplate({key, name, text, cut}: ChatTemplate, copy: (key: string) => void): TemplateResult {
  const title = name === "" ? l10n.t("Chat template") : l10n.t("Chat template for {0}", shown(name));
  return html`<details class="template">
    <summary>${title}</summary>
    <p>${linkButton({label: l10n.t("Copy"), spoken: l10n.t("Copy the chat template"), onClick: () => copy(key)})}</p>
    <pre tabindex="0" aria-label=${title}>${visibleLines(text)}${cut ? "…" : ""}</pre>
  </details>`;
}
