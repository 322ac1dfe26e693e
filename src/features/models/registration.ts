import path from "node:path";
import * as vscode from "vscode";
import {HumanError} from "../../engine/api";
import {type Host, registerCommand} from "../../host/host";
import {HeaderCache} from "../../host/localModels/headerCache";
import {isModelRole} from "./roles";
import {ModelSelection} from "./selectModel";

/** Choosing the model: one that is on this machine, one that can be had, or the demonstration model. */
export function registerModels(host: Host): vscode.Disposable {
  const headers = new HeaderCache(path.join(host.storageUri.fsPath, "headers.json"));
  const models = new ModelSelection(host, headers);
  return vscode.Disposable.from(
    headers,
    registerCommand(host, "tokenscope.selectModel", () => models.select("everything")),
    registerCommand(host, "tokenscope.selectCompletionModel", () => models.select("completion")),
    registerCommand(host, "tokenscope.selectModelFile", () => models.browse("everything")),
    registerCommand(host, "tokenscope.useDemonstrationModel", () => models.use("", "everything")),
    registerCommand(host, "tokenscope.useOneModel", () => models.useOneForBoth()),
    registerCommand(host, "tokenscope.useModel", async (file, role = "everything") => {
      // Any link or key binding may call it.
      if (typeof file !== "string" || !path.isAbsolute(file) || !isModelRole(role))
        throw new HumanError("modelMissing", vscode.l10n.t("There is no such model: choose one from the list."));
      await models.use(file, role);
    })
  );
}
