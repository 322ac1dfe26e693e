import type {ModelRef} from "../contract/models";
import type {BackendKind} from "./backend";
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
