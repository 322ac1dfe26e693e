import {cpSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync} from "node:fs";
import {tmpdir} from "node:os";
import path from "node:path";
import {setTimeout} from "node:timers/promises";
import type {Browser, BrowserContext} from "playwright-core";
import {startBrowser} from "./browser";
import {extensionHosts, installedExtensions, runningEngines} from "./installed";
import {root} from "./paths";
import {startServer, type VsCodeServer} from "./vscodeServer";
import {Workbench, windowOptions} from "./workbench";

/** Options of a window on the shared server. */
export interface WindowOptions {
  /** The folder to copy as the window's workspace. Default: the sample workspace. */
  workspace?: string;
  /** Settings of the workspace. */
  settings?: Record<string, unknown>;
  /** Machine settings, for settings that a workspace can't have. */
  machineSettings?: Record<string, unknown>;
  /** Fills the user's home folder. Default: it is empty. */
  home?: (folder: string) => void;
}

interface SharedServer {
  readonly server: VsCodeServer;
  /** Kept for all windows: its cache of VS Code halves the start of a window. */
  readonly context: BrowserContext;
  /** The user's home folder for the extension, empty when a window opens. */
  readonly home: string;
  windows: number;
}

interface Shared {
  browser?: Browser;
  server?: SharedServer;
}

/** Shared state. It is global, because each test file is a bundle with its own copy of this module. */
const everywhere = globalThis as {tokenscopeTests?: Shared};
everywhere.tokenscopeTests ??= {};
const shared = everywhere.tokenscopeTests;

/** The browser of all tests in a run. */
export async function sharedBrowser(): Promise<Browser> {
  shared.browser ??= await startBrowser();
  return shared.browser;
}

/**
 * Opens a window on the shared server, with its own workspace, a new user's profile and an empty home folder. Only one
 * window can be open. Closing it ends its extension host and removes the user's data.
 */
export async function openSharedWindow(options: WindowOptions): Promise<Workbench> {
  const {server, context, home, ...counted} = await sharedServer();
  const serverFolder = path.dirname(server.workspace);
  const {workspace = path.join(root, "sample"), settings, machineSettings} = options;
  options.home?.(home);
  const folder = path.join(serverFolder, `workspace${counted.windows}`, path.basename(workspace));
  cpSync(workspace, folder, {recursive: true});
  if (settings !== undefined) {
    mkdirSync(path.join(folder, ".vscode"), {recursive: true});
    writeFileSync(path.join(folder, ".vscode/settings.json"), JSON.stringify(settings, null, 2));
  }
  const machineFile = path.join(serverFolder, "data/data/Machine/settings.json");
  const before = readFileSync(machineFile, "utf8");
  writeFileSync(machineFile, JSON.stringify({...JSON.parse(before), ...machineSettings}));
  const end = async (): Promise<void> => {
    writeFileSync(machineFile, before);
    for (const page of context.pages()) await page.close();
    await endExtensionHosts(server);
    for (const left of [path.dirname(folder), home, path.join(serverFolder, "data/data/User")])
      rmSync(left, {recursive: true, force: true, maxRetries: 5});
    mkdirSync(home);
  };
  try {
    await forgetStorage(context, server.origin);
    return await Workbench.openWindow(context, server, folder, end);
  } catch (error) {
    await end();
    throw error;
  }
}

/** Ends the shared server and browser, if they were started. */
export async function closeShared(): Promise<void> {
  const {browser, server} = shared;
  delete shared.browser;
  delete shared.server;
  await browser?.close();
  await server?.server.stop();
  if (server !== undefined) rmSync(server.home, {recursive: true, force: true});
}

async function sharedServer(): Promise<SharedServer> {
  shared.server ??= await start();
  shared.server.windows++;
  return shared.server;
}

async function start(): Promise<SharedServer> {
  const home = mkdtempSync(path.join(tmpdir(), "tokenscope-home-"));
  const server = await startServer({
    workspace: path.join(root, "sample"),
    extensionsDir: installedExtensions(),
    env: {HOME: home, OLLAMA_MODELS: ollamaModels(home)}
  });
  return {server, context: await (await sharedBrowser()).newContext(windowOptions), home, windows: 0};
}

/** Ollama's model folder in a home folder. */
export function ollamaModels(home: string): string {
  return path.join(home, ".ollama/models");
}

/** Ends the extension host of a closed window. Else it would wait for the window to come back, and keep its engine. */
async function endExtensionHosts({processId}: VsCodeServer): Promise<void> {
  for (;;) {
    const hosts = extensionHosts(processId);
    if (hosts.length === 0 && runningEngines().length === 0) return;
    for (const id of hosts) kill(id);
    await setTimeout(20);
  }
}

function kill(id: number): void {
  try {
    process.kill(id, "SIGKILL");
  } catch {
    // The process has already ended.
  }
}

/** Removes what VS Code stored in the browser about the user and workspaces. Cached scripts stay. */
async function forgetStorage(context: BrowserContext, origin: string): Promise<void> {
  const page = await context.newPage();
  const session = await context.newCDPSession(page);
  const storageTypes = "cookies,file_systems,indexeddb,local_storage,service_workers,cache_storage";
  await session.send("Storage.clearDataForOrigin", {origin, storageTypes});
  await page.close();
}
