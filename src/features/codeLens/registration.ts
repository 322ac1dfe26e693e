import * as vscode from "vscode";
import type {Host} from "../../host/host";
import type {FunctionLenses} from "./functionLenses";

/** A code lens above each function, if the setting is on. Nothing is loaded or scored for it before. */
export function registerCodeLens(host: Host): vscode.Disposable {
  let lenses: FunctionLenses | undefined;
  const turnOff = (): void => {
    lenses?.dispose();
    lenses = undefined;
  };
  const sync = async (): Promise<void> => {
    if (!host.settings.codeLens) return turnOff();
    const {FunctionLenses} = await import("./functionLenses");
    // The setting may have changed again meanwhile.
    if (host.settings.codeLens) lenses ??= new FunctionLenses(host);
  };
  void sync();
  return vscode.Disposable.from(
    host.settings.onDidChangeCodeLens(() => void sync()),
    {dispose: turnOff}
  );
}
