import * as vscode from "vscode";
import {joinInSlices} from "../../host/cooperativeWork";
import {csvPieces, jsonPieces, markdownPieces} from "./exports";
import type {ShownCounts} from "./shownCounts";

const formats = {Markdown: markdownPieces, JSON: jsonPieces, CSV: csvPieces};

export type CopyFormat = keyof typeof formats;

/** Puts all counts of the view on the clipboard. */
export async function copyCounts(shown: ShownCounts, format: CopyFormat): Promise<void> {
  await vscode.env.clipboard.writeText(await joinInSlices(formats[format](shown)));
  vscode.window.setStatusBarMessage(`$(check) ${vscode.l10n.t("Copied the counts as {0}", format)}`, 3000);
}
