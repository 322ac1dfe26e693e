import path from "node:path";
import * as vscode from "vscode";
import {EngineClient} from "../../../src/host/engineClient";
import {ErrorReporter} from "../../../src/host/errors";
import type {Host} from "../../../src/host/host";
import {Settings} from "../../../src/host/settings";
import {root} from "../../harness/paths";

/** A host for the parts that a `describe` makes itself, with an engine process of its own; both end with it. */
export function ownHost(): () => Host {
  let host: Host | undefined;
  before(() => {
    const extensionUri = vscode.Uri.file(root);
    const log = vscode.window.createOutputChannel("Tokenscope tests", {log: true});
    const quiet = () => undefined;
    const engine = new EngineClient({
      program: path.join(root, "dist/engine.js"),
      log: {error: quiet, warn: quiet, info: quiet, debug: quiet, trace: quiet},
      cancelled: () => new vscode.CancellationError()
    });
    host = {extensionUri, log, settings: new Settings(extensionUri), engine, errors: new ErrorReporter(log)};
  });
  after(() => {
    host?.engine.dispose();
    host?.settings.dispose();
    host?.log.dispose();
  });
  return () => {
    if (host === undefined) throw new Error("The host is there within tests only.");
    return host;
  };
}
