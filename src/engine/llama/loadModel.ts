import path from "node:path";
import type {Llama, LlamaModel, LlamaModelOptions} from "node-llama-cpp";
import type {EngineLog} from "../backend";
import {loadError} from "./loadErrors";
import {explaining} from "./runtime";

/** Loads a model through node-llama-cpp. Rejects as {@link explainingLoad} does. */
export async function loadModel(llama: Llama, options: LlamaModelOptions, log: EngineLog): Promise<LlamaModel> {
  return await explainingLoad(options.modelPath, () => llama.loadModel(options), log);
}

/** Runs `load`. If it fails, rejects with an EngineError that says why llama.cpp did not take the file. */
export async function explainingLoad<T>(file: string, load: () => Promise<T>, log: EngineLog): Promise<T> {
  return await explaining(load, (error, logged) => {
    log("error", error instanceof Error ? (error.stack ?? error.message) : String(error));
    return loadError(error, logged, path.basename(file));
  });
}
