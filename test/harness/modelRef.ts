import type {Capabilities, GgufModel} from "../../src/contract/models";

/** A model on the CPU, with nothing else said of it. */
export function modelRef(file: string): GgufModel {
  return {kind: "gguf", path: file, gpu: "off", gpuLayers: null, threads: 0, contextSize: 0, kvCache: "f16"};
}

/** The capabilities of a model that can do everything except fill in the middle. */
export const capabilities: Capabilities = {
  generate: true,
  purpose: "generates",
  infill: false,
  spans: true,
  promptLogprobs: true,
  ranks: true,
  entropy: true,
  detailIsFree: false,
  maxAlternatives: null
};
