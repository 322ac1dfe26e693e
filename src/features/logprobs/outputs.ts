import * as vscode from "vscode";
import {joinInSlices} from "../../host/cooperativeWork";
import {copyText} from "../../host/copyText";
import {uriName} from "../../host/documents/uriName";
import type {Host} from "../../host/host";
import {saveFile} from "../../host/saveFile";
import {folderFor, saveScores} from "../../host/saveScores";
import {partialText} from "../../metrics/summaryRows";
import {copyPieces, documentOf} from "./copies";
import type {CopyFormat, ExportFormat} from "./protocol";
import type {Shown} from "./shownScores";
import type {TokenRange} from "./tokenPlaces";

/** What leaves the view: copies, files and pictures. */
export class Outputs {
  constructor(
    private readonly host: Host,
    private readonly shown: () => Shown | null
  ) {}

  async copy(format: CopyFormat, {from, to}: TokenRange): Promise<void> {
    const shown = this.shown();
    if (!shown) return;
    const {scored, place, detail} = shown;
    const range = (await shown.places())?.rangeOf({from, to}) ?? null;
    const {colours} = this.host.settings;
    const pieces = copyPieces({scored, source: place.source, detail}, format, {from, to}, range, colours);
    await copyText(await joinInSlices(pieces), copied(format));
  }

  async export(format: ExportFormat): Promise<void> {
    const shown = this.shown();
    if (!shown) return;
    const {title, uri} = shown.place.source;
    const {scored} = shown;
    const read = async () => documentOf(shown, this.host.settings.colours);
    const partial = partialText(scored.summary, scored);
    await saveScores(this.host, {uri: vscode.Uri.parse(uri), title, partial, read}, [format]);
  }

  /** `name` says which chart it is. */
  async saveImage(name: string, png: Uint8Array): Promise<void> {
    const shown = this.shown();
    if (!shown) return;
    const {title, uri: address} = shown.place.source;
    const uri = vscode.Uri.parse(address);
    await saveFile(
      {
        title: vscode.l10n.t("Save a chart of {0}", title),
        defaultUri: vscode.Uri.joinPath(folderFor(uri), `${uriName(uri)}.${name}.png`),
        filters: {PNG: ["png"]}
      },
      (file, code) => vscode.l10n.t('The chart can\'t be written to "{0}" ({1}): save it elsewhere.', file, code),
      async () => png
    );
  }
}

function copied(format: CopyFormat): string {
  switch (format) {
    case "text":
      return vscode.l10n.t("Text copied");
    case "markdown":
      return vscode.l10n.t("Logprobs copied as Markdown");
    case "html":
      return vscode.l10n.t("Logprobs copied as HTML");
    case "json":
      return vscode.l10n.t("Logprobs copied as JSON");
  }
}
