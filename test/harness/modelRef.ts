import type {GgufModel} from "../../src/contract/models";

/** A model on the CPU, with nothing else said of it. */
export function modelRef(file: string): GgufModel {
  return {kind: "gguf", path: file, gpu: "off", gpuLayers: null, threads: 0, contextSize: 0};
}
