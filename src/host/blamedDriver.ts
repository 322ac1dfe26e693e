import type * as vscode from "vscode";
import type {DeviceState} from "../contract/devices";
import {tokenscopeVersion} from "../version";

/** A driver in whose use the engine has crashed while it started a model. */
export interface BlamedDriver {
  readonly device: DeviceState["device"];
  readonly names: readonly string[];
  /** Tokenscope's, and with it llama.cpp's: the next one may get on with the driver. */
  readonly version: string;
  readonly crashes: number;
  /** The CPU is used in its place where the device is chosen automatically. */
  readonly avoided: boolean;
}

const key = "tokenscope.blamedDriver";

/** The one that is remembered, for this version. */
export function blamedDriver(memory: vscode.Memento): BlamedDriver | undefined {
  const kept = memory.get<BlamedDriver>(key);
  return kept?.version === tokenscopeVersion ? kept : undefined;
}

/** Undefined: none is to blame any more. */
export async function storeBlamedDriver(
  memory: vscode.Memento,
  driver: Omit<BlamedDriver, "version"> | undefined
): Promise<void> {
  await memory.update(key, driver && {...driver, version: tokenscopeVersion});
}
