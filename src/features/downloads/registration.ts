import * as vscode from "vscode";
import {type Host, registerCommand} from "../../host/host";

/** Delay after activation until unfinished downloads are offered (ms), so that the start is not slowed down. */
const offerDelay = 3000;

/**
 * Registers downloads of models. Nothing is downloaded without a click, and all downloads can be paused and resumed.
 */
export function registerDownloads(host: Host): vscode.Disposable {
  const offer = async () => (await import("./downloadModel")).offerToResume(host);
  // Failures are only logged, because the user did not ask for the offer.
  const timer = setTimeout(() => offer().catch((error: unknown) => host.log.warn(String(error))), offerDelay);
  return vscode.Disposable.from(
    new vscode.Disposable(() => clearTimeout(timer)),
    registerCommand(host, "downloadModel", async (uri) => {
      const {askForAddress, downloadModel} = await import("./downloadModel");
      const address = typeof uri === "string" ? uri : await askForAddress();
      if (address !== undefined) await downloadModel(host, address);
    }),
    registerCommand(host, "resumeDownload", async () => (await import("./downloadModel")).chooseUnfinished(host)),
    registerCommand(host, "setAccessToken", async () => {
      const {askForToken} = await import("./accessToken");
      await askForToken(host.downloads.tokens);
    }),
    registerCommand(host, "removeAccessToken", async () => {
      const {tokens} = host.downloads;
      await tokens.remove();
      vscode.window.showInformationMessage(vscode.l10n.t("The access token for {0} was removed.", tokens.host));
    })
  );
}
