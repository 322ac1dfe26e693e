import {mkdtempSync, rmSync} from "node:fs";
import {tmpdir} from "node:os";
import path from "node:path";
import * as vscode from "vscode";
import {Budgets} from "../../../src/host/budgets";
import {LiveDocuments} from "../../../src/host/documents/liveDocuments";
import {AccessTokens} from "../../../src/host/downloads/accessTokens";
import {Downloads} from "../../../src/host/downloads/downloads";
import {EngineClient, type EngineClientOptions} from "../../../src/host/engine/engineClient";
import {ErrorReporter} from "../../../src/host/errors";
import type {Host} from "../../../src/host/host";
import {ScoredTexts} from "../../../src/host/scoredTexts";
import {Settings} from "../../../src/host/settings";
import {ShownAlternatives} from "../../../src/host/triedAlternative";
import {root} from "../../harness/paths";

/** A host with its own engine process, for the parts that a `describe` creates itself. Both end with it. */
export function ownHost(): () => Host {
  let host: Host | undefined;
  const storage = mkdtempSync(path.join(tmpdir(), "tokenscope-storage-"));
  before(() => {
    const extensionUri = vscode.Uri.file(root);
    const log = vscode.window.createOutputChannel("Tokenscope tests", {log: true});
    const quiet = () => undefined;
    const options: EngineClientOptions = {
      program: path.join(root, "dist/engine.js"),
      log: {error: quiet, warn: quiet, info: quiet, debug: quiet, trace: quiet},
      cancelled: () => new vscode.CancellationError()
    };
    const settings = new Settings(extensionUri);
    const secrets = memorySecrets();
    const transfers = new EngineClient(options);
    const tokens = new AccessTokens(secrets, settings);
    const engine = new EngineClient(options);
    host = {
      extensionUri,
      storageUri: vscode.Uri.file(storage),
      secrets,
      globalState: memoryState(),
      log,
      settings,
      engine,
      documents: new LiveDocuments(engine, settings),
      budgets: new Budgets(settings),
      transfers,
      spareEngine: () => new EngineClient(options),
      downloads: new Downloads(path.join(storage, "models"), tokens, transfers, settings),
      scoredTexts: new ScoredTexts(),
      shownAlternatives: new ShownAlternatives(),
      errors: new ErrorReporter(log)
    };
  });
  after(() => {
    host?.documents.dispose();
    host?.budgets.dispose();
    host?.engine.dispose();
    host?.transfers.dispose();
    host?.settings.dispose();
    host?.log.dispose();
    rmSync(storage, {recursive: true, force: true});
  });
  return () => {
    if (host === undefined) throw new Error("The host is there within tests only.");
    return host;
  };
}

/** Extension state that is lost after the test. */
export function memoryState(): vscode.Memento {
  const kept = new Map<string, unknown>();
  return {
    keys: () => [...kept.keys()],
    get: <T>(key: string, otherwise?: T) => (kept.has(key) ? (kept.get(key) as T) : otherwise),
    update: async (key: string, value: unknown) => {
      if (value === undefined) kept.delete(key);
      else kept.set(key, value);
    }
  } as vscode.Memento;
}

function memorySecrets(): vscode.SecretStorage {
  const kept = new Map<string, string>();
  return {
    get: async (key) => kept.get(key),
    store: async (key, value) => void kept.set(key, value),
    delete: async (key) => void kept.delete(key),
    onDidChange: () => ({dispose: () => undefined})
  };
}
