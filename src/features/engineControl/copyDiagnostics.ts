import {readFile} from "node:fs/promises";
import os from "node:os";
import path from "node:path";
import * as vscode from "vscode";
import type {EngineMethod, EngineRequests} from "../../contract/requests";
import {blamedDriver} from "../../host/blamedDriver";
import type {Host} from "../../host/host";
import {kindOf} from "../../host/hostError";
import {LatestOnly} from "../../host/latestOnly";
import {mainMemory} from "../../host/models/memoryFit";
import {tokenscopeVersion} from "../../version";
import {type Asked, type ChangedSetting, diagnosticsText, type Facts} from "./diagnosticsText";
import type {EngineHistory} from "./engineHistory";

/** Milliseconds to wait for an answer of the engine. The first use of a driver may take that long. */
const answerTimeout = 20_000;

interface Manifest {
  readonly contributes: {
    readonly configuration: {
      readonly properties: Readonly<Record<string, {readonly enum?: readonly string[]; readonly pattern?: string}>>;
    };
  };
}

/** Copies the facts for a bug report to the clipboard: about this machine and Tokenscope, and nothing of the user's. */
export async function copyDiagnostics(
  host: Host,
  extension: vscode.Extension<unknown>,
  history: EngineHistory
): Promise<void> {
  const text = await vscode.window.withProgress(
    {
      location: vscode.ProgressLocation.Notification,
      title: vscode.l10n.t("Looking at this machine and its devices"),
      cancellable: true
    },
    async (_, token) => {
      const facts = await gather(host, extension, history, token);
      if (token.isCancellationRequested) throw new vscode.CancellationError();
      return diagnosticsText(facts);
    }
  );
  await vscode.env.clipboard.writeText(text);
  const show = vscode.l10n.t("Show");
  // Not awaited: the command is done, and the message may stay open.
  void vscode.window
    .showInformationMessage(
      vscode.l10n.t("The diagnostics are in the clipboard. No text, no folder and no name of yours is in them."),
      show
    )
    .then(async (chosen) => {
      if (chosen !== show) return;
      await vscode.window.showTextDocument(
        await vscode.workspace.openTextDocument({language: "markdown", content: text})
      );
    });
}

async function gather(
  host: Host,
  {packageJSON, extensionKind}: vscode.Extension<unknown>,
  history: EngineHistory,
  token: vscode.CancellationToken
): Promise<Facts> {
  const {gpu} = host.settings;
  // Read before we ask: a request may start the process.
  const {state: engine} = host.engine;
  const memory = await mainMemory();
  const versions = await ask(host, "versions", {gpu}, token);
  const devices = "answer" in versions ? await ask(host, "devices", {gpu}, token) : versions;
  const http = vscode.workspace.getConfiguration("http");
  return {
    tokenscope: tokenscopeVersion,
    vscode: {
      version: vscode.version,
      ui: vscode.env.uiKind === vscode.UIKind.Web ? "web" : "desktop",
      language: vscode.env.language
    },
    host: {
      node: process.version,
      remote: vscode.env.remoteName,
      kind: extensionKind === vscode.ExtensionKind.UI ? "ui" : "workspace"
    },
    trusted: vscode.workspace.isTrusted,
    system: {platform: process.platform, arch: process.arch, release: os.release()},
    processor:
      ("answer" in devices ? devices.answer.find(({device}) => device === "cpu")?.names[0] : undefined) ??
      (await processor()),
    threads: os.availableParallelism(),
    memory: {free: memory.free.ram, total: memory.total.ram},
    engine,
    history,
    blamed: blamedDriver(host.globalState),
    versions,
    devices,
    settings: changedSettings(packageJSON as Manifest),
    proxy: Boolean(http.get<unknown>("proxy")),
    errors: host.errors.recent,
    folder: host.extensionUri.fsPath,
    secrets: [path.basename(os.homedir()), process.env["USER"], process.env["USERNAME"], os.hostname()].flatMap(
      (name) => name ?? []
    )
  };
}

/** The engine's answer, or the kind of its error. The error's sentence is left out because it may name a file. */
async function ask<M extends EngineMethod>(
  host: Host,
  method: M,
  params: EngineRequests[M]["params"],
  token: vscode.CancellationToken
): Promise<Asked<EngineRequests[M]["result"]>> {
  const asking = new LatestOnly();
  let late = false;
  const timer = setTimeout(() => {
    late = true;
    asking.cancel();
  }, answerTimeout);
  try {
    return {answer: await asking.run(token, (own) => host.engine.request(method, params, {token: own}))};
  } catch (error) {
    if (late) return {refused: "timeout"};
    return {refused: kindOf(error)};
  } finally {
    clearTimeout(timer);
  }
}

/** The processor's name. On Linux it is read from a file, because Node asks every core for its clock. */
async function processor(): Promise<string | undefined> {
  if (process.platform !== "linux") return os.cpus()[0]?.model;
  const text = await readFile("/proc/cpuinfo", "utf8").catch(() => "");
  return /^model name\s*: (.*)$/m.exec(text)?.[1];
}

function changedSettings({contributes}: Manifest): ChangedSetting[] {
  const configuration = vscode.workspace.getConfiguration();
  return Object.entries(contributes.configuration.properties).flatMap(([key, {enum: listed, pattern}]) => {
    const set = configuration.inspect(key);
    const value = configuration.get<unknown>(key);
    if (JSON.stringify(value) === JSON.stringify(set?.defaultValue)) return [];
    const words = listed ?? (pattern === "^auto$" ? ["auto"] : undefined);
    return [{key, value, words, where: whereSet(set)}];
  });
}

function whereSet(
  set: {readonly workspaceFolderValue?: unknown; readonly workspaceValue?: unknown} | undefined
): string {
  if (set?.workspaceFolderValue !== undefined) return "folder";
  return set?.workspaceValue === undefined ? "user" : "workspace";
}
