import * as vscode from "vscode";
import type {Scores} from "../../contract/scoring";
import {iterateInSlices} from "../../host/cooperativeWork";
import {sampleScheme} from "../../host/documents/sampleScheme";
import type {ScoredTarget} from "../../host/documents/scoredTarget";
import {uriName} from "../../host/documents/uriName";
import type {Host} from "../../host/host";
import {saveFile} from "../../host/saveFile";
import {coveredTexts, csvPieces, type ExportedTokens, exportHeader, jsonPieces} from "../../metrics/scoreExport";
import {partialText} from "../../metrics/summaryRows";
import {plainText} from "../../text/plainText";
import {tokenscopeVersion} from "../../version";

/** Asks for a file, writes the scores and says so. If they can't be written there, it asks again. */
export async function saveScores(host: Host, scored: ScoredTarget): Promise<void> {
  const {target: subject} = scored;
  const unwritable = (name: string, code: string): string =>
    vscode.l10n.t('The scores can\'t be written to "{0}" ({1}): save them elsewhere.', name, code);
  const target = await saveFile(dialogFor(scored), unwritable, async (file) =>
    encoded(await document(host, scored, file))
  );
  if (target === undefined) return;
  const open = vscode.l10n.t("Open");
  // Not awaited: the command is done, although the message may stay.
  void vscode.window
    .showInformationMessage(
      plainText(vscode.l10n.t("The scores of {0} are in {1}.", subject.title, uriName(target))),
      open
    )
    .then(async (chosen) => {
      if (chosen === open) await vscode.commands.executeCommand("vscode.open", target);
    })
    .then(undefined, (error: unknown) => host.errors.show(error));
}

function dialogFor({target: subject, scores}: ScoredTarget): vscode.SaveDialogOptions {
  const partial = partialText(scores.summary, scores);
  return {
    title:
      partial === null
        ? vscode.l10n.t("Export the scores of {0}", subject.title)
        : vscode.l10n.t("Export the scores of {0} (partial: {1})", subject.title, partial),
    saveLabel: vscode.l10n.t("Export"),
    defaultUri: vscode.Uri.joinPath(folderFor(subject.uri), `${uriName(subject.uri)}.scores.json`),
    filters: {JSON: ["json"], CSV: ["csv"]}
  };
}

/** The document's own folder if it is writable, else the workspace folder, else the disk's root. */
function folderFor(document: vscode.Uri): vscode.Uri {
  const {fs} = vscode.workspace;
  if (document.scheme !== sampleScheme && fs.isWritableFileSystem(document.scheme) === true)
    return vscode.Uri.joinPath(document, "..");
  return vscode.workspace.workspaceFolders?.[0]?.uri ?? vscode.Uri.file("/");
}

/** The scores in the format of the file's extension. */
async function document(
  host: Host,
  {target: subject, scores}: ScoredTarget,
  target: vscode.Uri
): Promise<Iterable<string>> {
  const {text, title, start} = subject;
  const {ids, ends, logprobs, detail, summary, versions} = scores;
  const header = {
    ...exportHeader(scores, summary, {
      tokenscope: tokenscopeVersion,
      nodeLlamaCpp: versions?.nodeLlamaCpp ?? null,
      llamaCpp: versions?.llamaCpp ?? null
    }),
    source: {title, start, end: start + text.length}
  };
  const tokens: ExportedTokens = {ids, ends, logprobs, detail, textOf: await tokenTexts(host, text, scores)};
  return /\.csv$/i.test(target.path) ? csvPieces(header, tokens) : jsonPieces(header, tokens, "indented");
}

/** The text that each token covers; if the tokenizer rewrote the text, the model's own token texts. */
async function tokenTexts(host: Host, text: string, {spec, ids, ends}: Scores): Promise<(token: number) => string> {
  if (ends !== null) return coveredTexts(text, ends);
  const texts = await host.engine.request("tokenTexts", {model: spec, ids});
  return (token) => texts[token] ?? "";
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
