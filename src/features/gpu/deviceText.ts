import * as l10n from "@vscode/l10n";
import type {DeviceState} from "../../contract/devices";
import {byteSize} from "../../text/numberText";

/** A device's state in two or three words, shown after its name. */
export function stateText({works, inUse, problem, device}: DeviceState): string {
  if (inUse) return l10n.t("in use");
  if (works) return l10n.t("works, not in use");
  switch (problem) {
    case "otherSystem":
      return l10n.t("not for this system");
    case "noDriver":
      return device === "cuda" ? l10n.t("no NVIDIA GPU found") : l10n.t("no driver found");
    case "noLibraries":
      return l10n.t("CUDA Toolkit not found");
    case "noRuntime":
      return l10n.t("not installed");
    default:
      return l10n.t("does not work");
  }
}

/** A line on a device: its details if it works, or else what is missing and how to get it. */
export function detailText(state: DeviceState, cudaIsOffered: boolean): string {
  if (state.works) return [...new Set(state.names), memoryText(state), featuresText(state)].filter(Boolean).join(" · ");
  switch (state.problem) {
    case "otherSystem":
      return state.device === "metal"
        ? l10n.t("The GPU of Macs with Apple silicon.")
        : l10n.t("There is no build of it for this system and processor.");
    case "noDriver":
      return state.device === "cuda"
        ? l10n.t("Needs an NVIDIA GPU with its driver, and NVIDIA's CUDA Toolkit 12.4 or later.")
        : l10n.t("Most GPUs, NVIDIA's included. Comes with the GPU's driver.");
    case "noLibraries":
      return l10n.t("Install NVIDIA's CUDA Toolkit, 12.4 or later, and restart the engine.");
    case "noRuntime":
      if (state.device !== "cuda") return l10n.t("This package of Tokenscope came without it.");
      return cudaIsOffered
        ? l10n.t("The NVIDIA GPU is ready. Choose this to install llama.cpp for it.")
        : l10n.t("The NVIDIA GPU is ready, but there is nothing to install that could be checked: use Vulkan.");
    default:
      return l10n.t("It is installed, but could not be started. Choose this to see why.");
  }
}

/** "20 GB of 25 GB free"; empty if unknown. */
export function memoryText({free, total}: Pick<DeviceState, "free" | "total">): string {
  if (free === null || total === null || total === 0) return "";
  return l10n.t("{0} of {1} free", byteSize(free), byteSize(total));
}

/** The CPU's newest features. They imply the older ones. */
function featuresText({features}: DeviceState): string {
  const telling = ["AMX_INT8", "AVX512", "AVX_VNNI", "AVX2", "AVX", "SVE", "MATMUL_INT8", "DOTPROD", "NEON", "FMA"];
  return telling
    .filter((feature) => features.includes(feature))
    .slice(0, 4)
    .join(", ");
}
