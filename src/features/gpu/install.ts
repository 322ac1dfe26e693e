import * as vscode from "vscode";
import {EngineError, type EngineErrorKind} from "../../contract/errors";
import type {Progress} from "../../contract/progress";
import {progressText} from "../../contract/progressText";
import type {Host} from "../../host/host";
import {HostError} from "../../host/hostError";
import {runCommand} from "../../host/runCommand";
import {urlHost} from "../../host/urlHost";
import {cudaDownloadSize} from "../../platform/cudaPackages";
import {BytePace} from "../../text/bytePace";
import {byteSize} from "../../text/numberText";
import {plainText} from "../../text/plainText";
import type {CudaRuntime, InstallOptions} from "./cudaRuntime";
import {detailText, memoryText} from "./deviceText";
import {cudaState} from "./offer";

/** Installs the runtime after the user agreed to what is downloaded, how much of it and from where. */
export async function installAfterAsking(host: Host, runtime: CudaRuntime): Promise<void> {
  if (await runtime.isInstalled()) {
    await showOutcome(host);
    return;
  }
  // If there is no runtime for this system, the installation fails with the reason.
  if (!runtime.isOffered || (await confirmInstall(host, runtime))) await install(host, runtime);
}

async function confirmInstall(host: Host, runtime: CudaRuntime): Promise<boolean> {
  const yes = vscode.l10n.t("Install");
  const cuda = await cudaState(host);
  const detail = [
    vscode.l10n.t(
      "{0} are downloaded from {1} and take {2} on disk. The download is checked before it is unpacked.",
      byteSize(cudaDownloadSize.fetched),
      urlHost(host.settings.npmRegistry),
      byteSize(cudaDownloadSize.unpacked)
    )
  ];
  if (cuda !== undefined && cuda.problem !== "noRuntime")
    detail.push(vscode.l10n.t("It would not work yet: {0}", detailText(cuda, runtime.isOffered)));
  const chosen = await vscode.window.showInformationMessage(
    vscode.l10n.t("Install the CUDA runtime?"),
    {modal: true, detail: detail.join("\n\n")},
    yes
  );
  return chosen === yes;
}

/** Downloads and installs the runtime. The user can cancel this and resume it later. */
export async function install(host: Host, runtime: CudaRuntime): Promise<void> {
  await withProgress(host, (installing) => runtime.install(installing));
}

/** Installs the runtime from the user's tarballs, for machines without a network. */
export async function installFromFiles(host: Host, runtime: CudaRuntime): Promise<void> {
  const files = await vscode.window.showOpenDialog({
    title: vscode.l10n.t("Select {0}", runtime.fileNames.join(", ")),
    openLabel: vscode.l10n.t("Install"),
    canSelectMany: true,
    filters: {[vscode.l10n.t("npm packages")]: ["tgz"]}
  });
  if (files === undefined) return;
  await withProgress(host, (installing) =>
    runtime.installFrom(
      files.map(({fsPath}) => fsPath),
      installing
    )
  );
}

export async function remove(host: Host, runtime: CudaRuntime): Promise<void> {
  if (!(await runtime.isInstalled())) {
    await vscode.window.showInformationMessage(vscode.l10n.t("The CUDA runtime is not installed."));
    return;
  }
  host.engine.deviceChanged();
  await runtime.remove();
  await vscode.window.showInformationMessage(vscode.l10n.t("The CUDA runtime was removed."));
}

async function withProgress(host: Host, work: (installing: InstallOptions) => Promise<void>): Promise<void> {
  await vscode.window.withProgress(
    {
      location: vscode.ProgressLocation.Notification,
      title: vscode.l10n.t("Installing the CUDA runtime"),
      cancellable: true
    },
    async (progress, token) => {
      const paces: BytePace[] = [];
      const message = (fetched: Progress, file: number, files: number): string => {
        if (fetched.stage !== "download") return progressText(fetched);
        paces[file] ??= new BytePace();
        return vscode.l10n.t("file {0} of {1}: {2}", file, files, progressText(fetched, paces[file]));
      };
      await work({token, onProgress: (...state) => progress.report({message: message(...state)})}).catch(
        asWrongPackage
      );
      // The running engine process has already looked for its libraries.
      host.engine.deviceChanged();
    }
  );
  await showOutcome(host);
}

/** These kinds offer another model, which is no help here. */
const offersModel: ReadonlySet<EngineErrorKind> = new Set(["wrongContent", "notFound", "serverFailed", "badAddress"]);

function asWrongPackage(error: unknown): never {
  throw error instanceof EngineError && offersModel.has(error.kind)
    ? new HostError("wrongPackage", error.message)
    : error;
}

/** Tells the user the outcome: an installed runtime does not always work. */
async function showOutcome(host: Host): Promise<void> {
  const cuda = await cudaState(host);
  const showGpu = vscode.l10n.t("Show GPU");
  const chosen =
    cuda?.works === true
      ? await vscode.window.showInformationMessage(
          plainText(
            vscode.l10n.t("CUDA works: {0}.", [...new Set(cuda.names), memoryText(cuda)].filter(Boolean).join(", "))
          ),
          showGpu
        )
      : await vscode.window.showWarningMessage(
          vscode.l10n.t("The CUDA runtime is installed, but CUDA does not work on this machine yet."),
          showGpu
        );
  if (chosen === showGpu) await runCommand("showGpu");
}
