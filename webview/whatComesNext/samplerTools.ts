import * as l10n from "@vscode/l10n";
import {html, type TemplateResult} from "lit";
import type {NextOptions} from "../../src/features/whatComesNext/protocol";
import {type CopyTarget, copyTargets} from "../../src/sampling/copySettings";
import {type Preset, presets} from "../../src/sampling/presets";
import {choice, iconButton} from "../ui/controls";
import {Menu} from "../ui/menu";
import {isSameChain, withSettings} from "./chain";

/** The settings of known programs; what the user has changed is none of them. */
export function presetChoice(options: NextOptions, change: (options: NextOptions) => void): TemplateResult {
  // Where two do the same, the first one is named. The own ones come last: the others keep their elements.
  const current = presets.find(({settings}) => isSameChain(settings, options.samplers));
  const own = current === undefined ? [["own", l10n.t("own settings")] as const] : [];
  return choice<Preset["id"] | "own">({
    label: l10n.t("Preset"),
    value: current?.id ?? "own",
    options: [...presets.map(({id}) => [id, presetName(id)] as const), ...own],
    onChange: (chosen) => {
      const preset = presets.find(({id}) => id === chosen);
      if (preset) change(withSettings(options, preset.settings));
    }
  });
}

function presetName(id: Preset["id"]): string {
  const names: Readonly<Record<Preset["id"], string>> = {
    model: l10n.t("no samplers"),
    llamaCpp: l10n.t("llama.cpp's defaults"),
    ollama: l10n.t("Ollama's defaults"),
    ollamaEngine: l10n.t("Ollama's own engine"),
    vllm: l10n.t("vLLM's defaults"),
    greedy: l10n.t("greedy"),
    creative: l10n.t("creative")
  };
  return names[id];
}

/** A button whose menu copies the settings for other programs. */
export function copyMenu(copy: (target: CopyTarget) => void): HTMLElement {
  const element = document.createElement("span");
  new Menu(element, l10n.t("Copy as settings for …"), "copy", () => [
    copyTargets.map((target) => ({label: targetNames[target], run: () => copy(target)}))
  ]);
  return element;
}

/** Says for which program the settings were copied, and what it has no equivalent for. */
export function copiedNotice(target: CopyTarget, missing: readonly string[], close: () => void): TemplateResult {
  return html`<div class="notice" role="status">
    <div>
      <p>${l10n.t("Copied for {0}.", targetNames[target])}</p>
      ${missing.map((sentence) => html`<p class="missing">${sentence}</p>`)}
    </div>
    ${iconButton({icon: "close", label: l10n.t("Close"), onClick: close})}
  </div>`;
}

/** Names, not words: the same in every language. */
const targetNames: Readonly<Record<CopyTarget, string>> = {
  llamaCpp: "llama.cpp",
  ollamaModelfile: "Ollama (Modelfile)",
  ollamaJson: "Ollama (JSON)",
  vllm: "vLLM",
  openAi: "OpenAI"
};
