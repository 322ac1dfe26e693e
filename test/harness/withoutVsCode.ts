/** The parts of VS Code that an EngineClient needs, without VS Code. */

import type {Cancellation} from "../../src/host/engine/cancellation";
import type {EngineClientOptions} from "../../src/host/engine/engineClient";

/** The error of a cancelled request. */
export class Cancelled extends Error {}

/** A cancellation token and its source. */
export class Token implements Cancellation {
  isCancellationRequested = false;
  private readonly listeners = new Set<() => void>();
  onCancellationRequested(listener: () => void): {dispose(): void} {
    this.listeners.add(listener);
    return {dispose: () => this.listeners.delete(listener)};
  }
  cancel(): void {
    this.isCancellationRequested = true;
    for (const listener of this.listeners) listener();
  }
}

/** A log that discards everything. */
export const silentLog: EngineClientOptions["log"] = {
  error: () => undefined,
  warn: () => undefined,
  info: () => undefined,
  debug: () => undefined,
  trace: () => undefined
};
