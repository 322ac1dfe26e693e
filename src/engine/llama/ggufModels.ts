import type {GgufModel} from "../../contract/models";
import type {BackendKind} from "../backend";
import {LlamaBackend} from "./llamaBackend";
import {estimateFile} from "./memory";
import {checkHeaders, checkModelFile} from "./modelFile";
import {deviceMemoryInUse, idleBeside, llamaRuntime} from "./runtime";

/** GGUF files, run by llama.cpp in this process. */
export const ggufModels: BackendKind = {
  async stamp({path}: GgufModel) {
    const {size, modified} = await checkModelFile(path);
    return `${size} ${modified}`;
  },
  async prepare({path, gpu, threads}: GgufModel, log) {
    const runtime = llamaRuntime(gpu, threads, log);
    await Promise.all([runtime, idleBeside(runtime).then(() => checkHeaders(path))]);
  },
  open: (model: GgufModel, services) => new LlamaBackend(model, services),
  estimate: estimateFile,
  deviceMemoryInUse
};
