import * as vscode from "vscode";
import {EngineClient} from "./engineClient";
import {ErrorReporter} from "./errors";
import {Settings} from "./settings";

/** What every feature stands on. */
export interface Host {
  readonly extensionUri: vscode.Uri;
  readonly log: vscode.LogOutputChannel;
  readonly settings: Settings;
  readonly engine: EngineClient;
  readonly errors: ErrorReporter;
}

/** Makes the host's parts and subscribes their ends. Starts nothing: the engine starts with its first request. */
export function createHost(context: vscode.ExtensionContext): Host {
  const log = vscode.window.createOutputChannel("Tokenscope", {log: true});
  const settings = new Settings(context.extensionUri);
  const engine = new EngineClient({
    program: vscode.Uri.joinPath(context.extensionUri, "dist", "engine.js").fsPath,
    log: {
      error: (message) => log.error(message),
      warn: (message) => log.warn(message),
      info: (message) => log.info(message),
      debug: (message) => log.debug(message),
      trace: (message) => log.trace(message)
    },
    cancelled: () => new vscode.CancellationError()
  });
  // Native code is never unloaded: another device's runtime gets a process of its own.
  context.subscriptions.push(
    log,
    settings,
    engine,
    settings.onDidChangeDevice(() => engine.restart())
  );
  return {extensionUri: context.extensionUri, log, settings, engine, errors: new ErrorReporter(log)};
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
