import * as vscode from "vscode";
import {logText} from "../text/logText";

/** A log of VS Code's in which no text can pass for an entry of its own. */
export interface Log extends vscode.Disposable {
  error(message: string | Error): void;
  warn(message: string): void;
  info(message: string): void;
  debug(message: string): void;
  trace(message: string): void;
  show(): void;
}

export function createLog(name: string): Log {
  const channel = vscode.window.createOutputChannel(name, {log: true});
  return {
    error: (message) => channel.error(logText(message)),
    warn: (message) => channel.warn(logText(message)),
    info: (message) => channel.info(logText(message)),
    debug: (message) => channel.debug(logText(message)),
    trace: (message) => channel.trace(logText(message)),
    show: () => channel.show(),
    dispose: () => channel.dispose()
  };
}
