import * as vscode from "vscode";
import type {Host} from "../../host/host";

/** Says which settings of an untrusted workspace are not used. Does nothing in a trusted one. */
export function registerRestrictedMode(host: Host, restricted: readonly string[]): vscode.Disposable {
  if (vscode.workspace.isTrusted) return vscode.Disposable.from();
  const item = import("./restrictedModeItem")
    .then(({RestrictedModeItem}) => new RestrictedModeItem(host, restricted))
    .catch((error: unknown) => {
      host.log.warn(String(error));
      return undefined;
    });
  return {dispose: () => void item.then((made) => made?.dispose())};
}
