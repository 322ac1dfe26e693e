import * as vscode from "vscode";
import {
  type EstimateParams,
  type GgufModel,
  isSameModel,
  type MemoryEstimate,
  type MemoryUse
} from "../../contract/models";
import type {Host} from "../../host/host";
import {fitFromEstimate} from "../../host/models/memoryFit";
import type {MemoryNow, Uses} from "./protocol";

/** What the engine knows about the memory of a model's file. Null where it can't tell or must not be asked. */
export async function requestMemory(
  {engine, settings, log}: Host,
  path: string,
  {measures, completes}: Uses,
  token: vscode.CancellationToken
): Promise<MemoryNow | null> {
  const inUse = measures || completes;
  // llama.cpp makes the estimate: native code, which must not open files of an untrusted folder.
  if (!vscode.workspace.isTrusted && !inUse) return null;
  const model: GgufModel = completes && !measures ? settings.completionModel() : {...settings.scoringModel(), path};
  // A model that isn't in use would take the place of all that are.
  const beside = inUse ? [settings.scoringModel(), settings.completionModel()] : [];
  const params: EstimateParams = {model, beside: beside.filter((other) => !isSameModel(other, model))};
  try {
    if (!inUse) return memoryNow(await engine.request("estimate", params, {token}), null);
    const {estimate, used} = await engine.request("memory", params, {token});
    return memoryNow(estimate, used);
  } catch (error) {
    if (error instanceof vscode.CancellationError) throw error;
    log.debug(`no estimate of the model's memory: ${error instanceof Error ? error.message : error}`);
    return null;
  }
}

function memoryNow(estimate: MemoryEstimate, used: MemoryUse | null): MemoryNow {
  const {device, layers, gpuLayers, contextSize, contexts, weights, context, free, total} = estimate;
  const estimated = {
    ram: weights.ram + contexts * context.ram,
    vram: weights.vram + contexts * context.vram
  };
  return {
    device,
    layers,
    gpuLayers,
    contextSize,
    contexts,
    estimated,
    free,
    total,
    used,
    advice: used === null ? fitFromEstimate(estimate).advice : null
  };
}
