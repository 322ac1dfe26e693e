import * as l10n from "@vscode/l10n";
import {isOn} from "./chain";
import {cliText} from "./copyLlamaCpp";
import {noSamplers, type SamplerName, type SamplerSettings} from "./settings";

export const copyTargets = ["llamaCpp", "ollamaModelfile", "ollamaJson", "vllm", "openAi"] as const;

export type CopyTarget = (typeof copyTargets)[number];

export interface CopiedSettings {
  readonly text: string;
  /** What the program has no setting for, or does otherwise: sentences. */
  readonly missing: readonly string[];
}

/** What llama.cpp, Ollama, vLLM and OpenAI call their samplers' settings. The names of samplers stay English. */
export const samplerLabels: Readonly<Record<SamplerName, string>> = {
  penalties: "penalties",
  dry: "DRY",
  topK: "top-k",
  typicalP: "typical-p",
  topP: "top-p",
  minP: "min-p",
  xtc: "XTC",
  temperature: "temperature"
};

interface Program {
  readonly name: string;
  /** The samplers that it has, in the order in which they act. */
  readonly samplers: readonly SamplerName[];
  /** Whether it says in which order they act. */
  readonly saysOrder: boolean;
}

const ollamaProgram: Program = {
  name: "Ollama",
  samplers: ["penalties", "topK", "typicalP", "topP", "minP", "temperature"],
  saysOrder: true
};

const vllmProgram: Program = {
  name: "vLLM",
  samplers: ["penalties", "temperature", "minP", "topK", "topP"],
  saysOrder: true
};

const openAiProgram: Program = {name: "OpenAI", samplers: ["penalties", "temperature", "topP"], saysOrder: false};

/** vLLM takes no top-p of 0. */
const leastTopP = 1e-6;
/** What OpenAI takes: temperatures from 0, penalties from the negative of it. */
const openAiMax = 2;

/**
 * The settings as another program takes them. A sampler that is off is told too, where the program would have it on by itself.
 *
 * @param contextSize What stands for "all tokens" where a program takes a number only.
 */
export function copySettings(settings: SamplerSettings, target: CopyTarget, contextSize = 4096): CopiedSettings {
  const effective = withoutOthers(settings);
  switch (target) {
    case "llamaCpp":
      return {text: cliText(effective, contextSize), missing: llamaCppNotes(effective, contextSize)};
    case "ollamaModelfile": {
      const lines = Object.entries(ollamaOptions(effective)).map(([name, value]) => `PARAMETER ${name} ${value}`);
      return {text: lines.join("\n"), missing: ollamaNotes(effective)};
    }
    case "ollamaJson":
      return {text: json({options: ollamaOptions(effective)}), missing: ollamaNotes(effective)};
    case "vllm":
      return {text: json(vllmParams(effective)), missing: vllmNotes(effective)};
    case "openAi":
      return {text: json(openAiParams(effective)), missing: openAiNotes(effective)};
  }
}

/** Only the samplers that act, the others' values as they are when off. */
function withoutOthers(settings: SamplerSettings): SamplerSettings {
  const order = settings.order.filter((name) => isOn(name, settings));
  const values = Object.fromEntries(order.map((name) => [name, settings[name]]));
  return {...noSamplers, ...values, order};
}

function json(value: object): string {
  return JSON.stringify(value, null, 2);
}

/** api/types.go, Options; docs/modelfile.mdx. */
function ollamaOptions({temperature, topK, topP, minP, typicalP, penalties}: SamplerSettings): Record<string, number> {
  return {
    temperature,
    top_k: topK,
    top_p: topP,
    min_p: minP,
    typical_p: typicalP,
    repeat_last_n: penalties.lastTokens,
    repeat_penalty: penalties.repeat,
    presence_penalty: penalties.presence,
    frequency_penalty: penalties.frequency
  };
}

/** vllm/sampling_params.py. */
function vllmParams({temperature, topK, topP, minP, penalties}: SamplerSettings): Record<string, number> {
  return {
    temperature,
    top_p: Math.max(leastTopP, topP),
    // Off, in old versions too, whose 0 is refused.
    top_k: topK > 0 ? topK : -1,
    min_p: Math.min(1, minP),
    presence_penalty: penalties.presence,
    frequency_penalty: penalties.frequency,
    repetition_penalty: penalties.repeat
  };
}

function openAiParams({temperature, topP, penalties}: SamplerSettings): Record<string, number> {
  return {
    temperature: Math.min(openAiMax, temperature),
    top_p: topP,
    presence_penalty: clamped(penalties.presence),
    frequency_penalty: clamped(penalties.frequency)
  };
}

function clamped(penalty: number): number {
  return Math.max(-openAiMax, Math.min(openAiMax, penalty));
}

function llamaCppNotes({order, penalties, dry}: SamplerSettings, contextSize: number): string[] {
  const looksAtAll =
    (order.includes("penalties") && penalties.lastTokens < 0) || (order.includes("dry") && dry.lastTokens < 0);
  if (!looksAtAll) return [];
  return [
    l10n.t(
      "llama.cpp looks back on a fixed number of tokens: {0} stands for all. Set it to the context size.",
      contextSize
    )
  ];
}

function ollamaNotes(settings: SamplerSettings): string[] {
  const notes = commonNotes(settings, ollamaProgram);
  if (settings.order.includes("penalties"))
    notes.push(l10n.t("Ollama's own engine, which runs newer models, ignores the penalties."));
  return notes;
}

function vllmNotes(settings: SamplerSettings): string[] {
  const {order, penalties} = settings;
  const notes = commonNotes(settings, vllmProgram);
  if (!order.includes("penalties")) return notes;
  if (penalties.repeat !== 1 && penalties.lastTokens >= 0)
    notes.push(
      l10n.t("vLLM's repetition penalty looks back on all tokens, not on the last {0}.", penalties.lastTokens)
    );
  if (penalties.frequency !== 0 || penalties.presence !== 0)
    notes.push(
      l10n.t("{0} counts only generated tokens for the frequency and presence penalties, none of the prompt.", "vLLM")
    );
  return notes;
}

function openAiNotes(settings: SamplerSettings): string[] {
  const {order, penalties, temperature} = settings;
  const notes = commonNotes(settings, openAiProgram);
  if (order.includes("penalties") && penalties.repeat !== 1)
    notes.push(l10n.t("{0} has no setting for {1}.", "OpenAI", "repeat-penalty"));
  if (
    order.includes("penalties") &&
    penalties.lastTokens >= 0 &&
    (penalties.frequency !== 0 || penalties.presence !== 0)
  )
    notes.push(l10n.t("{0} does not say how far the penalties look back.", "OpenAI"));
  const out = [
    temperature - openAiMax,
    Math.abs(penalties.presence) - openAiMax,
    Math.abs(penalties.frequency) - openAiMax
  ];
  if (out.some((excess) => excess > 0))
    notes.push(l10n.t("OpenAI takes temperatures up to 2 and penalties from -2 to 2: the nearest value is written."));
  return notes;
}

function commonNotes({order}: SamplerSettings, {name, samplers, saysOrder}: Program): string[] {
  const notes = order
    .filter((sampler) => !samplers.includes(sampler))
    .map((sampler) => l10n.t("{0} has no setting for {1}.", name, samplerLabels[sampler]));
  const common = order.filter((sampler) => samplers.includes(sampler));
  const theirs = samplers.filter((sampler) => common.includes(sampler));
  if (!saysOrder && common.length > 1) notes.push(l10n.t("{0} does not say in which order its samplers act.", name));
  else if (common.join() !== theirs.join())
    notes.push(
      l10n.t(
        "{0}'s samplers act in its own order: {1}.",
        name,
        theirs.map((sampler) => samplerLabels[sampler]).join(", ")
      )
    );
  return notes;
}
