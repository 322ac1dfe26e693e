import * as vscode from "vscode";
import {blamedDriver} from "./blamedDriver";
import {Budgets} from "./budgets";
import type {CommandArguments, CommandName} from "./commands";
import {commandId} from "./commands";
import {LiveDocuments} from "./documents/liveDocuments";
import {AccessTokens} from "./downloads/accessTokens";
import {Downloads} from "./downloads/downloads";
import {EngineClient, type EngineClientOptions} from "./engine/engineClient";
import {ErrorReporter} from "./errors";
import {language} from "./language";
import {createLog, type Log} from "./log";
import {cudaFolder} from "./runtimes";
import {ScoredTexts} from "./scoredTexts";
import {Settings} from "./settings";
import {ShownAlternatives} from "./triedAlternative";

/** The services that all features use. */
export interface Host {
  readonly extensionUri: vscode.Uri;
  /** This extension's folder on this machine, for downloaded models and runtimes. */
  readonly storageUri: vscode.Uri;
  readonly secrets: vscode.SecretStorage;
  /** State of this user, shared by all workspaces. */
  readonly globalState: vscode.Memento;
  readonly log: Log;
  readonly settings: Settings;
  readonly engine: EngineClient;
  /** The tokens of open documents, kept up to date by the engine. */
  readonly documents: LiveDocuments;
  /** How many tokens a file may have. */
  readonly budgets: Budgets;
  /** Downloads and unpacks files, in its own process: a download goes on if the engine is restarted or crashes. */
  readonly transfers: EngineClient;
  /** Starts another engine process, for a request that must not disturb the one in use. The caller disposes it. */
  spareEngine(): EngineClient;
  readonly downloads: Downloads;
  /** What was scored lately in this session, to compare with. */
  readonly scoredTexts: ScoredTexts;
  /** What the model could have written instead, where it is shown. */
  readonly shownAlternatives: ShownAlternatives;
  readonly errors: ErrorReporter;
}

/**
 * The transfer process exits after this long without a request (ms). Longer than any pause between two files of one
 * download.
 */
const transferIdleLimit = 60_000;

/** Creates the services. Starts no process: the engine starts with its first request. */
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
  const documents = new LiveDocuments(engine, settings);
  const budgets = new Budgets(settings);
  const transfers = new EngineClient({...options, idleLimit: () => transferIdleLimit});
  const models = vscode.Uri.joinPath(context.globalStorageUri, "models").fsPath;
  const tokens = new AccessTokens(context.secrets, settings);
  context.subscriptions.push(
    log,
    settings,
    engine,
    documents,
    budgets,
    transfers,
    settings.onDidChangeDevice(() => engine.deviceChanged()),
    settings.onDidChangeIdleLimit(() => engine.idleLimitChanged()),
    settings.onDidChangeModel(() => {
      engine.resetCrashCount();
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
    documents,
    budgets,
    transfers,
    spareEngine: () => new EngineClient(options),
    downloads: new Downloads(models, tokens, transfers, settings),
    scoredTexts: new ScoredTexts(),
    shownAlternatives: new ShownAlternatives(),
    errors: new ErrorReporter(log)
  };
}

/**
 * Registers a command whose errors are shown, with a way out, instead of thrown at VS Code. Its arguments are unknown: any
 * link or key binding may call it.
 */
export function registerCommand<Name extends CommandName>(
  host: Host,
  name: Name,
  run: (...parameters: Unchecked<CommandArguments<Name>>) => Promise<void> | void
): vscode.Disposable {
  return vscode.commands.registerCommand(commandId(name), async (...parameters: unknown[]) => {
    try {
      await run(...(parameters as Unchecked<CommandArguments<Name>>));
    } catch (error) {
      await host.errors.show(error);
    }
  });
}

/** As many arguments, of any type. */
type Unchecked<Arguments extends readonly unknown[]> = {[Index in keyof Arguments]?: unknown};
