/**
 * The controls of every view. The toolkit behind them is no longer developed; nothing outside this folder knows its
 * elements, so that another can take its place here.
 */
import {provideVSCodeDesignSystem, vsCodeButton, vsCodeProgressRing} from "@vscode/webview-ui-toolkit";
import {html, nothing, type TemplateResult} from "lit";

provideVSCodeDesignSystem().register(vsCodeButton(), vsCodeProgressRing());

export interface ButtonOptions {
  readonly label: string;
  readonly onClick: () => void;
  /** The one thing to do here. Others are quieter. */
  readonly primary?: boolean;
  readonly tooltip?: string;
}

export function button({label, onClick, primary, tooltip}: ButtonOptions): TemplateResult {
  return html`<vscode-button
    appearance=${primary ? "primary" : "secondary"}
    title=${tooltip ?? nothing}
    @click=${onClick}
  >${label}</vscode-button>`;
}

/** Something is on its way and nobody knows how far it is. */
export function busyRing(label: string): TemplateResult {
  return html`<vscode-progress-ring class="busy-ring" aria-label=${label}></vscode-progress-ring>`;
}

/** How far something is. Null: nobody knows, and the bar only moves. */
export function progressBar(label: string, fraction: number | null): TemplateResult {
  return fraction !== null
    ? html`<progress class="progress-bar" aria-label=${label} .value=${fraction}></progress>`
    : html`<progress class="progress-bar" aria-label=${label}></progress>`;
}

export interface LinkButtonOptions {
  readonly label: string;
  readonly onClick: () => void;
  /** For screen readers, where the label means nothing without what stands beside it. */
  readonly spoken?: string;
  /** For what opens and closes something. */
  readonly expanded?: boolean;
}

/** A button that looks like a link: one of many, in rows. */
export function linkButton({label, onClick, spoken, expanded}: LinkButtonOptions): TemplateResult {
  return html`<button
    type="button"
    class="link-button"
    aria-label=${spoken ?? nothing}
    aria-expanded=${expanded ?? nothing}
    @click=${onClick}
  >${label}</button>`;
}

export interface SearchBoxOptions {
  readonly id: string;
  readonly label: string;
  readonly value: string;
  readonly onInput: (text: string) => void;
}

/** Filters a list while one types; Escape empties it. */
export function searchBox({id, label, value, onInput}: SearchBoxOptions): TemplateResult {
  return html`<input
    id=${id}
    class="search-box"
    type="search"
    spellcheck="false"
    autocomplete="off"
    placeholder=${label}
    aria-label=${label}
    .value=${value}
    @input=${({target}: InputEvent) => onInput((target as HTMLInputElement).value)}
  >`;
}
