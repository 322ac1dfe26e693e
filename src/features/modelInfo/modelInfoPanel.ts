import {randomBytes} from "node:crypto";
import * as vscode from "vscode";
import {HumanError} from "../../contract/errors";
import {
  type EstimateParams,
  isModelFile,
  isSameModel,
  type MemoryEstimate,
  type MemoryUse,
  type ModelRef
} from "../../contract/models";
import {joinInSlices} from "../../host/cooperativeWork";
import {uriName} from "../../host/documents/uriName";
import type {Host} from "../../host/host";
import {language} from "../../host/language";
import {fitFromEstimate, mainMemory} from "../../host/models/memoryFit";
import {runCommand} from "../../host/runCommand";
import {revealInFileManagerCommand} from "../../host/vscodeCommands";
import {plainText} from "../../text/plainText";
import {type ReadPiece, stampOf, TooLargeToRead} from "./modelFiles";
import {modelInfoPage} from "./modelInfoPage";
import {exportJson, modelPage, type ReadModel, wholeValue} from "./modelPage";
import {readMessage} from "./parseMessage";
import type {FromView, MemoryNow, ModelPage, Subject, ToView, Uses} from "./protocol";
import {type Reading, readModel} from "./readModel";
import {isRemote, readRemote} from "./remoteModel";
import {ViewPieces} from "./viewPieces";
import {panelType} from "./viewTypes";

/** Milliseconds without a change of the file before it is read again: programs write in pieces. */
const readDelay = 500;

/** Milliseconds between two looks at the file, and at the memory of a model that is in use, while the page is seen. */
const lookAgain = 5000;

/** Characters of a value that the view gets. */
const maxShownLength = 1 << 18;

/** What the view shows, and what else is known of it. */
type Content =
  | {readonly type: "reading"}
  | {readonly type: "failed"; readonly message: string; readonly canCopy: boolean}
  | {readonly type: "model"; readonly page: ModelPage; readonly model: ReadModel};

/** One webview about one model: reads the model's header, answers the view, and reads again when the file has changed. */
export class ModelInfoView implements vscode.Disposable {
  private content: Content = {type: "reading"};
  private stamps: Reading["stamps"] = new Map();
  private reading: vscode.CancellationTokenSource | undefined;
  private asking: vscode.CancellationTokenSource | undefined;
  private changing: ReturnType<typeof setTimeout> | undefined;
  private comparing: Promise<void> | undefined;
  private readonly looking: ReturnType<typeof setInterval>;
  private disposed = false;
  private readonly subject: Subject;
  private readonly pieces: ViewPieces | null;
  private readonly subscriptions: vscode.Disposable[] = [];

  /**
   * `address`: the URI of a file, an `https:` address or an `hf:` URI. Where nobody has just `asked` for it (a page that VS Code
   * brings back), no server is contacted: the page says how.
   */
  constructor(
    private readonly host: Host,
    private readonly panel: vscode.WebviewPanel,
    readonly address: string,
    asked: boolean
  ) {
    const uri = vscode.Uri.parse(address);
    this.subject = {uri: address, name: uriName(uri)};
    const fetches = uri.scheme === "vscode-remote" && webviewsReadParts();
    this.pieces = fetches ? new ViewPieces((message) => this.post(message)) : null;
    const {webview} = panel;
    const folder = vscode.Uri.joinPath(host.extensionUri, "dist", "webview");
    const resource = (file: string) => webview.asWebviewUri(vscode.Uri.joinPath(folder, file)).toString();
    webview.options = {
      enableScripts: true,
      localResourceRoots: fetches ? [folder, vscode.Uri.joinPath(uri, "..")] : [folder]
    };
    this.subscriptions.push(
      webview.onDidReceiveMessage((message) => this.receive(message)),
      panel.onDidDispose(() => this.dispose()),
      panel.onDidChangeViewState(() => this.seenAgain()),
      host.settings.onDidChangeModel(() => this.modelChanged())
    );
    this.watch();
    this.looking = setInterval(() => this.lookAgain(), lookAgain);
    webview.html = modelInfoPage({
      script: resource("modelInfo.js"),
      styles: resource("modelInfo.css"),
      cspSource: webview.cspSource,
      fetches,
      nonce: randomBytes(16).toString("base64")
    });
    if (asked || !isRemote(address)) void this.read();
    else this.content = {type: "failed", message: notAsked(), canCopy: false};
  }

  get onDidDispose(): vscode.Event<void> {
    return this.panel.onDidDispose;
  }

  reveal(): void {
    this.panel.reveal();
  }

  dispose(): void {
    if (this.disposed) return;
    this.disposed = true;
    clearTimeout(this.changing);
    clearInterval(this.looking);
    this.reading?.cancel();
    this.reading = undefined;
    this.asking?.cancel();
    this.asking = undefined;
    this.pieces?.dispose();
    for (const subscription of this.subscriptions) subscription.dispose();
    this.panel.dispose();
  }

  /** Reads the model; what is wrong with it is shown, not thrown. */
  private async read(): Promise<void> {
    this.reading?.cancel();
    const reading = new vscode.CancellationTokenSource();
    this.reading = reading;
    this.post({type: "reading", subject: this.subject});
    const before = isRemote(this.address) ? null : await stampOf(vscode.Uri.parse(this.address));
    try {
      const model = await this.readNow(reading.token);
      if (this.reading !== reading) return;
      this.content = {type: "model", page: modelPage(model), model};
      this.nameAfter(model);
    } catch (error) {
      if (this.reading !== reading) return;
      this.stamps = new Map([[this.address, before]]);
      this.content = {
        type: "failed",
        message: this.host.errors.describe(error),
        canCopy: error instanceof TooLargeToRead
      };
      // The page says what happened; the notification has the way out: a token, or a proxy.
      if (error instanceof HumanError && isRemote(this.address)) void this.host.errors.show(error);
    } finally {
      reading.dispose();
    }
    this.postContent();
    void this.askMemory();
  }

  /** Files of some programs are called by their checksum: then the model's own name says more. */
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
    this.stamps = stamps;
    this.host.log.debug(`a model's header was read in ${Math.round(performance.now() - started)} ms`);
    return model;
  }

  private readPiece(): ReadPiece {
    const {pieces, panel} = this;
    if (pieces === null) return null;
    return (uri, offset, length) => pieces.read(panel.webview.asWebviewUri(uri).toString(), offset, length);
  }

  private receive(raw: unknown): void {
    const message = readMessage(raw);
    if (message) void this.answer(message).catch((error) => this.host.errors.show(error));
    else this.host.log.warn("The model info view sent a message that is none; it was dropped.");
  }

  private async answer(message: FromView): Promise<void> {
    switch (message.type) {
      case "hello":
        this.post({type: "language", language});
        break;
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
    const {content, subject} = this;
    switch (content.type) {
      case "reading":
        this.post({type: "reading", subject});
        break;
      case "failed":
        this.post({...content, subject});
        break;
      case "model":
        this.post({type: "show", subject, page: content.page, uses: this.uses()});
        break;
      default:
        content satisfies never;
    }
  }

  private showValue(key: string): void {
    const value = this.valueOf(key);
    if (value === null) return;
    const text = value.text.slice(0, maxShownLength);
    this.post({type: "value", key, text, cut: value.cut || text.length < value.text.length});
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

  /** Brings a file that can't be read in parts onto this machine, and shows it there. */
  private async saveCopy(): Promise<void> {
    const target = await vscode.window.showSaveDialog({
      title: vscode.l10n.t("Save a Copy of the Model"),
      filters: {GGUF: ["gguf"]}
    });
    if (target === undefined) return;
    await vscode.window.withProgress(
      {
        location: vscode.ProgressLocation.Notification,
        title: vscode.l10n.t("Copying {0}", plainText(this.subject.name))
      },
      () => Promise.resolve(vscode.workspace.fs.copy(vscode.Uri.parse(this.address), target, {overwrite: true}))
    );
    await runCommand("showModelInfo", target);
  }

  /** The path of the file that the engine would load; null where it can't. */
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
    this.post({type: "uses", uses: this.uses()});
    void this.askMemory();
  }

  private seenAgain(): void {
    if (!this.panel.visible) return;
    void this.readIfChanged();
  }

  /** Asks only an engine that runs, and only of a model that is in use: others are not loaded meanwhile. */
  private lookAgain(): void {
    if (!this.panel.visible) return;
    // Not every change is told: no watcher has begun at once, and some file systems have none.
    void this.readIfChanged();
    const {measures, completes} = this.uses();
    if ((measures || completes) && this.host.engine.processId !== undefined) void this.askMemory();
  }

  /** What the engine knows of the model's memory. No page waits for it, and none is lost without it. */
  private async askMemory(): Promise<void> {
    if (this.content.type !== "model" || !this.panel.visible) return;
    this.post({type: "free", free: (await mainMemory()).free});
    const path = this.loadedPath();
    if (path === null || this.disposed) return;
    this.asking?.cancel();
    const asking = new vscode.CancellationTokenSource();
    this.asking = asking;
    const {engine, settings} = this.host;
    const {measures, completes} = this.uses();
    // An estimate is llama.cpp's, native code: what an untrusted folder brings is known by its header alone.
    if (!vscode.workspace.isTrusted && !measures && !completes) return this.post({type: "memory", memory: null});
    const own: ModelRef = completes && !measures ? settings.completionModel() : {...settings.scoringModel(), path};
    // What isn't in use would take the place of all that is.
    const beside = measures || completes ? [settings.scoringModel(), settings.completionModel()] : [];
    const params: EstimateParams = {model: own, beside: beside.filter((other) => !isSameModel(other, own))};
    const {token} = asking;
    try {
      const memory =
        measures || completes
          ? await engine.request("memory", params, {token})
          : {estimate: await engine.request("estimate", params, {token}), used: null};
      if (this.asking === asking) this.post({type: "memory", memory: memoryNow(memory.estimate, memory.used)});
    } catch (error) {
      if (error instanceof vscode.CancellationError || this.asking !== asking) return;
      this.host.log.debug(`no estimate of the model's memory: ${error instanceof Error ? error.message : error}`);
      this.post({type: "memory", memory: null});
    } finally {
      asking.dispose();
    }
  }

  private watch(): void {
    if (isRemote(this.address)) return;
    const folder = vscode.Uri.joinPath(vscode.Uri.parse(this.address), "..");
    // All of its folder: a file's name may mean something in a pattern.
    const watcher = vscode.workspace.createFileSystemWatcher(new vscode.RelativePattern(folder, "*"));
    const follow = (uri: vscode.Uri) => {
      if (uri.toString() === this.address || this.stamps.has(uri.toString())) this.readSoon();
    };
    this.subscriptions.push(
      watcher,
      watcher.onDidChange(follow),
      watcher.onDidCreate(follow),
      watcher.onDidDelete(follow)
    );
  }

  private readSoon(): void {
    clearTimeout(this.changing);
    this.changing = setTimeout(() => void this.readIfChanged(), readDelay);
  }

  /** Once at a time: what doesn't answer is not asked again and again. */
  private readIfChanged(): Promise<void> {
    this.comparing ??= this.compare().finally(() => {
      this.comparing = undefined;
    });
    return this.comparing;
  }

  private async compare(): Promise<void> {
    if (isRemote(this.address) || this.content.type === "reading") return;
    for (const [uri, stamp] of this.stamps)
      if ((await stampOf(vscode.Uri.parse(uri))) !== stamp) return this.disposed ? undefined : await this.read();
  }

  private post(message: ToView): void {
    // What comes late, after the panel was closed, is for nobody.
    if (this.disposed) return;
    // A hidden view hears nothing, and asks when it is shown again.
    void this.panel.webview.postMessage(message);
  }
}

function notAsked(): string {
  return vscode.l10n.t("This model is on the Internet, which nobody asked for yet: read it again to see it.");
}

/** Of a panel's tab. */
export function titleOf(name: string): string {
  return vscode.l10n.t("Model: {0}", plainText(name));
}

/** Older versions of VS Code may read a whole file for a part of it. Known of 1.139 (docs/decisions/views.md). */
function webviewsReadParts(): boolean {
  const [major = 0, minor = 0] = vscode.version.split(".").map(Number);
  return major > 1 || minor >= 139;
}

function memoryNow(estimate: MemoryEstimate, used: MemoryUse | null): MemoryNow {
  const {device, layers, gpuLayers, contextSize, contexts, weights, context, free, total} = estimate;
  const estimated = {
    ram: weights.ram + contexts * context.ram,
    vram: weights.vram + contexts * context.vram
  };
  return {
    device,
    layers,
    gpuLayers,
    contextSize,
    contexts,
    estimated,
    free,
    total,
    used,
    advice: used === null ? fitFromEstimate(estimate).advice : null
  };
}
