import * as l10n from "@vscode/l10n";
import type {TemplateResult} from "lit";
import type {NextOptions} from "../../src/features/whatComesNext/protocol";
import {type Preset, presets} from "../../src/sampling/presets";
import {choice} from "../ui/controls";
import {isSameChain, withSettings} from "./chain";

/** The settings of known programs; what the user has changed is none of them. */
export function presetChoice(options: NextOptions, change: (options: NextOptions) => void): TemplateResult {
  // Where two do the same, the first one is named.
  const current = presets.find(({settings}) => isSameChain(settings, options.samplers));
  const own = current === undefined ? [["own", l10n.t("own settings")] as const] : [];
  return choice<Preset["id"] | "own">({
    label: l10n.t("Preset"),
    value: current?.id ?? "own",
    options: [...own, ...presets.map(({id}) => [id, presetName(id)] as const)],
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
