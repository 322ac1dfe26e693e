/**
 * The controls of every view. The toolkit behind them is no longer developed; nothing outside this folder knows its
 * elements, so that another can take its place here.
 */
import {
  provideVSCodeDesignSystem,
  type TextField,
  vsCodeButton,
  vsCodeProgressRing,
  vsCodeTextField
} from "@vscode/webview-ui-toolkit";
import {html, nothing, type TemplateResult} from "lit";
import {type IconName, icon} from "./icons";

provideVSCodeDesignSystem().register(vsCodeButton(), vsCodeProgressRing(), vsCodeTextField());

export interface ButtonOptions {
  readonly label: string;
  readonly onClick: () => void;
  /** The main action, in the button colour. */
  readonly primary?: boolean;
  readonly tooltip?: string;
  readonly disabled?: boolean;
}

export function button({label, onClick, primary, tooltip, disabled = false}: ButtonOptions): TemplateResult {
  return html`<vscode-button
    appearance=${primary ? "primary" : "secondary"}
    title=${tooltip ?? nothing}
    ?disabled=${disabled}
    @click=${onClick}
  >${label}</vscode-button>`;
}

/** Something takes a while, and it is unknown how long. */
export function busyRing(label: string): TemplateResult {
  return html`<vscode-progress-ring class="busy-ring" aria-label=${label}></vscode-progress-ring>`;
}

/** How far something is. With null it only moves. The toolkit has just a ring, which can't show a fraction. */
export function progressBar(label: string, fraction: number | null): TemplateResult {
  return fraction !== null
    ? html`<progress class="progress-bar" aria-label=${label} .value=${fraction}></progress>`
    : html`<progress class="progress-bar" aria-label=${label}></progress>`;
}

export interface LinkButtonOptions {
  readonly label: string | TemplateResult;
  readonly onClick: () => void;
  /** Label for screen readers, if the visible one needs its surroundings to be understood. */
  readonly spoken?: string;
  /** For a button that opens and closes something: whether it is open. */
  readonly expanded?: boolean;
}

/** A button that looks like a link. Not the toolkit's: rows have up to a thousand of them, and its take 30 times as long to make. */
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

/** Filters a list while the user types; Escape empties it. */
export function searchBox({id, label, value, onInput}: SearchBoxOptions): TemplateResult {
  // The toolkit takes the text inside for the label; the style sheet leaves it to screen readers.
  return html`<div class="search-box" spellcheck="false">
    <vscode-text-field
      id=${id}
      type="search"
      placeholder=${label}
      .value=${value}
      @input=${({currentTarget}: InputEvent) => onInput((currentTarget as TextField).value)}
    >${label}</vscode-text-field>
  </div>`;
}

export interface ChoiceOptions<Value extends string> {
  /** For screen readers; the chosen option tells the others. */
  readonly label: string;
  readonly value: Value;
  readonly options: readonly (readonly [value: Value, label: string])[];
  readonly onChange: (value: Value) => void;
}

/** One of a few. */
export function choice<Value extends string>({label, value, options, onChange}: ChoiceOptions<Value>): TemplateResult {
  return html`<select
    class="choice"
    aria-label=${label}
    title=${label}
    .value=${value}
    @change=${({currentTarget}: Event) => onChange((currentTarget as HTMLSelectElement).value as Value)}
  >${options.map(([option, text]) => html`<option value=${option} ?selected=${option === value}>${text}</option>`)}</select>`;
}

export interface CheckboxOptions {
  readonly label: string;
  readonly checked: boolean;
  readonly disabled?: boolean;
  readonly onChange: (checked: boolean) => void;
}

export function checkbox({label, checked, disabled = false, onChange}: CheckboxOptions): TemplateResult {
  return html`<label class="checkbox">
    <input
      type="checkbox"
      .checked=${checked}
      ?disabled=${disabled}
      @change=${({currentTarget}: Event) => onChange((currentTarget as HTMLInputElement).checked)}
    />
    ${label}
  </label>`;
}

export interface TextAreaOptions {
  readonly label: string;
  readonly value: string;
  readonly maxLength: number;
  readonly onInput: (text: string) => void;
}

/** Several lines of text. */
export function textArea({label, value, maxLength, onInput}: TextAreaOptions): TemplateResult {
  return html`<textarea
    class="text-area"
    aria-label=${label}
    placeholder=${label}
    maxlength=${maxLength}
    spellcheck="false"
    .value=${value}
    @input=${({currentTarget}: Event) => onInput((currentTarget as HTMLTextAreaElement).value)}
  ></textarea>`;
}

export interface IconButtonOptions {
  readonly icon: IconName;
  /** What it does, for screen readers, and as tooltip if there is no other. */
  readonly label: string;
  readonly tooltip?: string;
  readonly onClick: () => void;
  /** Of a button that turns something on and off: whether it is on. */
  readonly pressed?: boolean;
}

/** A small button with a picture. */
export function iconButton({icon: name, label, tooltip, onClick, pressed}: IconButtonOptions): TemplateResult {
  return html`<button
    type="button"
    class="icon-button"
    title=${tooltip ?? label}
    aria-label=${label}
    aria-pressed=${pressed ?? nothing}
    @click=${onClick}
  >${icon(name)}</button>`;
}

export interface SliderOptions {
  readonly label: string;
  /** 0 to 1. */
  readonly position: number;
  /** The value as it is read. */
  readonly text: string;
  readonly onInput: (position: number) => void;
  /** Back to the preset, by a double click. */
  readonly onReset: () => void;
}

const sliderSteps = 200;

/** A number within a range, and its value beside it. */
export function slider({label, position, text, onInput, onReset}: SliderOptions): TemplateResult {
  return html`<span class="slider" title=${label}>
    <input
      type="range"
      min="0"
      max=${sliderSteps}
      step="1"
      aria-label=${label}
      aria-valuetext=${text}
      .value=${String(Math.round(position * sliderSteps))}
      @input=${({currentTarget}: Event) => onInput(Number((currentTarget as HTMLInputElement).value) / sliderSteps)}
      @dblclick=${onReset}
    /><output aria-hidden="true">${text}</output>
  </span>`;
}
