import type {Llama} from "node-llama-cpp";
import type {EngineVersions, ProcessVersions, VersionsParams} from "../../contract/devices";
import type {EngineLog} from "../backend";
import {loadedRuntime} from "./runtime";

/** Versions of Node, node-llama-cpp and llama.cpp; null for llama.cpp's release if it can't be loaded. */
export async function versions({gpu}: VersionsParams, log: EngineLog): Promise<ProcessVersions> {
  const llama = await loadedRuntime(gpu, log).catch(() => undefined);
  return {node: process.version, ...(await versionsOf(llama))};
}

export async function versionsOf(llama: Llama | undefined): Promise<EngineVersions> {
  const {getModuleVersion} = await import("node-llama-cpp");
  return {
    nodeLlamaCpp: await getModuleVersion().catch(() => null),
    llamaCpp: llama?.llamaCppRelease.release ?? null
  };
}
