import * as l10n from "@vscode/l10n";
import {html, type TemplateResult} from "lit";
import {type BranchOptions, counts, lengths, maxSeed, temperatures} from "../../src/features/branches/protocol";
import {count, plural, withDecimalSeparator} from "../../src/text/numberText";
import {choice} from "../ui/controls";

/** How the next continuations are written. */
export function optionsBar(options: BranchOptions, onChange: (options: BranchOptions) => void): TemplateResult {
  return html`<div class="options" role="group" aria-label=${l10n.t("Next continuations")}>
    ${numberChoice(l10n.t("Samples besides the greedy continuation"), counts, options.count, samplesText, (value) =>
      onChange({...options, count: value})
    )}
    ${numberChoice(l10n.t("Temperature of the samples"), temperatures, options.temperature, temperatureText, (value) =>
      onChange({...options, temperature: value})
    )}
    ${numberChoice(
      l10n.t("Tokens of a continuation"),
      lengths,
      options.maxTokens,
      (value) => plural(value, "token"),
      (value) => onChange({...options, maxTokens: value})
    )}
    <label class="seed" title=${l10n.t("The first sample's seed; the next one has the next. The same seed writes the same.")}>
      ${l10n.t("seed")}
      <input
        type="number"
        min="0"
        max=${maxSeed}
        step="1"
        .value=${String(options.seed)}
        @change=${({currentTarget}: Event) => onChange({...options, seed: seedOf(currentTarget as HTMLInputElement)})}
      />
    </label>
  </div>`;
}

function seedOf(input: HTMLInputElement): number {
  const seed = Math.min(maxSeed, Math.max(0, Math.trunc(Number(input.value)) || 0));
  input.value = String(seed);
  return seed;
}

function samplesText(value: number): string {
  return value === 1 ? l10n.t("1 sample") : l10n.t("{0} samples", count(value));
}

function temperatureText(value: number): string {
  return l10n.t("temperature {0}", withDecimalSeparator(String(value)));
}

/** A value that is not among the offered ones (a restored one) is offered too. */
function numberChoice(
  label: string,
  offered: readonly number[],
  value: number,
  textOf: (value: number) => string,
  onChange: (value: number) => void
): TemplateResult {
  const values = offered.includes(value) ? offered : [...offered, value].sort((a, b) => a - b);
  return choice({
    label,
    value: String(value),
    options: values.map((one) => [String(one), textOf(one)] as const),
    onChange: (chosen) => onChange(Number(chosen))
  });
}
