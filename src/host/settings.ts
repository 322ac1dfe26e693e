import path from "node:path";
import * as vscode from "vscode";
import {type GpuChoice, isSameModel, type ModelRef} from "../contract/models";
import type {Network} from "../contract/transfer";
import {changeOf, readSetting, settingsReader, updateSetting, writeSetting} from "./configuration";
import {homeFolder} from "./home";
import {type ChosenModel, isSameChoice, type ModelChoice, shippedModel} from "./models/modelChoice";

/** Begins a path in the user's home folder. */
const inHome = /^~(?=$|[/\\])/;

export interface InlineCompletionSettings {
  readonly enabled: boolean;
  /** Milliseconds. */
  readonly delay: number;
  readonly maxTokens: number;
  /** 0 to 1. */
  readonly minConfidence: number;
}

/** Every setting is read here and nowhere else; the defaults stand in package.json. */
export class Settings {
  private readonly changedModel = new vscode.EventEmitter<void>();
  private readonly changedDevice = new vscode.EventEmitter<void>();
  private readonly subscriptions: vscode.Disposable;
  private gpuAvoided = false;
  readonly onDidChangeModel = this.changedModel.event;
  readonly onDidChangeDevice = this.changedDevice.event;
  readonly onDidChangeIdleLimit = changeOf("idleMinutes");
  readonly onDidChangeInlineCompletion = changeOf(
    "inlineCompletion.enabled",
    "inlineCompletion.delay",
    "inlineCompletion.maxTokens",
    "inlineCompletion.minConfidence",
    "inlineCompletion.exclude"
  );
  /** Absolute path of the model that ships with Tokenscope. */
  private readonly demonstrationFile: string;

  constructor(extensionUri: vscode.Uri) {
    this.demonstrationFile = vscode.Uri.joinPath(extensionUri, "media", "models", "tokenscope-tiny-q8_0.gguf").fsPath;
    const onModel = changeOf("model", "completionModel", "gpu", "gpuLayers", "threads", "contextSize");
    this.subscriptions = vscode.Disposable.from(
      this.changedModel,
      this.changedDevice,
      onModel(() => this.changedModel.fire()),
      // VS Code reports a change of the workspace's settings. But now the user's own paths into the workspace count too.
      vscode.workspace.onDidGrantWorkspaceTrust(() => this.changedModel.fire()),
      changeOf("gpu")(() => this.changedDevice.fire())
    );
  }

  /** The model that measures, and completes where no other is chosen for that. */
  scoringModel(): ModelRef {
    return this.refOf(this.modelChoice().scoring);
  }

  /** The model that completes. */
  completionModel(): ModelRef {
    const {scoring, completion} = this.modelChoice();
    return this.refOf(completion ?? scoring);
  }

  /** The model that ships with Tokenscope. */
  demonstrationModel(): ModelRef {
    return this.refOf(shippedModel);
  }

  /** The model as the engine gets it: its file, and how it is run. */
  refOf(chosen: ChosenModel): ModelRef {
    const layers = readSetting("gpuLayers");
    return {
      kind: "gguf",
      path: this.modelPath(chosen),
      gpu: this.gpu,
      gpuLayers: layers === "auto" ? null : layers,
      threads: readSetting("threads"),
      contextSize: readSetting("contextSize")
    };
  }

  get usesDemonstrationModel(): boolean {
    return isSameModel(this.scoringModel(), this.demonstrationModel());
  }

  /** For a document: its language or folder may have settings of their own. */
  inlineCompletion(document?: vscode.TextDocument): InlineCompletionSettings {
    const read = settingsReader(document);
    return {
      enabled: read("inlineCompletion.enabled"),
      delay: read("inlineCompletion.delay"),
      maxTokens: read("inlineCompletion.maxTokens"),
      minConfidence: read("inlineCompletion.minConfidence")
    };
  }

  /** Patterns, as in a .gitignore, of files that are never sent to a completion. */
  completionExclusions(): readonly string[] {
    return readSetting("inlineCompletion.exclude");
  }

  /** A selection is scored in the context of what stands before it in its document. */
  get selectionContext(): boolean {
    return readSetting("selectionContext");
  }

  modelChoice(): ModelChoice {
    const completion = readSetting("completionModel");
    return {
      scoring: chosenModel(readSetting("model")),
      completion: completion.trim() === "" ? null : chosenModel(completion)
    };
  }

  /** In Restricted Mode: a model of the user's own settings lies in the workspace, and is not used. */
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

  /** How files are fetched. `token` is Hugging Face's, out of SecretStorage. */
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

  /** Base address of npm's registry or of a mirror of it, with a slash at the end. */
  get npmRegistry(): string {
    return `${readSetting("npmRegistry").trim().replace(/\/+$/, "")}/`;
  }

  /** "auto" is the CPU where the GPU is avoided. */
  get gpu(): GpuChoice {
    return this.avoidsGpu ? "off" : readSetting("gpu");
  }

  /** The device is chosen automatically, but for the GPU ({@link avoidGpu}). */
  get avoidsGpu(): boolean {
    return this.gpuAvoided && readSetting("gpu") === "auto";
  }

  /** Where the device is chosen automatically, it is the CPU from now on, or no longer. */
  avoidGpu(avoided: boolean): void {
    const before = this.gpu;
    this.gpuAvoided = avoided;
    if (this.gpu === before) return;
    this.changedModel.fire();
    this.changedDevice.fire();
  }

  /** Milliseconds without use after which the model is unloaded; 0: never. */
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

  /** Adds folders of models to the user's own, as they stand in the settings. */
  async addModelFolders(folders: readonly string[]): Promise<void> {
    const known = new Set(this.modelFolders());
    const added = folders.filter((folder) => !known.has(folder));
    if (added.length > 0) await updateSetting("modelFolders", [...readSetting("modelFolders"), ...added]);
  }

  /** Null: as many as the device's memory holds. */
  async setGpuLayers(layers: number | null): Promise<void> {
    await updateSetting("gpuLayers", layers ?? "auto");
  }

  async setContextSize(tokens: number): Promise<void> {
    await updateSetting("contextSize", tokens);
  }

  /** For a language, or for all that have no setting of their own. */
  async setInlineCompletion(enabled: boolean, language?: string): Promise<void> {
    if (language === undefined) return await updateSetting("inlineCompletion.enabled", enabled);
    await writeSetting("inlineCompletion.enabled", enabled, vscode.ConfigurationTarget.Global, language);
  }

  /** In the workspace that is open. */
  async setInlineCompletionHere(enabled: boolean): Promise<void> {
    await writeSetting("inlineCompletion.enabled", enabled, vscode.ConfigurationTarget.Workspace);
  }

  dispose(): void {
    this.subscriptions.dispose();
  }

  /**
   * In Restricted Mode: this setting of the user's names a file by its place in the workspace. The workspace would choose
   * what is loaded, so the demonstration model is used.
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
    // Another machine's folder is none here.
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
