import {llamaCppNames} from "../sampling/copyLlamaCpp";
import {type Preset, presets} from "../sampling/presets";
import {type SamplerName, type SamplerSettings, samplerNames} from "../sampling/settings";
import {anyNumber, choice, type Options, UsageError, wholeOrAll} from "./arguments";

/** The samplers that the command line asks for, on top of those of its preset: by default, none is on. */
export function samplersOf(options: Options): SamplerSettings {
  const {settings} = presetOf(options.preset ?? "model");
  const {xtc, penalties, dry} = settings;
  const number = (name: NumberOption, otherwise: number) => anyNumber(name, options[name]) ?? otherwise;
  const tokens = (name: TokensOption, otherwise: number) => wholeOrAll(name, options[name]) ?? otherwise;
  return {
    order: options.samplers === undefined ? settings.order : orderOf(options.samplers),
    temperature: number("temp", settings.temperature),
    topK: tokens("top-k", settings.topK),
    topP: number("top-p", settings.topP),
    minP: number("min-p", settings.minP),
    typicalP: number("typical-p", settings.typicalP),
    xtc: {
      probability: number("xtc-probability", xtc.probability),
      threshold: number("xtc-threshold", xtc.threshold)
    },
    penalties: {
      lastTokens: tokens("repeat-last-n", penalties.lastTokens),
      repeat: number("repeat-penalty", penalties.repeat),
      frequency: number("frequency-penalty", penalties.frequency),
      presence: number("presence-penalty", penalties.presence)
    },
    dry: {
      multiplier: number("dry-multiplier", dry.multiplier),
      base: number("dry-base", dry.base),
      allowedLength: tokens("dry-allowed-length", dry.allowedLength),
      lastTokens: tokens("dry-penalty-last-n", dry.lastTokens),
      breakers: options["dry-sequence-breaker"] ?? dry.breakers
    }
  };
}

type NumberOption =
  | "temp"
  | "top-p"
  | "min-p"
  | "typical-p"
  | "xtc-probability"
  | "xtc-threshold"
  | "repeat-penalty"
  | "frequency-penalty"
  | "presence-penalty"
  | "dry-multiplier"
  | "dry-base";

type TokensOption = "top-k" | "repeat-last-n" | "dry-allowed-length" | "dry-penalty-last-n";

/** "llama-cpp" for "llamaCpp". */
function presetOf(name: string): Preset {
  const names = presets.map(({id}) => id.replaceAll(/[A-Z]/g, (letter) => `-${letter.toLowerCase()}`));
  const chosen = choice("preset", name, names);
  return presets[names.indexOf(chosen)] as Preset;
}

/** "top_k;temperature": in this order, the others off. */
function orderOf(text: string): SamplerName[] {
  const byName = new Map(samplerNames.map((name) => [llamaCppNames[name], name]));
  const names = text.split(/[;,]/).map((name) => name.trim());
  return names.flatMap((name, place) => {
    if (name === "") return [];
    const found = byName.get(name);
    if (found === undefined || names.indexOf(name) !== place)
      throw new UsageError(`--samplers takes some of these, each once: ${[...byName.keys()].join(";")}`);
    return [found];
  });
}
