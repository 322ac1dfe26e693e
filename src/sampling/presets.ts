import {noSamplers, type SamplerSettings} from "./settings";

export interface Preset {
  readonly id: "model" | "llamaCpp" | "ollama" | "ollamaEngine" | "vllm" | "greedy" | "creative";
  readonly settings: SamplerSettings;
}

/**
 * llama.cpp's `common_params_sampling` (common/common.h), which llama-cli and llama-server start from, in its order. Its penalties, DRY,
 * typical-p and XTC are off. It also has top-n-sigma between DRY and top-k, which is off too.
 */
const llamaCpp: SamplerSettings = {
  ...noSamplers,
  order: ["penalties", "dry", "topK", "typicalP", "topP", "minP", "xtc", "temperature"],
  temperature: 0.8,
  topK: 40,
  topP: 0.95,
  minP: 0.05,
  dry: {...noSamplers.dry, lastTokens: 64}
};

/**
 * The table of parameters in Ollama's docs/modelfile.mdx: temperature 0.8, top_k 40, top_p 0.9, min_p 0.0, repeat_last_n 64,
 * repeat_penalty 1.0 (1.1 in that table and in `DefaultOptions` of api/types.go until 2026). A model's own parameters stand above them.
 * Where Ollama runs a model with llama.cpp, it leaves the order to llama.cpp.
 */
const ollama: SamplerSettings = {
  ...llamaCpp,
  topP: 0.9,
  minP: 0,
  penalties: {lastTokens: 64, repeat: 1, frequency: 0, presence: 0}
};

/**
 * Ollama's own engine, which runs its newer models: sample/samplers.go has top-k, temperature, top-p, min-p in this order, and ignores
 * the penalties (its issue 15783; they were added by pull request 14537 and taken back by 14776).
 */
const ollamaEngine: SamplerSettings = {...ollama, order: ["topK", "temperature", "topP", "minP"]};

/**
 * vLLM's `SamplingParams`: no sampler is on. Its order stands in the documentation of vllm.v1.sample.sampler: penalties, temperature,
 * min-p, then top-k and top-p. A model's generation_config.json may stand above the defaults.
 */
const vllm: SamplerSettings = {...noSamplers, order: ["penalties", "temperature", "minP", "topK", "topP"]};

/** The first choice, always. */
const greedy: SamplerSettings = {...noSamplers, temperature: 0};

/**
 * For stories: of no program. Min-p before a high temperature, as the authors of min-p advise (Nguyen et al. 2024, arXiv 2407.01082: 0.05
 * to 0.1 with temperatures above 1); XTC and DRY with the values that their author proposes (0.5 and 0.1; 0.8, 1.75 and 2).
 */
const creative: SamplerSettings = {
  ...noSamplers,
  temperature: 1.2,
  minP: 0.05,
  xtc: {probability: 0.5, threshold: 0.1},
  dry: {...noSamplers.dry, multiplier: 0.8}
};

export const presets: readonly Preset[] = [
  {id: "model", settings: noSamplers},
  {id: "llamaCpp", settings: llamaCpp},
  {id: "ollama", settings: ollama},
  {id: "ollamaEngine", settings: ollamaEngine},
  {id: "vllm", settings: vllm},
  {id: "greedy", settings: greedy},
  {id: "creative", settings: creative}
];
