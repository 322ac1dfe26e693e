import * as vscode from "vscode";
import type {DeviceState} from "../../contract/devices";
import type {Host} from "../../host/host";
import {urlHost} from "../../host/urlHost";
import {cudaDownloadSize} from "../../platform/cudaPackages";
import {byteSize} from "../../text/numberText";
import type {CudaRuntime} from "./cudaRuntime";

/** What the answer to the offer is kept under: "never", or the folder of the runtime that was offered. */
const answerKey = "tokenscope.cudaOffer";

/**
 * Offers the CUDA runtime, once for each version of it: where the GPU is ready for it, nobody has said no, and the setting
 * leaves room for it. Removes the runtimes of other versions. Resolves with whether it is wanted.
 */
export async function offerCudaRuntime(host: Host, runtime: CudaRuntime): Promise<boolean> {
  const replaced = await runtime.removeOthers();
  if (!runtime.isOffered || !["auto", "cuda"].includes(host.settings.gpu) || (await runtime.isInstalled()))
    return false;
  const answer = host.globalState.get<string>(answerKey);
  // Whoever had it wants it again after an update.
  if (!replaced && (answer === "never" || answer === runtime.folder)) return false;
  const cuda = await cudaState(host);
  if (cuda?.problem !== "noRuntime") return false;
  // Shown is asked: a window that is closed on it is an answer too.
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

/** What the engine says of CUDA on this machine. */
export async function cudaState(host: Host, token?: vscode.CancellationToken): Promise<DeviceState | undefined> {
  const [state] = await host.engine.request("devices", {gpu: host.settings.gpu, only: "cuda"}, {token});
  return state;
}
