import type {ModelRef} from "../contract/models";
import type {BackendKind} from "./backend";
import {isDeviceLost} from "./llama/deviceLost";
import {ggufModels} from "./llama/ggufModels";

/** A backend is a folder, and a line here. */
const kinds: Readonly<Record<ModelRef["kind"], BackendKind>> = {gguf: ggufModels};

export function backendKind({kind}: ModelRef): BackendKind {
  return kinds[kind];
}

/** Bytes in use on devices, by whatever kind of model. */
export async function deviceMemoryInUse(): Promise<number> {
  const uses = await Promise.all(Object.values(kinds).map((kind) => kind.deviceMemoryInUse()));
  return uses.reduce((sum, bytes) => sum + bytes, 0);
}

/** Whether an error says that a device can't be used any more in this process. */
export function losesDevice(error: unknown): boolean {
  return isDeviceLost(error);
}
