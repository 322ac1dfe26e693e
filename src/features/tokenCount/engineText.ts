import * as l10n from "@vscode/l10n";
import {type HeldModel, isSameModel, type MemoryUse, type ModelRef} from "../../contract/models";
import {deviceNames} from "../../host/deviceNames";
import type {EngineState} from "../../host/engine/engineClient";
import {byteSize, count, percentText, withDecimalSeparator} from "../../text/numberText";

/** What has become of the model that measures, in a line. `idleLimit` in milliseconds. */
export function stateText(
  {process, loading, unloaded, holding}: EngineState,
  model: ModelRef,
  idleLimit: number
): string {
  if (loading !== null) return l10n.t("loading, {0}", percentText(count(Math.floor(loading * 100))));
  if (process === "starting") return l10n.t("loading");
  if (process === "running" && holding !== null) {
    const held = holding.models.find((held) => isSameModel(held.model, model));
    if (held !== undefined) return heldText(held, holding.memory);
  }
  switch (unloaded) {
    case "idle":
      return idleLimit === 60_000
        ? l10n.t("unloaded after a minute without use; the next use loads it again")
        : l10n.t("unloaded after {0} minutes without use; the next use loads it again", minutesText(idleLimit));
    case "asked":
      return l10n.t("unloaded; the next use loads it again");
    case null:
      return l10n.t("not loaded");
    default:
      return unloaded satisfies never;
  }
}

/** Shown instead of a count after too many crashes, when the engine does not restart by itself. */
export function stoppedText(): string {
  return l10n.t("The model's process has ended too often and is not started again by itself. Click to restart it.");
}

function heldText({device}: HeldModel, {ram, vram}: MemoryUse): string {
  if (device === null) return l10n.t("vocabulary loaded, weights not; {0} of memory in use", byteSize(ram));
  const on = deviceNames[device];
  return vram > 0
    ? l10n.t("loaded on {0}; {1} of memory and {2} of the GPU's in use", on, byteSize(ram), byteSize(vram))
    : l10n.t("loaded on {0}; {1} of memory in use", on, byteSize(ram));
}

/** Minutes, as in "15" or "0.5". */
function minutesText(milliseconds: number): string {
  return withDecimalSeparator(String(Number((milliseconds / 60_000).toPrecision(2))));
}
