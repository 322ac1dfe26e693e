import * as vscode from "vscode";
import type {Host} from "../../host/host";
import {HostError} from "../../host/hostError";
import {isRemote} from "./remoteModel";

/** Maximum characters of an address. A longer one would not be restored after a reload (parseMessage.ts). */
const maxAddressLength = 1 << 13;

/**
 * The address in the command's argument, which is a path, an address or a URI. Without an argument, the scoring model's.
 *
 * @throws HostError if it is anything else: links and key bindings can pass any value.
 */
export function addressOf(model: unknown, {settings}: Host): string {
  try {
    const address = written(model) ?? vscode.Uri.file(settings.scoringModel().path).toString();
    vscode.Uri.parse(address, true);
    if (address.length <= maxAddressLength) return address;
  } catch {
    // A lone surrogate, an authority without a host …
  }
  throw new HostError("noSuchModel", vscode.l10n.t("This is no address of a model: choose one from the list."));
}

function written(model: unknown): string | undefined {
  if (model instanceof vscode.Uri) return model.toString();
  if (typeof model !== "string" || model === "") return undefined;
  return isRemote(model) ? model : vscode.Uri.file(model).toString();
}
