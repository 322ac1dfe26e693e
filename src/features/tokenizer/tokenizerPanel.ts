import path from "node:path";
import * as vscode from "vscode";
import {HumanError} from "../../contract/errors";
import {isSameModel, type ModelRef} from "../../contract/models";
import type {Host} from "../../host/host";
import {HostError} from "../../host/hostError";
import {LatestOnly} from "../../host/latestOnly";
import {WebviewPanel} from "../../host/webviewPanel";
import {jsonText} from "../../text/jsonText";
import {plainText} from "../../text/plainText";
import {parseMessage} from "./parseMessage";
import type {CopiedForm, Facts, FromView, Query, Scratch, ShownModel, ToView} from "./protocol";
import {tokenizerPage} from "./tokenizerPage";
import {tokenRow} from "./tokenRow";
import {panelType} from "./viewTypes";

type Content = Extract<ToView, {type: "loading" | "show" | "failed"}>;

/** A webview with one model's vocabulary: searches it, and cuts the text that the user types into tokens. */
export class TokenizerPanel implements vscode.Disposable {
  private content: Content;
  private model: ModelRef;
  private readonly loading = new LatestOnly();
  private readonly searching = new LatestOnly();
  private readonly cutting = new LatestOnly();
  private readonly view: WebviewPanel<FromView, ToView>;

  /** `file` is the absolute path of a model; null for the one that measures, whichever that is. */
  constructor(
    private readonly host: Host,
    private readonly panel: vscode.WebviewPanel,
    readonly file: string | null
  ) {
    this.model = this.wantedModel();
    this.content = {type: "loading", model: this.shownModel(this.fileName)};
    this.view = new WebviewPanel(host, panel, {
      page: tokenizerPage,
      readableFolder: null,
      parse: parseMessage,
      answer: (message) => this.answer(message)
    });
    this.view.owns(
      host.settings.onDidChangeModel(() => this.modelChanged()),
      this.loading,
      this.searching,
      this.cutting
    );
    void this.load();
  }

  static create(host: Host, file: string | null): TokenizerPanel {
    const panel = vscode.window.createWebviewPanel(
      panelType,
      vscode.l10n.t("Tokenizer"),
      {viewColumn: vscode.ViewColumn.Active},
      {enableFindWidget: false}
    );
    return new TokenizerPanel(host, panel, file);
  }

  get onDidDispose(): vscode.Event<void> {
    return this.panel.onDidDispose;
  }

  reveal(): void {
    this.panel.reveal();
  }

  dispose(): void {
    this.view.dispose();
  }

  private get fileName(): string {
    return path.basename(this.model.path);
  }

  private wantedModel(): ModelRef {
    const scoring = this.host.settings.scoringModel();
    return this.file === null ? scoring : {...scoring, path: this.file};
  }

  private shownModel(name: string): ShownModel {
    return {name: plainText(name), file: this.file};
  }

  private modelChanged(): void {
    const wanted = this.wantedModel();
    const isSame = isSameModel(wanted, this.model);
    this.model = wanted;
    // A model that failed may be there now.
    if (!isSame || this.content.type === "failed") void this.load();
  }

  /** Reads the vocabulary. An error is shown, not thrown. */
  private async load(): Promise<void> {
    this.searching.cancel();
    this.cutting.cancel();
    await this.loading.run(undefined, async (token, isLatest) => {
      this.show({type: "loading", model: this.shownModel(this.fileName)});
      try {
        this.refuseUntrusted();
        const {model, ...facts} = await this.host.engine.request("vocabularyFacts", {model: this.model}, {token});
        if (isLatest()) this.show({type: "show", model: this.shownModel(model.name), facts});
      } catch (error) {
        if (isLatest()) this.failed(error);
      }
    });
  }

  private failed(error: unknown): void {
    if (this.view.isDisposed || error instanceof vscode.CancellationError) return;
    this.show({type: "failed", model: this.shownModel(this.fileName), message: this.host.errors.describe(error)});
    // The page shows the message; for the model in use, the notification also has buttons.
    if (this.file === null && error instanceof HumanError) void this.host.errors.show(error);
  }

  /** Native code reads models, and any link, or saved state, can name one. */
  private refuseUntrusted(): void {
    if (this.file === null || vscode.workspace.isTrusted) return;
    throw new HostError(
      "untrustedModel",
      vscode.l10n.t(
        '"{0}" is not loaded in Restricted Mode: trust the folder, or choose another model.',
        plainText(this.fileName)
      )
    );
  }

  private show(content: Content): void {
    this.content = content;
    this.panel.title = vscode.l10n.t("Tokenizer: {0}", content.model.name);
    this.view.post(content);
  }

  private async answer(message: FromView): Promise<void> {
    switch (message.type) {
      case "ready":
        return this.view.post(this.content);
      case "tryAgain":
        return this.load();
      case "search":
        return this.search(message.query);
      case "rows":
        return this.sendRows(message.ids);
      case "tokenize":
        return this.tokenize(message.scratch);
      case "copy":
        return this.copy(message.id, message.as);
      default:
        message satisfies never;
    }
  }

  private get facts(): Facts | null {
    return this.content.type === "show" ? this.content.facts : null;
  }

  private async search(query: Query): Promise<void> {
    if (this.facts === null) return;
    const {model} = this;
    await this.searching.run(undefined, async (token, isLatest) => {
      try {
        const {ids} = await this.host.engine.request("searchVocabulary", {...query, model}, {token});
        if (isLatest()) this.view.post({type: "found", query, ids});
      } catch (error) {
        if (!isLatest() || error instanceof vscode.CancellationError) return;
        this.view.post({type: "noSearch", query, message: this.host.errors.describe(error)});
      }
    });
  }

  private async sendRows(ids: readonly number[]): Promise<void> {
    if (this.facts === null) return;
    const {model} = this;
    try {
      const infos = await this.host.engine.request("tokenInfo", {model, ids: Int32Array.from(ids)});
      if (isSameModel(model, this.model)) this.view.post({type: "rows", rows: infos.map(tokenRow)});
    } catch (error) {
      if (isSameModel(model, this.model)) this.failed(error);
    }
  }

  private async tokenize(scratch: Scratch): Promise<void> {
    if (this.facts === null) return;
    const {model} = this;
    await this.cutting.run(undefined, async (token, isLatest) => {
      try {
        const {ids, characters} = await this.host.engine.request("tokenize", {...scratch, model, texts: 0}, {token});
        if (isLatest()) this.view.post({type: "tokens", scratch, ids, characters});
      } catch (error) {
        if (!isLatest() || error instanceof vscode.CancellationError) return;
        this.view.post({type: "noTokens", message: this.host.errors.describe(error)});
      }
    });
  }

  private async copy(id: number, as: CopiedForm): Promise<void> {
    if (this.facts === null) return;
    const [info] = await this.host.engine.request("tokenInfo", {model: this.model, ids: Int32Array.of(id)});
    if (info === undefined) return;
    const texts = {id: String(id), text: info.text, json: jsonText(info.text)};
    await vscode.env.clipboard.writeText(texts[as]);
    const said = {
      id: () => vscode.l10n.t("Id copied"),
      text: () => vscode.l10n.t("Text copied"),
      json: () => vscode.l10n.t("Text copied as JSON")
    };
    vscode.window.setStatusBarMessage(said[as](), 3000);
  }
}
