import * as vscode from "vscode";
import {cudaPackages} from "../../cudaPackages";
import {type Host, registerCommand} from "../../host/host";
import {runtimesFolder} from "../../host/runtimes";
import {CudaRuntime} from "./cudaRuntime";
import {install, installAfterAsking, installFromFiles, remove} from "./install";
import {offerCudaRuntime} from "./offer";
import {showGpu} from "./showGpu";

/** What the model can run on, and CUDA's runtime, which is fetched when it is wanted. */
export function registerGpu(host: Host): vscode.Disposable {
  const runtime = new CudaRuntime({
    packages: cudaPackages,
    folder: runtimesFolder(host.storageUri.fsPath),
    transfers: host.transfers,
    registry: () => host.settings.npmRegistry,
    network: () => host.settings.network(null)
  });
  // Not at activation: who doesn't use the engine is not asked about it.
  void host.engine.answered
    .then(() => offerCudaRuntime(host, runtime))
    .catch((error: unknown) => {
      // Nobody has asked for it: its failures are nobody's business.
      if (!(error instanceof vscode.CancellationError)) host.log.warn(String(error));
      return false;
    })
    .then((wanted) => (wanted ? install(host, runtime) : undefined))
    .catch((error: unknown) => host.errors.show(error));
  return vscode.Disposable.from(
    registerCommand(host, "tokenscope.showGpu", () => showGpu(host, runtime)),
    registerCommand(host, "tokenscope.installCudaRuntime", () => installAfterAsking(host, runtime)),
    registerCommand(host, "tokenscope.installCudaRuntimeFromFile", () => installFromFiles(host, runtime)),
    registerCommand(host, "tokenscope.removeCudaRuntime", () => remove(host, runtime))
  );
}
