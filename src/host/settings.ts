import path from "node:path";
import * as vscode from "vscode";
import {type GpuChoice, gpuChoices, isSameModel, type ModelRef} from "../contract/models";
import type {Network} from "../contract/transfer";
import {homeFolder} from "./home";
import {HostError} from "./hostError";
import {type ChosenModel, isSameChoice, type ModelChoice, shippedModel} from "./models/modelChoice";

const section = "tokenscope";

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
  private readonly changedCompletion = new vscode.EventEmitter<void>();
  private readonly changedIdleLimit = new vscode.EventEmitter<void>();
  private gpuAvoided = false;
  private readonly subscription: vscode.Disposable;
  // VS Code tells of the workspace's settings; but those of the user's that lead into the workspace count from now on, too.
  private readonly trusting = vscode.workspace.onDidGrantWorkspaceTrust(() => this.changedModel.fire());
  readonly onDidChangeModel = this.changedModel.event;
  readonly onDidChangeDevice = this.changedDevice.event;
  readonly onDidChangeInlineCompletion = this.changedCompletion.event;
  readonly onDidChangeIdleLimit = this.changedIdleLimit.event;
  /** Absolute path of the model that ships with Tokenscope. */
  private readonly demonstrationFile: string;

  constructor(extensionUri: vscode.Uri) {
    this.demonstrationFile = vscode.Uri.joinPath(extensionUri, "media", "models", "tokenscope-tiny-q8_0.gguf").fsPath;
    this.subscription = vscode.workspace.onDidChangeConfiguration((change) => {
      if (
        ["model", "completionModel", "gpu", "gpuLayers", "threads", "contextSize"].some((key) =>
          change.affectsConfiguration(`${section}.${key}`)
        )
      )
        this.changedModel.fire();
      if (change.affectsConfiguration(`${section}.gpu`)) this.changedDevice.fire();
      if (change.affectsConfiguration(`${section}.inlineCompletion`)) this.changedCompletion.fire();
      if (change.affectsConfiguration(`${section}.idleMinutes`)) this.changedIdleLimit.fire();
    });
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
    return {
      kind: "gguf",
      path: this.modelPath(chosen),
      gpu: this.gpu,
      gpuLayers: readLayers(),
      threads: read("threads", isInteger(0, 1024)),
      contextSize: read("contextSize", isInteger(0, 1 << 20))
    };
  }

  get usesDemonstrationModel(): boolean {
    return isSameModel(this.scoringModel(), this.demonstrationModel());
  }

  /** For a document: its language or folder may have settings of their own. */
  inlineCompletion(document?: vscode.TextDocument): InlineCompletionSettings {
    // All from one look: this is asked at every key, and VS Code takes longer for the look than for a value.
    const configuration = vscode.workspace.getConfiguration(section, document);
    return {
      enabled: valueIn(configuration, "inlineCompletion.enabled", isBoolean),
      delay: valueIn(configuration, "inlineCompletion.delay", isInteger(0, 10_000)),
      maxTokens: valueIn(configuration, "inlineCompletion.maxTokens", isInteger(1, 1024)),
      minConfidence: valueIn(configuration, "inlineCompletion.minConfidence", isShare)
    };
  }

  /** Patterns, as in a .gitignore, of files that are never sent to a completion. */
  completionExclusions(): readonly string[] {
    return read("inlineCompletion.exclude", isStrings);
  }

  /** A selection is scored in the context of what stands before it in its document. */
  get selectionContext(): boolean {
    return read("selectionContext", isBoolean);
  }

  modelChoice(): ModelChoice {
    const completion = read("completionModel", isString);
    return {
      scoring: chosenModel(read("model", isString)),
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
    return read("modelFolders", isStrings)
      .filter((folder) => folder.trim() !== "" && !this.isHeldBack(folder))
      .map((folder) => this.resolvedPath(folder));
  }

  /** How files are fetched. `token` is Hugging Face's, out of SecretStorage. */
  network(token: string | null): Network {
    const http = vscode.workspace.getConfiguration("http");
    const proxy = http.get<unknown>("proxy");
    const endpoint = read("huggingFaceEndpoint", isString).trim() || process.env["HF_ENDPOINT"]?.trim() || "";
    return {
      proxy: isString(proxy) && proxy.trim() !== "" ? proxy.trim() : null,
      strictSSL: http.get<unknown>("proxyStrictSSL") !== false,
      huggingFace: `${(endpoint || "https://huggingface.co").replace(/\/+$/, "")}/`,
      token
    };
  }

  /** Base address of npm's registry or of a mirror of it, with a slash at the end. */
  get npmRegistry(): string {
    return `${read("npmRegistry", isWebAddress).trim().replace(/\/+$/, "")}/`;
  }

  /** "auto" is the CPU where the GPU is avoided. */
  get gpu(): GpuChoice {
    return this.avoidsGpu ? "off" : read("gpu", isGpuChoice);
  }

  /** The device is chosen automatically, but for the GPU ({@link avoidGpu}). */
  get avoidsGpu(): boolean {
    return this.gpuAvoided && read("gpu", isGpuChoice) === "auto";
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
    return read("idleMinutes", isNumber(0, 10_080)) * 60_000;
  }

  async setGpu(gpu: GpuChoice): Promise<void> {
    await this.update("gpu", gpu);
  }

  async setModelChoice({scoring, completion}: ModelChoice): Promise<void> {
    const now = this.modelChoice();
    if (!isSameChoice(scoring, now.scoring)) await this.update("model", scoring.kind === "file" ? scoring.path : "");
    if (isSameChoice(completion, now.completion)) return;
    await this.update(
      "completionModel",
      completion?.kind === "file" ? completion.path : completion === null ? "" : demonstrationWord
    );
  }

  /** Adds folders of models to the user's own, as they stand in the settings. */
  async addModelFolders(folders: readonly string[]): Promise<void> {
    const known = new Set(this.modelFolders());
    const added = folders.filter((folder) => !known.has(folder));
    if (added.length > 0) await this.update("modelFolders", [...read("modelFolders", isStrings), ...added]);
  }

  /** Null: as many as the device's memory holds. */
  async setGpuLayers(layers: number | null): Promise<void> {
    await this.update("gpuLayers", layers ?? "auto");
  }

  async setContextSize(tokens: number): Promise<void> {
    await this.update("contextSize", tokens);
  }

  /** For a language, or for all that have no setting of their own. */
  async setInlineCompletion(enabled: boolean, language?: string): Promise<void> {
    if (language === undefined) return await this.update("inlineCompletion.enabled", enabled);
    await write("inlineCompletion.enabled", enabled, vscode.ConfigurationTarget.Global, language);
  }

  /** In the workspace that is open. */
  async setInlineCompletionHere(enabled: boolean): Promise<void> {
    await write("inlineCompletion.enabled", enabled, vscode.ConfigurationTarget.Workspace);
  }

  dispose(): void {
    this.subscription.dispose();
    this.trusting.dispose();
    this.changedModel.dispose();
    this.changedDevice.dispose();
    this.changedCompletion.dispose();
    this.changedIdleLimit.dispose();
  }

  /** Where the value is set already, so that the change is seen; else for the user. */
  private async update(key: string, value: Value): Promise<void> {
    const set = vscode.workspace.getConfiguration(section).inspect(key);
    const target =
      set?.workspaceValue === undefined ? vscode.ConfigurationTarget.Global : vscode.ConfigurationTarget.Workspace;
    await write(key, value, target);
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

type Value = string | number | boolean | readonly string[];

/** For all languages, or for one. Throws a HumanError where the settings can't be written. */
async function write(
  key: string,
  value: Value,
  target: vscode.ConfigurationTarget,
  languageId?: string
): Promise<void> {
  const scope = languageId === undefined ? undefined : {languageId};
  try {
    await vscode.workspace.getConfiguration(section, scope).update(key, value, target, languageId !== undefined);
  } catch (error) {
    throw new HostError(
      "settingsUnwritable",
      vscode.l10n.t(
        "VS Code could not write the setting {0} ({1}): see that its settings file may be written to and has no mistake in it.",
        `${section}.${key}`,
        firstLine(error)
      )
    );
  }
}

function read<T>(key: string, isValid: (value: unknown) => value is T): T {
  return valueIn(vscode.workspace.getConfiguration(section), key, isValid);
}

/** A setting's value, or its default where someone wrote something that is none: VS Code only underlines that. */
function valueIn<T>(
  configuration: vscode.WorkspaceConfiguration,
  key: string,
  isValid: (value: unknown) => value is T
): T {
  const value = configuration.get<unknown>(key);
  return isValid(value) ? value : (configuration.inspect<T>(key)?.defaultValue as T);
}

function firstLine(error: unknown): string {
  return (error instanceof Error ? error.message : String(error)).split("\n")[0] ?? "";
}

/** "auto" is null. */
function readLayers(): number | null {
  const layers = read("gpuLayers", (value): value is number | "auto" => value === "auto" || isInteger(0, 1024)(value));
  return layers === "auto" ? null : layers;
}

function isString(value: unknown): value is string {
  return typeof value === "string";
}

function isWebAddress(value: unknown): value is string {
  return isString(value) && /^\s*https?:\/\//i.test(value);
}

function isStrings(value: unknown): value is readonly string[] {
  return Array.isArray(value) && value.every(isString);
}

function isBoolean(value: unknown): value is boolean {
  return typeof value === "boolean";
}

function isGpuChoice(value: unknown): value is GpuChoice {
  return gpuChoices.some((choice) => choice === value);
}

function isShare(value: unknown): value is number {
  return isNumber(0, 1)(value);
}

function isNumber(least: number, most: number): (value: unknown) => value is number {
  return (value): value is number => typeof value === "number" && value >= least && value <= most;
}

function isInteger(least: number, most: number): (value: unknown) => value is number {
  return (value): value is number => isNumber(least, most)(value) && Number.isSafeInteger(value);
}
