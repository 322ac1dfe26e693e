import type * as vscode from "vscode";
import type {DeviceState} from "../contract/devices";
import {tokenscopeVersion} from "../version";

/** A GPU driver with which the engine crashed while it started a model. */
export interface BlamedDriver {
  readonly device: DeviceState["device"];
  readonly names: readonly string[];
  /** Tokenscope's version. Another one has another llama.cpp, which may work with the driver. */
  readonly version: string;
  readonly crashes: number;
  /** Whether the CPU is used instead if the device is chosen automatically. */
  readonly avoided: boolean;
}

const key = "tokenscope.blamedDriver";

/** The stored driver, if it was blamed by this version. */
export function blamedDriver(memory: vscode.Memento): BlamedDriver | undefined {
  const kept = memory.get<BlamedDriver>(key);
  return kept?.version === tokenscopeVersion ? kept : undefined;
}

/** Stores the blamed driver. Undefined clears it. */
export async function storeBlamedDriver(
  memory: vscode.Memento,
  driver: Omit<BlamedDriver, "version"> | undefined
): Promise<void> {
  await memory.update(key, driver && {...driver, version: tokenscopeVersion});
}
