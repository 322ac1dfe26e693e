import * as l10n from "@vscode/l10n";
import {count, percentText} from "../text/numberText";
import type {Progress} from "./progress";

/** Says how far a request is. `pace` adds the speed and the time that is left; without it, the share is told. */
export function progressText(
  progress: Progress,
  pace?: {describe(done: number, total: number): string} | undefined
): string {
  switch (progress.stage) {
    case "wait":
      return l10n.t("waiting, place {0} in line", count(progress.place));
    case "load":
      return l10n.t("loading the model, {0}", percentText(count(Math.floor(progress.fraction * 100))));
    case "verify":
      return l10n.t("checking, {0} %", percent(progress));
    case "unpack":
      return l10n.t("unpacking, {0} %", percent(progress));
    case "count":
      return l10n.t("counting, {0} %", percent(progress));
    case "score":
    case "complete":
    case "download":
      return pace?.describe(progress.done, progress.total) ?? percentText(count(percent(progress)));
    default:
      return progress satisfies never;
  }
}

function percent({done, total}: {readonly done: number; readonly total: number}): number {
  return total === 0 ? 100 : Math.floor((done / total) * 100);
}
