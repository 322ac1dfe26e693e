import type {GgufModel} from "../../contract/models";
import type {BackendKind} from "../backend";
import {LlamaBackend} from "./llamaBackend";
import {estimateFile} from "./memory";
import {checkModelFile} from "./modelFile";
import {deviceMemoryInUse, llamaRuntime} from "./runtime";

/** GGUF files, run by llama.cpp in this process. */
export const ggufModels: BackendKind = {
  async stamp({path}: GgufModel) {
    const {size, modified} = await checkModelFile(path);
    return `${size} ${modified}`;
  },
  async prepare({gpu, threads}: GgufModel, log) {
    await llamaRuntime(gpu, threads, log);
  },
  open: (model: GgufModel, services) => new LlamaBackend(model, services),
  estimate: estimateFile,
  deviceMemoryInUse
};
