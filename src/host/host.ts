import * as vscode from "vscode";
import {blamedDriver} from "./blamedDriver";
import {AccessTokens} from "./downloads/accessTokens";
import {Downloads} from "./downloads/downloads";
import {EngineClient, type EngineClientOptions} from "./engine/engineClient";
import {ErrorReporter} from "./errors";
import {language} from "./language";
import {createLog, type Log} from "./log";
import {cudaFolder} from "./runtimes";
import {Settings} from "./settings";

/** What every feature stands on. */
export interface Host {
  readonly extensionUri: vscode.Uri;
  /** What belongs to this extension on this machine: downloaded models and runtimes. */
  readonly storageUri: vscode.Uri;
  readonly secrets: vscode.SecretStorage;
  /** For this user, in all workspaces. */
  readonly globalState: vscode.Memento;
  readonly log: Log;
  readonly settings: Settings;
  readonly engine: EngineClient;
  /** Fetches and unpacks files. A process of its own: a download goes on while the engine is restarted, or dies of a model. */
  readonly transfers: EngineClient;
  /** One more engine process, for a question that must not disturb the one in use; whoever asks ends it. */
  spareEngine(): EngineClient;
  readonly downloads: Downloads;
  readonly errors: ErrorReporter;
}

/** Milliseconds: between two downloads, or the files of one, less passes. */
const transferIdleLimit = 60_000;

/** Makes the host's parts and subscribes their ends. Starts nothing: the engine starts with its first request. */
export function createHost(context: vscode.ExtensionContext): Host {
  const log = createLog("Tokenscope");
  const settings = new Settings(context.extensionUri);
  settings.avoidGpu(blamedDriver(context.globalState)?.avoided ?? false);
  const options: EngineClientOptions = {
    program: vscode.Uri.joinPath(context.extensionUri, "dist", "engine.js").fsPath,
    runtime: cudaFolder(context.globalStorageUri.fsPath),
    log: {
      error: (message) => log.error(message),
      warn: (message) => log.warn(message),
      info: (message) => log.info(message),
      debug: (message) => log.debug(message),
      trace: (message) => log.trace(message)
    },
    cancelled: () => new vscode.CancellationError(),
    ...(vscode.l10n.uri && {language: {locale: language.locale, bundle: vscode.l10n.uri.fsPath}})
  };
  const engine = new EngineClient({...options, idleLimit: () => settings.idleLimit});
  const transfers = new EngineClient({...options, idleLimit: () => transferIdleLimit});
  const models = vscode.Uri.joinPath(context.globalStorageUri, "models").fsPath;
  const tokens = new AccessTokens(context.secrets, settings);
  // Native code is never unloaded: another device's runtime gets a process of its own.
  context.subscriptions.push(
    log,
    settings,
    engine,
    transfers,
    settings.onDidChangeDevice(() => engine.restart()),
    settings.onDidChangeIdleLimit(() => engine.idleLimitChanged()),
    settings.onDidChangeModel(() => {
      engine.forget();
      engine.retain([settings.scoringModel(), settings.completionModel()]);
    })
  );
  return {
    extensionUri: context.extensionUri,
    storageUri: context.globalStorageUri,
    secrets: context.secrets,
    globalState: context.globalState,
    log,
    settings,
    engine,
    transfers,
    spareEngine: () => new EngineClient(options),
    downloads: new Downloads(models, tokens, transfers, settings),
    errors: new ErrorReporter(log)
  };
}

/** Registers a command whose errors are shown, with a way out, instead of thrown at VS Code. */
export function registerCommand(
  host: Host,
  command: string,
  run: (...parameters: unknown[]) => Promise<void> | void
): vscode.Disposable {
  return vscode.commands.registerCommand(command, async (...parameters: unknown[]) => {
    try {
      await run(...parameters);
    } catch (error) {
      await host.errors.show(error);
    }
  });
}
