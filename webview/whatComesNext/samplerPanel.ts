import * as l10n from "@vscode/l10n";
import {html, nothing, type TemplateResult} from "lit";
import {repeat} from "lit/directives/repeat.js";
import type {NextOptions, ShownNext} from "../../src/features/whatComesNext/protocol";
import {samplerLabels} from "../../src/sampling/copySettings";
import {noSamplers, type SamplerName, type SamplerSettings, type SamplerStage} from "../../src/sampling/settings";
import {bits, count, inBits, listText, percent, plural} from "../../src/text/numberText";
import {iconButton} from "../ui/controls";
import {icon} from "../ui/icons";
import {rangeField} from "../ui/numberField";
import {acts, isSameChain, toggled, withSamplers, withSettings} from "./chain";
import {type Parameter, samplerTable} from "./parameters";

export interface SamplerActions {
  readonly toggleOpen: () => void;
  readonly change: (options: NextOptions) => void;
  /** A sampler was put at another place, by keys or by a drag. */
  readonly move: (name: SamplerName, to: number) => void;
  readonly drag: (event: PointerEvent, name: SamplerName) => void;
}

export interface SamplerState {
  readonly options: NextOptions;
  readonly next: ShownNext | null;
  readonly isOpen: boolean;
  /** Presets, and the menu that copies the settings. */
  readonly tools: readonly (TemplateResult | HTMLElement)[];
}

/** The samplers in the order in which they act, and what each leaves. */
export function samplerPanel(state: SamplerState, actions: SamplerActions): TemplateResult {
  const {options, isOpen, tools} = state;
  const reset = () => actions.change(withSettings(options, noSamplers));
  return html`<section class="samplers" aria-label=${l10n.t("Samplers")}>
    <div class="samplers-head">
      <button type="button" class="disclosure" aria-expanded=${isOpen} aria-controls="samplers" @click=${actions.toggleOpen}>
        ${icon(isOpen ? "chevronDown" : "chevronRight")}
        <span class="disclosure-name">${l10n.t("Samplers")}</span>
        <span class="chain muted">${chainText(options)}</span>
      </button>
      <span class="samplers-tools">
        ${tools}
        ${
          isSameChain(options.samplers, noSamplers)
            ? nothing
            : iconButton({icon: "scoreAgain", label: l10n.t("Turn all samplers off"), onClick: reset})
        }
      </span>
    </div>
    <ol id="samplers" ?hidden=${!isOpen}>
      ${
        isOpen
          ? repeat(
              options.arrangement,
              (name) => name,
              (name, at) => samplerRow(name, at, state, actions)
            )
          : nothing
      }
    </ol>
  </section>`;
}

/** "top-k 40 → top-p 0.95". */
function chainText(options: NextOptions): string {
  const {samplers} = options;
  const on = samplers.order.filter((name) => acts(options, name));
  if (on.length === 0) return l10n.t("all off: the model's own probabilities");
  return on.map((name) => [samplerLabels[name], ...valuesText(name, samplers)].join(" ")).join(" → ");
}

/** Of a sampler with several values, those that do something. */
function valuesText(name: SamplerName, samplers: SamplerSettings): string[] {
  const values = samplerTable[name].parameters.map(({get}) => String(get(samplers)));
  if (name === "penalties") return [values.slice(0, 3).join("/")];
  return values.slice(0, name === "xtc" ? 2 : 1);
}

function samplerRow(name: SamplerName, at: number, state: SamplerState, actions: SamplerActions): TemplateResult {
  const {options, next} = state;
  const isOn = acts(options, name);
  const {parameters, says} = samplerTable[name];
  const label = samplerLabels[name];
  const stages = next?.stages ?? [];
  const stage = stages.findIndex(({sampler}) => sampler === name);
  const [main, ...others] = parameters;
  return html`<li
    class="sampler ${isOn ? "on" : "off"} ${isOn && others.length > 0 ? "many" : ""}"
    data-sampler=${name}
    @keydown=${(event: KeyboardEvent) => key(event, name, at, actions)}
  >
    <button
      type="button"
      class="grip"
      title=${l10n.t("Drag, or Alt with the arrow keys: acts earlier or later")}
      aria-label=${l10n.t("Move {0}: Alt with the arrow keys", label)}
      @pointerdown=${(event: PointerEvent) => actions.drag(event, name)}
    >${icon("grip")}</button>
    <label class="checkbox" title=${says()}>
      <input type="checkbox" .checked=${isOn} @change=${() => actions.change(toggled(options, name))} />
      ${label}
    </label>
    ${field(main, name, isOn && others.length > 0, state, actions)}
    <span class="stage muted">${isOn && stage >= 0 ? stageText(stages, stage) : nothing}</span>
    ${
      isOn && others.length > 0
        ? html`<span class="others">${others.map((parameter) => field(parameter, name, true, state, actions))}</span>`
        : nothing
    }
  </li>`;
}

function field(
  parameter: Parameter,
  name: SamplerName,
  hasName: boolean,
  {options}: SamplerState,
  {change}: SamplerActions
): TemplateResult {
  const {label, min, max, step, least = min, most = max, get, set} = parameter;
  const spoken = listText([samplerLabels[name], label()]);
  const control = rangeField({
    label: spoken,
    value: get(options.samplers),
    from: min,
    to: max,
    min: least,
    max: most,
    step,
    onChange: (value) => change(withSamplers(options, name, set(options.samplers, value))),
    onReset: () => change(withSamplers(options, name, set(options.samplers, get(noSamplers))))
  });
  return html`<span class="parameter">${hasName ? html`<span class="parameter-name muted" aria-hidden="true">${label()}</span>` : nothing}${control}</span>`;
}

/** What a sampler leaves, and what it alone takes away. */
function stageText(stages: readonly SamplerStage[], at: number): TemplateResult {
  const {candidates, mass, entropy} = stages[at] as SamplerStage;
  const before = stages[at - 1]?.mass ?? 1;
  const cut = percent(Math.log(Math.max(0, before - mass)));
  const all = percent(Math.log(Math.max(0, 1 - mass)));
  const title = [
    l10n.t("{0} left", plural(candidates, "token")),
    l10n.t("This sampler takes away {0} of the model's own probability, all up to it {1}.", cut, all),
    l10n.t("The entropy of what is left is {0}.", inBits(bits(entropy)))
  ].join("\n");
  return html`<span title=${title}>
    <span>${l10n.t("{0} left", count(candidates))}</span>
    <span>${before > mass ? `−${cut}` : cut}</span>
    <span>${inBits(bits(entropy))}</span>
  </span>`;
}

function key(event: KeyboardEvent, name: SamplerName, at: number, {move}: SamplerActions): void {
  const step = {ArrowUp: -1, ArrowDown: 1}[event.key];
  if (step === undefined || !event.altKey || event.ctrlKey || event.metaKey) return;
  event.preventDefault();
  move(name, at + step);
}

/** Where a sampler is among all after a move, for screen readers. */
export function placeText(options: NextOptions, name: SamplerName): string {
  const {arrangement} = options;
  return l10n.t("{0} is now {1} of {2}", samplerLabels[name], arrangement.indexOf(name) + 1, arrangement.length);
}
