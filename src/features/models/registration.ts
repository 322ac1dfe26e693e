import path from "node:path";
import * as vscode from "vscode";
import {type Host, registerCommand} from "../../host/host";
import {HostError} from "../../host/hostError";
import {shippedModel} from "../../host/models/modelChoice";
import {isModelRole} from "./modelRole";
import type {ModelSelection} from "./selectModel";

/** Choosing the model: one on this machine, one to download, or the demonstration model. */
export function registerModels(host: Host): vscode.Disposable {
  let selection: Promise<ModelSelection> | undefined;
  const models = () => {
    selection ??= selectionOf(host);
    return selection;
  };
  return vscode.Disposable.from(
    {dispose: () => void selection?.then((made) => made.dispose())},
    registerCommand(host, "selectModel", async () => (await models()).select("both")),
    registerCommand(host, "selectCompletionModel", async () => (await models()).select("completion")),
    registerCommand(host, "selectModelFile", async () => (await models()).browse("both")),
    registerCommand(host, "useDemonstrationModel", async () => (await models()).use(shippedModel, "both")),
    registerCommand(host, "useOneModel", async () => (await models()).useOneForBoth()),
    registerCommand(host, "useModel", async (file, role = "both") => {
      // Any link or key binding may call this.
      if (typeof file !== "string" || !path.isAbsolute(file) || !isModelRole(role))
        throw new HostError("noSuchModel", vscode.l10n.t("There is no such model: choose one from the list."));
      await (await models()).use({kind: "file", path: file}, role);
    })
  );
}

async function selectionOf(host: Host): Promise<ModelSelection> {
  const [{ModelSelection}, {HeaderCache}] = await Promise.all([
    import("./selectModel"),
    import("../../host/models/local/headerCache")
  ]);
  return new ModelSelection(host, new HeaderCache(path.join(host.storageUri.fsPath, "headers.json")));
}
