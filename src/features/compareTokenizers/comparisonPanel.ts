import * as vscode from "vscode";
import type {GgufModel} from "../../contract/models";
import {openDocument, targetTextAt, wholeDocument} from "../../host/documents/targetText";
import type {Host} from "../../host/host";
import {LatestOnly} from "../../host/latestOnly";
import {WebviewPanel} from "../../host/webviewPanel";
import {chooseTokenizers} from "./chooseTokenizers";
import {type ComparedText, compareFiles, compareText} from "./compare";
import {comparePage} from "./comparePage";
import {comparisonMarkdown} from "./markdown";
import {parseMessage} from "./parseMessage";
import type {ComparedSource, Comparison, FromView, ToView} from "./protocol";
import {panelType} from "./viewTypes";

/** What the view shows. */
type Content =
  | {readonly type: "idle"}
  | {readonly type: "failed"; readonly message: string}
  | {readonly type: "show"; readonly comparison: Comparison};

/** The view of a comparison: the numbers of each tokenizer, and how each cuts the text. */
export class ComparisonPanel implements vscode.Disposable {
  private content: Content = {type: "idle"};
  private readonly comparing = new LatestOnly();
  private readonly view: WebviewPanel<FromView, ToView>;

  constructor(
    private readonly host: Host,
    private readonly panel: vscode.WebviewPanel,
    private source: ComparedSource
  ) {
    this.view = new WebviewPanel(host, panel, {
      page: comparePage,
      readableFolder: null,
      parse: parseMessage,
      answer: (message) => this.answer(message)
    });
    this.view.owns(this.comparing);
  }

  static create(host: Host, source: ComparedSource): ComparisonPanel {
    const panel = vscode.window.createWebviewPanel(panelType, vscode.l10n.t("Tokenizers"), vscode.ViewColumn.Active, {
      enableFindWidget: true
    });
    return new ComparisonPanel(host, panel, source);
  }

  get onDidDispose(): vscode.Event<void> {
    return this.panel.onDidDispose;
  }

  dispose(): void {
    this.view.dispose();
  }

  /** Compares another text, or with other tokenizers. */
  async show(source: ComparedSource): Promise<void> {
    this.source = source;
    this.panel.reveal();
    await this.compare();
  }

  /** Compares with progress, as the text is now. */
  async compare(): Promise<void> {
    const {host, source} = this;
    const title = vscode.l10n.t("Comparing tokenizers: {0}", source.title);
    const options = {location: vscode.ProgressLocation.Notification, title, cancellable: true};
    await vscode.window.withProgress(options, (progress, cancelling) =>
      this.comparing.run(cancelling, async (token, isLatest) => {
        const onStep = (comparison: Comparison): void => {
          if (!isLatest()) return;
          this.set({type: "show", comparison});
          const done = comparison.tokenizers.filter(({state}) => state !== "counting").length;
          progress.report({message: vscode.l10n.t("{0} of {1}", done, comparison.tokenizers.length)});
        };
        try {
          const comparison = await this.compared(source, token, onStep);
          if (isLatest()) this.set({type: "show", comparison});
        } catch (error) {
          if (!isLatest()) return;
          if (error instanceof vscode.CancellationError || token.isCancellationRequested) this.set({type: "idle"});
          else this.set({type: "failed", message: host.errors.describe(error)});
        }
      })
    );
  }

  private async compared(
    source: ComparedSource,
    token: vscode.CancellationToken,
    onStep: (comparison: Comparison) => void
  ): Promise<Comparison> {
    const models = modelsOf(source, this.host);
    if (!source.onDisk) return await compareText(this.host, await comparedText(source), models, token, onStep);
    const uris = source.uris.map((uri) => vscode.Uri.parse(uri));
    return await compareFiles(this.host, {title: source.title, uris}, models, token, onStep);
  }

  private async answer(message: FromView): Promise<void> {
    switch (message.type) {
      case "ready":
        return this.post();
      case "compareAgain":
        return await this.compare();
      case "chooseTokenizers": {
        const models = await chooseTokenizers(this.host);
        return models && (await this.show({...this.source, models}));
      }
      case "copy":
        if (this.content.type === "show")
          await vscode.env.clipboard.writeText(comparisonMarkdown(this.content.comparison));
        return;
      default:
        return message satisfies never;
    }
  }

  private set(content: Content): void {
    this.content = content;
    this.post();
  }

  private post(): void {
    this.view.post({...this.content, source: this.source});
  }
}

function modelsOf({models}: ComparedSource, {settings}: Host): readonly GgufModel[] {
  // A vocabulary needs no device.
  return models.map((path) => ({...settings.refOf({kind: "file", path}), gpu: "off"}));
}

async function comparedText({uris, range}: ComparedSource): Promise<ComparedText> {
  const place = {uri: uris[0] ?? "", start: range?.start ?? 0, end: range?.end ?? 0};
  const document = await openDocument(place);
  const {title, text, start} = range === null ? await wholeDocument(document) : await targetTextAt(document, place);
  return {title, text, firstLine: document.positionAt(start).line + 1};
}
