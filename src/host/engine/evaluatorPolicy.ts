import type {DeviceState} from "../../contract/devices";

/** A process that has crashed in native code. */
export interface CrashedProcess {
  /** It evaluated through node-llama-cpp in any case. */
  readonly guarded: boolean;
  /** The device that it computed on otherwise; null: none. */
  readonly unguarded: DeviceState["device"] | null;
  /** It had been asked to compute, and had not answered. */
  readonly computing: boolean;
}

/**
 * Decides how new engine processes evaluate. libllama's own API is fast, but a C++ exception of a device's driver (its memory is used
 * up, it was reset) ends the process. node-llama-cpp catches it, and fewer layers are tried. So a process that crashes while it
 * computes on a device is followed by one that evaluates through node-llama-cpp. What crashes then is another matter: it never
 * changes back by itself.
 */
export class EvaluatorPolicy {
  private changed = false;

  /** New processes evaluate through node-llama-cpp. */
  get isGuarded(): boolean {
    return this.changed;
  }

  /** Returns the device because of which new processes evaluate in another way than this one; null if they don't. */
  recordCrash({guarded, unguarded, computing}: CrashedProcess): DeviceState["device"] | null {
    if (guarded || !computing || unguarded === "cpu") return null;
    if (unguarded !== null) this.changed = true;
    return unguarded;
  }

  /** Forgets what was learnt: the device is another one. */
  reset(): void {
    this.changed = false;
  }
}
