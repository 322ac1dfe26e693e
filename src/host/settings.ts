import path from "node:path";
import * as vscode from "vscode";
import {type GgufModel, type GpuChoice, isSameModel} from "../contract/models";
import type {Network} from "../contract/transfer";
import type {ColourChoice} from "../metrics/colourChoice";
import type {BudgetSetting} from "../text/tokenBudget";
import {changeOf, readSetting, settingsReader, updateSetting, writeSetting} from "./configuration";
import {homeFolder} from "./home";
import {type ChosenModel, isSameChoice, type ModelChoice, shippedModel} from "./models/modelChoice";

/** The start of a path in the user's home folder. */
const inHome = /^~(?=$|[/\\])/;

export interface InlineCompletionSettings {
  readonly enabled: boolean;
  /** Milliseconds. */
  readonly delay: number;
  readonly maxTokens: number;
  /** 0 to 1. */
  readonly minConfidence: number;
}

/** What the settings mean. All of them are read here; the defaults stand in package.json. */
export class Settings {
  private readonly changedModel = new vscode.EventEmitter<void>();
  private readonly changedDevice = new vscode.EventEmitter<void>();
  private readonly subscriptions: vscode.Disposable;
  private gpuAvoided = false;
  readonly onDidChangeModel = this.changedModel.event;
  readonly onDidChangeDevice = this.changedDevice.event;
  readonly onDidChangeKvCache = changeOf("kvCache");
  readonly onDidChangeIdleLimit = changeOf("idleMinutes");
  readonly onDidChangeColours = changeOf("colorBy", "colorThreshold");
  readonly onDidChangeLineFigures = changeOf("heatmap.lineFigures");
  readonly onDidChangeCodeLens = changeOf("codeLens");
  readonly onDidChangeLiveLogprobs = changeOf("logprobs.live");
  readonly onDidChangeBudget = changeOf("budget");
  readonly onDidChangeInlineCompletion = changeOf(
    "inlineCompletion.enabled",
    "inlineCompletion.delay",
    "inlineCompletion.maxTokens",
    "inlineCompletion.minConfidence",
    "inlineCompletion.exclude",
    "inlineCompletion.alternatives"
  );
  /** Absolute path of the model that ships with Tokenscope. */
  private readonly demonstrationFile: string;

  constructor(extensionUri: vscode.Uri) {
    this.demonstrationFile = vscode.Uri.joinPath(extensionUri, "media", "models", "tokenscope-tiny-q8_0.gguf").fsPath;
    const onModel = changeOf("model", "completionModel", "gpu", "gpuLayers", "threads", "contextSize", "kvCache");
    this.subscriptions = vscode.Disposable.from(
      this.changedModel,
      this.changedDevice,
      onModel(() => this.changedModel.fire()),
      // VS Code reports a change of the workspace's settings. But now the user's own paths into the workspace count too.
      vscode.workspace.onDidGrantWorkspaceTrust(() => this.changedModel.fire()),
      changeOf("gpu")(() => this.changedDevice.fire())
    );
  }

  /** The model that scores. It also completes if no other model is chosen for that. */
  scoringModel(): GgufModel {
    return this.refOf(this.modelChoice().scoring);
  }

  /** The model that completes. */
  completionModel(): GgufModel {
    const {scoring, completion} = this.modelChoice();
    return this.refOf(completion ?? scoring);
  }

  /** The model that ships with Tokenscope. */
  demonstrationModel(): GgufModel {
    return this.refOf(shippedModel);
  }

  /** The model as the engine needs it: its file, and how to run it. */
  refOf(chosen: ChosenModel): GgufModel {
    const layers = readSetting("gpuLayers");
    return {
      kind: "gguf",
      path: this.modelPath(chosen),
      gpu: this.gpu,
      gpuLayers: layers === "auto" ? null : layers,
      threads: readSetting("threads"),
      contextSize: readSetting("contextSize"),
      kvCache: readSetting("kvCache")
    };
  }

  get usesDemonstrationModel(): boolean {
    return isSameModel(this.scoringModel(), this.demonstrationModel());
  }

  /** The settings for a document: its language or folder may have its own. */
  inlineCompletion(document?: vscode.TextDocument): InlineCompletionSettings {
    const read = settingsReader(document);
    return {
      enabled: read("inlineCompletion.enabled"),
      delay: read("inlineCompletion.delay"),
      maxTokens: read("inlineCompletion.maxTokens"),
      minConfidence: read("inlineCompletion.minConfidence")
    };
  }

  /** How many completions are asked for at once, where several are. */
  get completionAlternatives(): number {
    return readSetting("inlineCompletion.alternatives");
  }

  /** Patterns, as in a .gitignore, of files that no completion sees. */
  completionExclusions(): readonly string[] {
    return readSetting("inlineCompletion.exclude");
  }

  /** Budgets of tokens for the files of a workspace folder, which may have its own; without one, for all other files. */
  budget(folder?: vscode.Uri): BudgetSetting {
    return settingsReader(folder)("budget");
  }

  /** Score a selection in the context of the text before it in its document. */
  get selectionContext(): boolean {
    return readSetting("selectionContext");
  }

  /** What tokens are coloured by, in the logprobs view and in the editor. */
  get colours(): ColourChoice {
    return {by: readSetting("colorBy"), threshold: readSetting("colorThreshold")};
  }

  /** The choice of one view is that of all. */
  async setColours({by, threshold}: ColourChoice): Promise<void> {
    await updateSetting("colorBy", by);
    await updateSetting("colorThreshold", threshold);
  }

  /** Count the open file's tokens after a start, without waiting for a click. */
  get countsOnStart(): boolean {
    return readSetting("countOnStart");
  }

  /** The heatmap writes each line's bits per byte behind it. */
  get lineFigures(): boolean {
    return readSetting("heatmap.lineFigures");
  }

  /** Each function has its numbers above it. */
  get codeLens(): boolean {
    return readSetting("codeLens");
  }

  /** The logprobs view scores its text again while it is edited. */
  get liveLogprobs(): boolean {
    return readSetting("logprobs.live");
  }

  async setLiveLogprobs(isLive: boolean): Promise<void> {
    await updateSetting("logprobs.live", isLive);
  }

  modelChoice(): ModelChoice {
    const completion = readSetting("completionModel");
    return {
      scoring: chosenModel(readSetting("model")),
      completion: completion.trim() === "" ? null : chosenModel(completion)
    };
  }

  /** In Restricted Mode: the user's own settings name a model in the workspace, which is not used. */
  get holdsBackModel(): boolean {
    const {scoring, completion} = this.modelChoice();
    return [scoring, completion].some((model) => model?.kind === "file" && this.isHeldBack(model.path));
  }

  /** Absolute paths of the user's own folders of models. */
  modelFolders(): string[] {
    return readSetting("modelFolders")
      .filter((folder) => folder.trim() !== "" && !this.isHeldBack(folder))
      .map((folder) => this.resolvedPath(folder));
  }

  /** How to download. `token` is Hugging Face's access token, from SecretStorage. */
  network(token: string | null): Network {
    const http = vscode.workspace.getConfiguration("http");
    const proxy = http.get<unknown>("proxy");
    const endpoint = readSetting("huggingFaceEndpoint").trim() || process.env["HF_ENDPOINT"]?.trim() || "";
    return {
      proxy: typeof proxy === "string" && proxy.trim() !== "" ? proxy.trim() : null,
      strictSSL: http.get<unknown>("proxyStrictSSL") !== false,
      huggingFace: `${(endpoint || "https://huggingface.co").replace(/\/+$/, "")}/`,
      token
    };
  }

  /** Base address of the npm registry or a mirror, with a slash at the end. */
  get npmRegistry(): string {
    return `${readSetting("npmRegistry").trim().replace(/\/+$/, "")}/`;
  }

  /** The device to use: the CPU if it is chosen automatically and the GPU is avoided. */
  get gpu(): GpuChoice {
    return this.avoidsGpu ? "off" : readSetting("gpu");
  }

  /** The device is chosen automatically, without the GPU ({@link avoidGpu}). */
  get avoidsGpu(): boolean {
    return this.gpuAvoided && readSetting("gpu") === "auto";
  }

  /** Avoids the GPU when the device is chosen automatically, or no longer does. */
  avoidGpu(avoided: boolean): void {
    const before = this.gpu;
    this.gpuAvoided = avoided;
    if (this.gpu === before) return;
    this.changedModel.fire();
    this.changedDevice.fire();
  }

  /** Unload the model after this long without use, in milliseconds; 0: never. */
  get idleLimit(): number {
    return readSetting("idleMinutes") * 60_000;
  }

  async setGpu(gpu: GpuChoice): Promise<void> {
    await updateSetting("gpu", gpu);
  }

  async setModelChoice({scoring, completion}: ModelChoice): Promise<void> {
    const now = this.modelChoice();
    if (!isSameChoice(scoring, now.scoring)) await updateSetting("model", scoring.kind === "file" ? scoring.path : "");
    if (isSameChoice(completion, now.completion)) return;
    await updateSetting(
      "completionModel",
      completion?.kind === "file" ? completion.path : completion === null ? "" : demonstrationWord
    );
  }

  /** Adds folders to the user's own, and leaves those as they are written. */
  async addModelFolders(folders: readonly string[]): Promise<void> {
    const known = new Set(this.modelFolders());
    const added = folders.filter((folder) => !known.has(folder));
    if (added.length > 0) await updateSetting("modelFolders", [...readSetting("modelFolders"), ...added]);
  }

  /** Null: as many layers as the device's memory holds. */
  async setGpuLayers(layers: number | null): Promise<void> {
    await updateSetting("gpuLayers", layers ?? "auto");
  }

  async setContextSize(tokens: number): Promise<void> {
    await updateSetting("contextSize", tokens);
  }

  /** For one language, or for all languages that have no setting of their own. */
  async setInlineCompletion(enabled: boolean, language?: string): Promise<void> {
    if (language === undefined) return await updateSetting("inlineCompletion.enabled", enabled);
    await writeSetting("inlineCompletion.enabled", enabled, vscode.ConfigurationTarget.Global, {languageId: language});
  }

  /** For the open workspace. */
  async setInlineCompletionHere(enabled: boolean): Promise<void> {
    await writeSetting("inlineCompletion.enabled", enabled, vscode.ConfigurationTarget.Workspace);
  }

  dispose(): void {
    this.subscriptions.dispose();
  }

  /**
   * In Restricted Mode: the user's own setting names a file relative to the workspace. The workspace would decide what is loaded,
   * so the demonstration model is used instead.
   */
  private isHeldBack(setting: string): boolean {
    const written = setting.trim();
    if (vscode.workspace.isTrusted || vscode.workspace.workspaceFolders === undefined) return false;
    if (/\$\{workspaceFolder\}/.test(written)) return true;
    return !(inHome.test(written) || path.isAbsolute(written));
  }

  private modelPath(chosen: ChosenModel): string {
    const isFile = chosen.kind === "file" && !this.isHeldBack(chosen.path);
    return isFile ? this.resolvedPath(chosen.path) : this.demonstrationFile;
  }

  private resolvedPath(setting: string): string {
    const written = setting.trim();
    const [first] = vscode.workspace.workspaceFolders ?? [];
    // A folder on another machine can't be used here.
    const folder = first?.uri.scheme === "file" ? first.uri.fsPath : homeFolder();
    const home = written.replace(inHome, homeFolder());
    return path.resolve(
      folder,
      home.replace(/\$\{workspaceFolder\}/g, () => folder)
    );
  }
}

/** Names the demonstration model where "" means something else. Its path changes with every update. */
const demonstrationWord = "demonstration";

function chosenModel(setting: string): ChosenModel {
  const written = setting.trim();
  return written === "" || written === demonstrationWord ? shippedModel : {kind: "file", path: written};
}
