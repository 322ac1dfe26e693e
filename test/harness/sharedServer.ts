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

/** What a window on the shared server may ask for. */
export interface WindowOptions {
  /** Folder that is copied for the window to work in. Default: the sample workspace. */
  workspace?: string;
  /** Settings of the copy. */
  settings?: Record<string, unknown>;
  /** Settings of the machine, for what a workspace has no say in. */
  machineSettings?: Record<string, unknown>;
  /** Fills the user's home folder, which is empty else. */
  home?: (folder: string) => void;
}

interface SharedServer {
  readonly server: VsCodeServer;
  /** Kept from window to window: what it has cached of VS Code is half of a window's start. */
  readonly context: BrowserContext;
  /** The user's home folder, as the extension sees it: empty at a window's start. */
  readonly home: string;
  windows: number;
}

interface Shared {
  browser?: Browser;
  server?: SharedServer;
}

/** Each test file is a bundle, with a copy of this module: what all of them share is kept where all of them see it. */
const everywhere = globalThis as {tokenscopeTests?: Shared};
everywhere.tokenscopeTests ??= {};
const shared = everywhere.tokenscopeTests;

/** The browser of all tests of a run. */
export async function sharedBrowser(): Promise<Browser> {
  shared.browser ??= await startBrowser();
  return shared.browser;
}

/**
 * Opens a window of the server that all tests share which need none of their own: on a workspace of its own, with a new user's
 * profile, in an empty home folder. One at a time; closing it ends its extension host and forgets what the user has left.
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

/** Ends what is shared; where nothing was, nothing happens. */
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

/** Where Ollama keeps its models in a home folder. */
export function ollamaModels(home: string): string {
  return path.join(home, ".ollama/models");
}

/** A window that is gone may come back: its extension host would wait for it, and keep its engine. */
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
    // It has ended already.
  }
}

/** What VS Code has stored in the browser, of the user and of workspaces; not its scripts, which the browser has cached. */
async function forgetStorage(context: BrowserContext, origin: string): Promise<void> {
  const page = await context.newPage();
  const session = await context.newCDPSession(page);
  const storageTypes = "cookies,file_systems,indexeddb,local_storage,service_workers,cache_storage";
  await session.send("Storage.clearDataForOrigin", {origin, storageTypes});
  await page.close();
}
