import * as vscode from "vscode";
import {type Host, registerCommand} from "../../host/host";
import {markStepDone} from "../../host/walkthroughProgress";
import {Samples} from "./samples";

/** State key: it has opened by itself. */
const openedKey = "walkthrough.opened";

/**
 * Registers the walkthrough "First minutes". Each of its buttons tries a step on a sample. It opens by itself once, after the
 * installation.
 */
export function registerWalkthrough(host: Host): vscode.Disposable {
  const samples = new Samples(host.extensionUri);
  const load = () => import("./steps");
  const followModel = (): void => {
    if (!host.settings.usesDemonstrationModel) markStepDone("model");
  };
  followModel();
  if (host.globalState.get(openedKey) === undefined) {
    // There is state of an earlier version: this is an update.
    const isUpdate = host.globalState.keys().length > 0;
    void host.globalState.update(openedKey, true);
    if (!isUpdate)
      load()
        .then(({openAfterInstallation}) => openAfterInstallation())
        .catch((error: unknown) => host.log.warn(String(error)));
  }
  return vscode.Disposable.from(
    samples,
    host.settings.onDidChangeModel(followModel),
    registerCommand(host, "openWalkthrough", async () => (await load()).openWalkthrough(false)),
    registerCommand(host, "tryTokens", async () => (await load()).tryTokens(samples)),
    registerCommand(host, "tryPerplexity", async () => (await load()).tryPerplexity(samples)),
    registerCommand(host, "tryLogprobs", async () => (await load()).tryLogprobs(samples)),
    registerCommand(host, "tryCompletion", async () => (await load()).tryCompletion(samples))
  );
}
