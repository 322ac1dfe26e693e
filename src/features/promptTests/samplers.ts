import * as l10n from "@vscode/l10n";
import {copySettings} from "../../sampling/copySettings";
import {type Preset, presets} from "../../sampling/presets";
import {noSamplers, type SamplerSettings} from "../../sampling/settings";
import type {SampleSettings} from "./protocol";

export const defaultSettings: SampleSettings = {
  preset: "model",
  temperature: null,
  count: 10,
  seed: 0,
  maxTokens: 64,
  extent: "unlimited"
};

/** The presets that draw: the first choice alone needs no samples. */
export const drawingPresets = presets.filter(({id}) => id !== "greedy");

export function samplersOf({preset, temperature}: SampleSettings): SamplerSettings {
  const {settings = noSamplers} = presets.find(({id}) => id === preset) ?? {};
  return temperature === null ? settings : {...settings, temperature};
}

export function presetLabel(id: Preset["id"]): string {
  switch (id) {
    case "model":
      return l10n.t("the model's own probabilities");
    case "llamaCpp":
      return l10n.t("llama.cpp's defaults");
    case "ollama":
      return l10n.t("Ollama's defaults");
    case "ollamaEngine":
      return l10n.t("defaults of Ollama's own engine");
    case "vllm":
      return l10n.t("vLLM's defaults");
    case "greedy":
      return l10n.t("the first choice, always");
    case "creative":
      return l10n.t("creative");
    default:
      return id satisfies never;
  }
}

/** The samplers as llama.cpp's flags: the one notation that says all of them and their order. */
export function samplersText(settings: SamplerSettings, contextSize: number): string {
  return copySettings(settings, "llamaCpp", contextSize).text;
}

/** Where an answer ends, beside its most tokens. */
export function extentText(extent: SampleSettings["extent"]): string {
  return extent === "line" ? l10n.t("before the first line break") : l10n.t("where the model ends it");
}
