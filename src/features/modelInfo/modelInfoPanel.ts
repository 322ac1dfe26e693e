import * as vscode from "vscode";
import {HumanError} from "../../contract/errors";
import {isModelFile} from "../../contract/models";
import {joinInSlices} from "../../host/cooperativeWork";
import {uriName} from "../../host/documents/uriName";
import type {Host} from "../../host/host";
import {LatestOnly} from "../../host/latestOnly";
import {mainMemory} from "../../host/models/memoryFit";
import {runCommand} from "../../host/runCommand";
import {revealInFileManagerCommand} from "../../host/vscodeCommands";
import {WebviewPanel} from "../../host/webviewPanel";
import {plainText} from "../../text/plainText";
import {FileChanges} from "./fileChanges";
import {type ReadPiece, stampOf, TooLargeToRead} from "./modelFiles";
import {modelInfoPage} from "./modelInfoPage";
import {requestMemory} from "./modelMemory";
import {exportJson, modelPage, type ReadModel, wholeValue} from "./modelPage";
import {parseMessage} from "./parseMessage";
import type {FromView, ModelPage, ModelSource, ToView, Uses} from "./protocol";
import {readModel} from "./readModel";
import {isRemote, readRemote} from "./remoteModel";
import {ViewPieces} from "./viewPieces";
import {panelType} from "./viewTypes";

/** Milliseconds between checks of the file, and of the memory of a model in use, while the page is visible. */
const checkInterval = 5000;

/** Maximum characters of a value that is sent to the view. */
const maxShownLength = 1 << 18;

/** The content of the view, and the model behind it. */
type Content =
  | {readonly type: "reading"}
  | {readonly type: "failed"; readonly message: string; readonly canCopy: boolean}
  | {readonly type: "model"; readonly page: ModelPage; readonly model: ReadModel};

/** A webview about one model: reads the model's header, answers the view, and reads again when the file has changed. */
export class ModelInfoPanel implements vscode.Disposable {
  private content: Content = {type: "reading"};
  private readonly reading = new LatestOnly();
  private readonly asking = new LatestOnly();
  private readonly source: ModelSource;
  private readonly pieces: ViewPieces | null;
  private readonly view: WebviewPanel<FromView, ToView>;
  private readonly changes: FileChanges | null;

  /**
   * `address` is the URI of a file, an `https:` address or an `hf:` URI. `asked` is false for a page that VS Code restores: then
   * no server is contacted until the user asks for it.
   */
  constructor(
    private readonly host: Host,
    private readonly panel: vscode.WebviewPanel,
    readonly address: string,
    asked: boolean
  ) {
    const uri = vscode.Uri.parse(address);
    this.source = {uri: address, name: uriName(uri)};
    const fetches = uri.scheme === "vscode-remote" && webviewsReadParts();
    this.pieces = fetches ? new ViewPieces((message) => this.view.post(message)) : null;
    this.changes = isRemote(address) ? null : new FileChanges(uri, () => this.fileChanged());
    this.view = new WebviewPanel(host, panel, {
      page: modelInfoPage,
      readableFolder: fetches ? vscode.Uri.joinPath(uri, "..") : null,
      parse: parseMessage,
      answer: (message) => this.answer(message)
    });
    const checks = setInterval(() => this.check(), checkInterval);
    this.view.owns(
      panel.onDidChangeViewState(() => this.viewStateChanged()),
      host.settings.onDidChangeModel(() => this.modelChanged()),
      host.settings.onDidChangeKvCache(() => this.kvCacheChanged()),
      {dispose: () => clearInterval(checks)},
      {dispose: () => this.stop()}
    );
    if (asked || !isRemote(address)) void this.read();
    else this.content = {type: "failed", message: notAsked(), canCopy: false};
  }

  static create(host: Host, address: string): ModelInfoPanel {
    const title = titleOf(uriName(vscode.Uri.parse(address)));
    const panel = vscode.window.createWebviewPanel(panelType, title, vscode.ViewColumn.Active, {
      enableFindWidget: true
    });
    return new ModelInfoPanel(host, panel, address, true);
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

  private stop(): void {
    this.reading.dispose();
    this.asking.dispose();
    this.pieces?.dispose();
    this.changes?.dispose();
  }

  /** Reads the model. An error is shown, not thrown. */
  private async read(): Promise<void> {
    const isDone = await this.reading.run(undefined, (token, isLatest) => this.readContent(token, isLatest));
    if (!isDone) return;
    this.postContent();
    void this.askMemory();
  }

  /** Returns false if a newer reading has begun, or the panel was closed. */
  private async readContent(token: vscode.CancellationToken, isLatest: () => boolean): Promise<boolean> {
    this.view.post({type: "reading", source: this.source});
    const before = this.changes === null ? null : await stampOf(vscode.Uri.parse(this.address));
    try {
      const model = await this.readNow(token);
      if (!isLatest()) return false;
      this.content = {type: "model", page: this.pageOf(model), model};
      this.nameAfter(model);
    } catch (error) {
      if (!isLatest()) return false;
      this.changes?.remember(new Map([[this.address, before]]));
      this.content = {
        type: "failed",
        message: this.host.errors.describe(error),
        canCopy: error instanceof TooLargeToRead
      };
      // The page shows the message; the notification also has a button, for an access token or a proxy.
      if (error instanceof HumanError && isRemote(this.address)) void this.host.errors.show(error);
    }
    return true;
  }

  /** Some programs name files by their checksum. Then the model's own name is the better title. */
  private nameAfter({facts, file}: ReadModel): void {
    const isPanel = this.panel.viewType === panelType;
    if (isPanel && facts?.name && !/\.gguf$/i.test(file.name)) this.panel.title = titleOf(facts.name);
  }

  private async readNow(token: vscode.CancellationToken): Promise<ReadModel> {
    if (isRemote(this.address)) return await readRemote(this.host, this.address, token);
    const started = performance.now();
    const aborting = new AbortController();
    token.onCancellationRequested(() => aborting.abort());
    const {model, stamps} = await readModel(vscode.Uri.parse(this.address), aborting.signal, this.readPiece());
    this.changes?.remember(stamps);
    this.host.log.debug(`a model's header was read in ${Math.round(performance.now() - started)} ms`);
    return model;
  }

  private pageOf(model: ReadModel): ModelPage {
    return modelPage(model, this.host.settings.scoringModel().kvCache);
  }

  private readPiece(): ReadPiece {
    const {pieces, panel} = this;
    if (pieces === null) return null;
    return (uri, offset, length) => pieces.read(panel.webview.asWebviewUri(uri).toString(), offset, length);
  }

  private async answer(message: FromView): Promise<void> {
    switch (message.type) {
      case "ready":
        this.postContent();
        this.pieces?.repeat();
        return await this.askMemory();
      case "piece":
      case "noPiece":
        this.pieces?.answer(message);
        break;
      case "readAgain":
        return await this.read();
      case "useModel":
        return await runCommand("useModel", this.loadedPath());
      case "download":
        return await runCommand("downloadModel", this.address);
      case "reveal":
        return await this.revealFile();
      case "copyJson":
        return await this.copyJson();
      case "saveCopy":
        return await this.saveCopy();
      case "value":
        this.showValue(message.key);
        break;
      case "copyValue":
        return await this.copyValue(message.key);
      default:
        message satisfies never;
    }
  }

  private postContent(): void {
    const {content, source} = this;
    switch (content.type) {
      case "reading":
        this.view.post({type: "reading", source});
        break;
      case "failed":
        this.view.post({...content, source});
        break;
      case "model":
        this.view.post({type: "show", source, page: content.page, uses: this.uses()});
        break;
      default:
        content satisfies never;
    }
  }

  private showValue(key: string): void {
    const value = this.valueOf(key);
    if (value === null) return;
    const text = value.text.slice(0, maxShownLength);
    this.view.post({type: "value", key, text, cut: value.cut || text.length < value.text.length});
  }

  private async copyValue(key: string): Promise<void> {
    const value = this.valueOf(key);
    if (value === null) return;
    await vscode.env.clipboard.writeText(value.text);
    const said = value.cut ? vscode.l10n.t("The beginning of the value copied") : vscode.l10n.t("Value copied");
    vscode.window.setStatusBarMessage(said, 3000);
  }

  private valueOf(key: string): ReturnType<typeof wholeValue> {
    const header = this.content.type === "model" ? this.content.model.header : null;
    return header && wholeValue(header, key);
  }

  private async copyJson(): Promise<void> {
    if (this.content.type !== "model") return;
    const {page, model} = this.content;
    await vscode.env.clipboard.writeText(await joinInSlices(exportJson(page, model)));
    vscode.window.setStatusBarMessage(vscode.l10n.t("Model info copied as JSON"), 3000);
  }

  private async revealFile(): Promise<void> {
    const place = this.content.type === "model" ? this.content.model.file.reveal : null;
    if (place === null) return;
    const command = place === "fileManager" ? revealInFileManagerCommand : "revealInExplorer";
    await vscode.commands.executeCommand(command, vscode.Uri.parse(this.address));
  }

  /** Copies a file that can't be read in parts to this machine, and shows the copy. */
  private async saveCopy(): Promise<void> {
    const target = await vscode.window.showSaveDialog({
      title: vscode.l10n.t("Save a Copy of the Model"),
      filters: {GGUF: ["gguf"]}
    });
    if (target === undefined) return;
    await vscode.window.withProgress(
      {
        location: vscode.ProgressLocation.Notification,
        title: vscode.l10n.t("Copying {0}", plainText(this.source.name))
      },
      () => Promise.resolve(vscode.workspace.fs.copy(vscode.Uri.parse(this.address), target, {overwrite: true}))
    );
    await runCommand("showModelInfo", target);
  }

  /** The path of the file that the engine would load; null if it can't load it. */
  private loadedPath(): string | null {
    if (this.content.type !== "model" || !this.content.model.file.local) return null;
    return this.content.model.file.location;
  }

  private uses(): Uses {
    const path = this.loadedPath();
    const {settings} = this.host;
    return {
      measures: path !== null && isModelFile(settings.scoringModel(), path),
      completes: path !== null && isModelFile(settings.completionModel(), path)
    };
  }

  private modelChanged(): void {
    this.view.post({type: "uses", uses: this.uses()});
    void this.askMemory();
  }

  private kvCacheChanged(): void {
    if (this.content.type !== "model") return;
    this.content = {...this.content, page: this.pageOf(this.content.model)};
    this.postContent();
  }

  private async fileChanged(): Promise<void> {
    if (!this.view.isDisposed) await this.read();
  }

  private viewStateChanged(): void {
    if (this.panel.visible) void this.changes?.compare();
  }

  private check(): void {
    if (!this.panel.visible) return;
    // Not every change is reported: a watcher starts late, and some file systems have none.
    void this.changes?.compare();
    const {measures, completes} = this.uses();
    // An idle engine is not started for this, and no model is loaded.
    if ((measures || completes) && this.host.engine.processId !== undefined) void this.askMemory();
  }

  /** The page is complete without an answer. */
  private async askMemory(): Promise<void> {
    if (this.content.type !== "model" || !this.panel.visible) return;
    this.view.post({type: "free", free: (await mainMemory()).free});
    const path = this.loadedPath();
    if (path === null || this.view.isDisposed) return;
    try {
      await this.asking.run(undefined, async (token, isLatest) => {
        const memory = await requestMemory(this.host, path, this.uses(), token);
        if (isLatest()) this.view.post({type: "memory", memory});
      });
    } catch (error) {
      if (!(error instanceof vscode.CancellationError)) throw error;
    }
  }
}

function notAsked(): string {
  return vscode.l10n.t("This model is on the Internet, which nobody asked for yet: read it again to see it.");
}

/** The title of a panel's tab. */
function titleOf(name: string): string {
  return vscode.l10n.t("Model: {0}", plainText(name));
}

/** Versions of VS Code before 1.139 may read a whole file when a part is asked for (docs/decisions/views.md). */
function webviewsReadParts(): boolean {
  const [major = 0, minor = 0] = vscode.version.split(".").map(Number);
  return major > 1 || minor >= 139;
}
