import * as vscode from "vscode";
import {type Host, registerCommand} from "../../host/host";
import {runtimesFolder} from "../../host/runtimes";
import {cudaPackages} from "../../platform/cudaPackages";
import type {BrokenDriverWatch} from "./brokenDriver";
import type {CudaRuntime} from "./cudaRuntime";
import {showNotices} from "./notices";
import {showOtherEvaluator} from "./otherEvaluator";

/** Registers Show GPU, the CUDA runtime's commands, and what is done about crashes on a GPU. */
export function registerGpu(host: Host): vscode.Disposable {
  // Not at activation: the offer waits until the engine was used.
  void host.engine.answered
    .then(() => runtimeToInstall(host))
    .then(async (runtime) => {
      if (runtime !== undefined) await (await import("./install")).install(host, runtime);
    })
    .catch((error: unknown) => host.errors.show(error));
  let suspicion: Promise<BrokenDriverWatch> | undefined;
  return vscode.Disposable.from(
    showNotices(host),
    showOtherEvaluator(host),
    host.engine.onDidDie((death) => {
      suspicion ??= import("./brokenDriver").then(({BrokenDriverWatch}) => new BrokenDriverWatch(host));
      suspicion.then((one) => one.onDeath(death)).catch((error: unknown) => host.errors.show(error));
    }),
    registerCommand(host, "showGpu", async () => (await import("./showGpu")).showGpu(host, await runtimeOf(host))),
    registerCommand(host, "installCudaRuntime", async () =>
      (await import("./install")).installAfterAsking(host, await runtimeOf(host))
    ),
    registerCommand(host, "installCudaRuntimeFromFile", async () =>
      (await import("./install")).installFromFiles(host, await runtimeOf(host))
    ),
    registerCommand(host, "removeCudaRuntime", async () =>
      (await import("./install")).remove(host, await runtimeOf(host))
    )
  );
}

/**
 * Offers the runtime, and returns it if the user wants it. Failures are only logged, because the user did not ask for
 * the offer.
 */
async function runtimeToInstall(host: Host): Promise<CudaRuntime | undefined> {
  try {
    const runtime = await runtimeOf(host);
    const {offerCudaRuntime} = await import("./offer");
    return (await offerCudaRuntime(host, runtime)) ? runtime : undefined;
  } catch (error) {
    if (!(error instanceof vscode.CancellationError)) host.log.warn(String(error));
    return undefined;
  }
}

async function runtimeOf(host: Host): Promise<CudaRuntime> {
  const {CudaRuntime} = await import("./cudaRuntime");
  return new CudaRuntime({
    packages: cudaPackages,
    folder: runtimesFolder(host.storageUri.fsPath),
    transfers: host.transfers,
    registry: () => host.settings.npmRegistry,
    network: () => host.settings.network(null)
  });
}
