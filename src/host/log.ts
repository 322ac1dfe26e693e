import * as vscode from "vscode";
import {logText} from "../text/logText";

/** The log: VS Code's, but whatever is written to it, nothing in it passes for another entry. */
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
