import * as vscode from "vscode";
import type {Host} from "../../host/host";
import type {ReadModel} from "./modelPage";

/** Whether a model is on the Internet. */
export function isRemote(address: string): boolean {
  return /^(https?|hf):/i.test(address);
}

/** Reads a model on the Internet without downloading it: only the facts in its header. */
export async function readRemote({downloads}: Host, uri: string, token: vscode.CancellationToken): Promise<ReadModel> {
  const {url, fileName, bytes, parts, facts} = await downloads.inspect(uri, token);
  return {
    file: {name: fileName, location: url, bytes, parts, local: false, download: facts !== null, reveal: null},
    problem: facts === null ? vscode.l10n.t("This file is no GGUF model.") : null,
    facts,
    header: null,
    tensors: [],
    tokenTexts: new Map()
  };
}
