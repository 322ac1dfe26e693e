import * as vscode from "vscode";
import {plainText} from "../text/plainText";
import {iterateInSlices} from "./cooperativeWork";
import {sampleScheme} from "./documents/sampleScheme";
import {uriName} from "./documents/uriName";
import type {Host} from "./host";
import {language} from "./language";
import {saveFile} from "./saveFile";
import {type ScoreDocument, type ScoreFormat, scorePieces} from "./scoreDocument";

/** The scores of a text in a document. */
export interface ScoresToSave {
  readonly uri: vscode.Uri;
  readonly title: string;
  /** How far scoring came, if it was stopped. */
  readonly partial: string | null;
  /** Read when the user has chosen a file. */
  readonly read: () => Promise<ScoreDocument>;
}

const filters: Readonly<Record<ScoreFormat, Readonly<Record<string, string[]>>>> = {
  json: {JSON: ["json"]},
  csv: {CSV: ["csv"]},
  html: {HTML: ["html"]}
};

/**
 * Asks for a file, writes the scores in the format that its name ends with, and says so. If they can't be written there, it asks
 * again. The first format is proposed.
 */
export async function saveScores(
  host: Host,
  scores: ScoresToSave,
  formats: readonly [ScoreFormat, ...ScoreFormat[]]
): Promise<void> {
  const unwritable = (name: string, code: string): string =>
    vscode.l10n.t('The scores can\'t be written to "{0}" ({1}): save them elsewhere.', name, code);
  const target = await saveFile(dialogFor(scores, formats), unwritable, async (file) => {
    const format = formats.find((one) => file.path.toLowerCase().endsWith(`.${one}`)) ?? formats[0];
    return await encoded(scorePieces(await scores.read(), format, language.locale));
  });
  if (target === undefined) return;
  const open = vscode.l10n.t("Open");
  // Not awaited: the command is done, although the message may stay.
  void vscode.window
    .showInformationMessage(
      plainText(vscode.l10n.t("The scores of {0} are in {1}.", scores.title, uriName(target))),
      open
    )
    .then(async (chosen) => {
      if (chosen === open) await vscode.commands.executeCommand("vscode.open", target);
    })
    .then(undefined, (error: unknown) => host.errors.show(error));
}

function dialogFor(
  {uri, title, partial}: ScoresToSave,
  formats: readonly [ScoreFormat, ...ScoreFormat[]]
): vscode.SaveDialogOptions {
  return {
    title:
      partial === null
        ? vscode.l10n.t("Export the scores of {0}", title)
        : vscode.l10n.t("Export the scores of {0} (partial: {1})", title, partial),
    saveLabel: vscode.l10n.t("Export"),
    defaultUri: vscode.Uri.joinPath(folderFor(uri), `${uriName(uri)}.scores.${formats[0]}`),
    filters: Object.assign({}, ...formats.map((format) => filters[format]))
  };
}

/** The document's own folder if it is writable, else the workspace folder, else the disk's root. */
export function folderFor(document: vscode.Uri): vscode.Uri {
  const {fs} = vscode.workspace;
  if (document.scheme !== sampleScheme && fs.isWritableFileSystem(document.scheme) === true)
    return vscode.Uri.joinPath(document, "..");
  return vscode.workspace.workspaceFolders?.[0]?.uri ?? vscode.Uri.file("/");
}

/** As UTF-8. Yields also while the parts are joined, which takes long for a long text. */
async function encoded(pieces: Iterable<string>): Promise<Uint8Array> {
  const encoder = new TextEncoder();
  const parts: Uint8Array[] = [];
  let size = 0;
  for await (const piece of iterateInSlices(pieces)) {
    const part = encoder.encode(piece);
    parts.push(part);
    size += part.length;
  }
  const whole = Buffer.allocUnsafe(size);
  let end = 0;
  for await (const part of iterateInSlices(parts)) {
    whole.set(part, end);
    end += part.length;
  }
  return whole;
}
