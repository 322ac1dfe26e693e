import {homedir} from "node:os";
import path from "node:path";
import * as vscode from "vscode";
import type {GpuChoice, ModelSpec} from "../engine/api";

const section = "tokenscope";

export interface InlineCompletionSettings {
  readonly enabled: boolean;
  /** Milliseconds. */
  readonly delay: number;
  readonly maxTokens: number;
}

/** Every setting is read here and nowhere else; the defaults stand in package.json. */
export class Settings {
  private readonly changedModel = new vscode.EventEmitter<void>();
  private readonly changedDevice = new vscode.EventEmitter<void>();
  private readonly subscription: vscode.Disposable;
  readonly onDidChangeModel = this.changedModel.event;
  readonly onDidChangeDevice = this.changedDevice.event;
  private readonly demonstrationModel: string;

  constructor(extensionUri: vscode.Uri) {
    this.demonstrationModel = vscode.Uri.joinPath(extensionUri, "media", "models", "tokenscope-tiny-q8_0.gguf").fsPath;
    this.subscription = vscode.workspace.onDidChangeConfiguration((change) => {
      if (["model", "gpu", "threads", "contextSize"].some((key) => change.affectsConfiguration(`${section}.${key}`)))
        this.changedModel.fire();
      if (change.affectsConfiguration(`${section}.gpu`)) this.changedDevice.fire();
    });
  }

  modelSpec(): ModelSpec {
    const configuration = vscode.workspace.getConfiguration(section);
    return {
      path: this.modelPath(configuration.get<string>("model", "")),
      gpu: configuration.get<GpuChoice>("gpu", "auto"),
      threads: configuration.get<number>("threads", 0),
      contextSize: configuration.get<number>("contextSize", 0)
    };
  }

  get usesDemonstrationModel(): boolean {
    return this.modelSpec().path === this.demonstrationModel;
  }

  inlineCompletion(): InlineCompletionSettings {
    const configuration = vscode.workspace.getConfiguration(`${section}.inlineCompletion`);
    return {
      enabled: configuration.get<boolean>("enabled", false),
      delay: configuration.get<number>("delay", 0),
      maxTokens: configuration.get<number>("maxTokens", 1)
    };
  }

  /** For all workspaces; "" is the demonstration model. */
  async setModel(file: string): Promise<void> {
    await this.update("model", file);
  }

  async setInlineCompletion(enabled: boolean): Promise<void> {
    await this.update("inlineCompletion.enabled", enabled);
  }

  dispose(): void {
    this.subscription.dispose();
    this.changedModel.dispose();
    this.changedDevice.dispose();
  }

  /** Where the value is set already, so that the change is seen; else for the user. */
  private async update(key: string, value: string | boolean): Promise<void> {
    const configuration = vscode.workspace.getConfiguration(section);
    const set = configuration.inspect(key);
    const target =
      set?.workspaceFolderValue !== undefined || set?.workspaceValue !== undefined
        ? vscode.ConfigurationTarget.Workspace
        : vscode.ConfigurationTarget.Global;
    await configuration.update(key, value, target);
  }

  private modelPath(setting: string): string {
    const written = setting.trim();
    if (written === "") return this.demonstrationModel;
    const folder = vscode.workspace.workspaceFolders?.[0]?.uri.fsPath ?? homedir();
    const home = written.replace(/^~(?=$|[/\\])/, homedir());
    return path.resolve(
      folder,
      home.replace(/\$\{workspaceFolder\}/g, () => folder)
    );
  }
}
