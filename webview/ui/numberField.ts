import {html, type TemplateResult} from "lit";

export interface NumberFieldOptions {
  readonly label: string;
  readonly value: number;
  readonly min: number;
  readonly max: number;
  readonly step: number;
  readonly onChange: (value: number) => void;
}

/** A number to type. It is taken when Enter is pressed or the focus leaves; anything else becomes the last number again. */
export function numberField({label, value, min, max, step, onChange}: NumberFieldOptions): TemplateResult {
  const take = ({currentTarget}: Event) => {
    const field = currentTarget as HTMLInputElement;
    const typed = field.valueAsNumber;
    if (Number.isNaN(typed)) {
      field.value = String(value);
      return;
    }
    const limited = Math.min(max, Math.max(min, step === 1 ? Math.round(typed) : typed));
    field.value = String(limited);
    if (limited !== value) onChange(limited);
  };
  return html`<input
    class="number-field"
    type="number"
    min=${min}
    max=${max}
    step=${step === 1 ? 1 : "any"}
    aria-label=${label}
    title=${label}
    .value=${String(value)}
    @change=${take}
  />`;
}

export interface RangeFieldOptions extends NumberFieldOptions {
  /** What the slider covers, where less than what can be typed. */
  readonly from: number;
  readonly to: number;
  /** A double click on the slider. */
  readonly onReset: () => void;
}

/** A slider, and the number beside it, which can be typed. */
export function rangeField(options: RangeFieldOptions): TemplateResult {
  const {label, value, from, to, step, onChange, onReset} = options;
  return html`<span class="range-field">
    <input
      type="range"
      min=${from}
      max=${to}
      step=${step}
      aria-label=${label}
      title=${label}
      .value=${String(value)}
      @input=${({currentTarget}: Event) => onChange((currentTarget as HTMLInputElement).valueAsNumber)}
      @dblclick=${onReset}
    />${numberField(options)}
  </span>`;
}
