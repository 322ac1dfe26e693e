import * as vscode from "vscode";
import type {DeviceState} from "../../contract/devices";
import type {Host} from "../../host/host";
import {urlHost} from "../../host/urlHost";
import {cudaDownloadSize} from "../../platform/cudaPackages";
import {byteSize} from "../../text/numberText";
import type {CudaRuntime} from "./cudaRuntime";

/** State key of the answer to the offer: "never", or the folder of the runtime that was offered. */
const answerKey = "tokenscope.cudaOffer";

/**
 * Offers the CUDA runtime, once per version, if the GPU is ready for it, the user has not declined, and the settings
 * allow it. Removes the runtimes of other versions. Resolves with true if the user wants it.
 */
export async function offerCudaRuntime(host: Host, runtime: CudaRuntime): Promise<boolean> {
  const replaced = await runtime.removeOthers();
  if (!runtime.isOffered || !["auto", "cuda"].includes(host.settings.gpu) || (await runtime.isInstalled()))
    return false;
  const answer = host.globalState.get<string>(answerKey);
  // A user who had the runtime is asked again after an update.
  if (!replaced && (answer === "never" || answer === runtime.folder)) return false;
  const cuda = await cudaState(host);
  if (cuda?.problem !== "noRuntime") return false;
  // Stored before the answer: a user who closes the window is not asked again.
  await host.globalState.update(answerKey, runtime.folder);
  const install = vscode.l10n.t("Install");
  const never = vscode.l10n.t("Don't Ask Again");
  const chosen = await vscode.window.showInformationMessage(
    vscode.l10n.t(
      "This machine has an NVIDIA GPU. Tokenscope can use it with CUDA, which is a download of {0} from {1}.",
      byteSize(cudaDownloadSize.fetched),
      urlHost(host.settings.npmRegistry)
    ),
    install,
    vscode.l10n.t("Not Now"),
    never
  );
  if (chosen === never) await host.globalState.update(answerKey, "never");
  return chosen === install;
}

/** The state of CUDA on this machine, as reported by the engine. */
export async function cudaState(host: Host, token?: vscode.CancellationToken): Promise<DeviceState | undefined> {
  const [state] = await host.engine.request("devices", {gpu: host.settings.gpu, only: "cuda"}, {token});
  return state;
}
