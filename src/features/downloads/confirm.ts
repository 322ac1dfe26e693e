import * as vscode from "vscode";
import type {RemoteFile} from "../../contract/transfer";
import {catalogue} from "../../host/downloads/catalogue";
import {byteSize, count} from "../../text/numberText";
import {plainText} from "../../text/plainText";

/** Shows what will be downloaded, and asks the user to confirm. */
export async function confirmDownload(uri: string, file: RemoteFile, free: number | null): Promise<boolean> {
  const download = vscode.l10n.t("Download");
  const chosen = await vscode.window.showInformationMessage(
    vscode.l10n.t("Download {0}?", plainText(file.fileName)),
    {modal: true, detail: details(uri, file, free).join("\n")},
    download
  );
  return chosen === download;
}

function details(uri: string, {url, bytes, parts, facts}: RemoteFile, free: number | null): string[] {
  const {host} = new URL(url);
  const lines = [
    parts === 1
      ? vscode.l10n.t("Size: {0}, from {1}", byteSize(bytes), host)
      : vscode.l10n.t("Size: {0} in {1} files, from {2}", byteSize(bytes), parts, host)
  ];
  if (facts !== null) {
    const what = [
      facts.name ?? facts.architecture,
      facts.quantization,
      facts.contextLength === null ? null : vscode.l10n.t("context of {0} tokens", count(facts.contextLength))
    ];
    lines.push(vscode.l10n.t("Model: {0}", plainText(what.filter((part) => part !== null).join(", "))));
  }
  const licence = catalogue().find((entry) => entry.uri === uri)?.licence ?? facts?.licence ?? null;
  lines.push(
    licence === null
      ? vscode.l10n.t("Licence: not stated in the file, see its page")
      : vscode.l10n.t("Licence: {0}", plainText(licence))
  );
  if (free !== null)
    lines.push(
      free > bytes
        ? vscode.l10n.t("Free on the disk: {0}", byteSize(free))
        : vscode.l10n.t("Free on the disk: {0}, which is not enough", byteSize(free))
    );
  return lines;
}
