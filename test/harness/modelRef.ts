import type {ModelRef} from "../../src/contract/models";

/** A model on the CPU, with nothing else said of it. */
export function modelRef(file: string): ModelRef {
  return {kind: "gguf", path: file, gpu: "off", gpuLayers: null, threads: 0, contextSize: 0};
}
