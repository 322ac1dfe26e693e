import {type ChildProcess, execFile, spawn} from "node:child_process";
import {randomBytes} from "node:crypto";
import {once} from "node:events";
import {cpSync, mkdirSync, mkdtempSync, rmSync, symlinkSync, writeFileSync} from "node:fs";
import {tmpdir} from "node:os";
import path from "node:path";
import {promisify} from "node:util";
import {type CodeServer, installedCodeServer} from "../../scripts/codeServer.mjs";
import {addLanguage} from "./languagePack";
import {root} from "./paths";
import {recordingCommand} from "./recording";

export interface ServerOptions {
  /** The folder to copy as the workspace. The original is never changed. */
  workspace: string;
  /** Further settings of the workspace copy. */
  settings?: Record<string, unknown>;
  /** Further machine settings, for settings that a workspace can't have. */
  machineSettings?: Record<string, unknown>;
  /** The folder of installed extensions. Default: a new, empty one. */
  extensionsDir?: string;
  /** The folder of a built extension, used in addition to the installed ones. */
  extension?: string;
  /**
   * Accept options in the address's payload, such as extensionTestsPath, as VS Code does for its own smoke tests. It
   * then shows no notifications, so only suites started by payload use it. Default: false.
   */
  payload?: boolean;
  /** 0, the default, takes any free port. */
  port?: number;
  /** Further environment variables of the extension host. */
  env?: Record<string, string>;
  /** Ask whether to trust the workspace. Default: false, all are trusted. */
  workspaceTrust?: boolean;
  /** The file in which strace records the server and its child processes ({@link recording}). */
  record?: string;
  /** The display language of extensions. Default: English. */
  locale?: string;
  /** How long the extension host of a lost window is kept. Default: VS Code's, three hours. */
  reconnectionGraceSeconds?: number;
}

export interface VsCodeServer {
  readonly origin: string;
  /** The file with the token, readable only for this user. */
  readonly tokenFile: string;
  readonly processId: number;
  /** The copy of the workspace. */
  readonly workspace: string;
  /**
   * The address of a folder (default: the workspace), with the access token and, if the server accepts them, options.
   */
  address(options?: {folder?: string; payload?: ReadonlyArray<readonly [string, string]>}): string;
  /** The workbench's URI of a file of this machine. */
  remoteUri(file: string): string;
  /** The server's output, for error messages. */
  output(): string;
  /** Ends the server and its child processes, and removes its folders. */
  stop(): Promise<void>;
}

/** Settings that turn off what would cover the extension, and VS Code's own network requests. */
const machineSettings = {
  "chat.disableAIFeatures": true,
  "extensions.autoCheckUpdates": false,
  "typescript.disableAutomaticTypeAcquisition": true,
  "workbench.secondarySideBar.defaultVisibility": "hidden",
  "workbench.startupEditor": "none",
  "workbench.welcomePage.walkthroughs.openOnInstall": false
};

/** Hang guards (ms). A slow machine needs a tenth of them. */
const startTimeout = 600_000;
const stopTimeout = 5_000;

function serverCommand(): CodeServer {
  const installed = installedCodeServer(root);
  if (installed === undefined) throw new Error("code-server is not installed: run `node scripts/setup.mjs test`.");
  return installed;
}

/** Starts VS Code's server on 127.0.0.1 with new data folders, and waits until it listens. */
export async function startServer(options: ServerOptions): Promise<VsCodeServer> {
  const {node, main} = serverCommand();
  const home = mkdtempSync(path.join(tmpdir(), "tokenscope-vscode-"));
  const workspace = path.join(home, path.basename(options.workspace));
  cpSync(options.workspace, workspace, {recursive: true});
  if (options.settings !== undefined) {
    mkdirSync(path.join(workspace, ".vscode"), {recursive: true});
    writeFileSync(path.join(workspace, ".vscode/settings.json"), JSON.stringify(options.settings, null, 2));
  }
  const extensionsDir = options.extensionsDir ?? path.join(home, "extensions");
  if (options.extension !== undefined) {
    mkdirSync(extensionsDir, {recursive: true});
    symlinkSync(options.extension, path.join(extensionsDir, path.basename(options.extension)), "dir");
  }
  const machine = path.join(home, "data/data/Machine");
  mkdirSync(machine, {recursive: true});
  writeFileSync(path.join(machine, "settings.json"), JSON.stringify({...machineSettings, ...options.machineSettings}));
  if (options.locale !== undefined) addLanguage(path.dirname(machine), options.locale);
  // Without a token, any user of this machine, and any web page by DNS rebinding, could use the server. The token is in
  // a file, because others can read a command line.
  const token = randomBytes(32).toString("hex");
  const tokenFile = path.join(home, "connection-token");
  writeFileSync(tokenFile, token, {mode: 0o600, flag: "wx"});
  const args = [
    ...["--host", "127.0.0.1", "--port", String(options.port ?? 0), "--connection-token-file", tokenFile],
    ...["--accept-server-license-terms", "--disable-telemetry"],
    ...(options.locale === undefined ? [] : ["--locale", options.locale]),
    ...(options.payload ? ["--enable-smoke-test-driver"] : []),
    ...(options.workspaceTrust ? [] : ["--disable-workspace-trust"]),
    ...(options.reconnectionGraceSeconds === undefined
      ? []
      : ["--reconnection-grace-time", String(options.reconnectionGraceSeconds)]),
    ...["--server-data-dir", path.join(home, "data")],
    ...["--extensions-dir", extensionsDir]
  ];
  // Its own process group, so that its extension hosts and their child processes end with it.
  const command = [node, main, ...args];
  const [program = node, ...rest] =
    options.record === undefined ? command : [...recordingCommand(options.record), ...command];
  const server = spawn(program, rest, {
    detached: true,
    env: {...process.env, ...options.env},
    stdio: ["ignore", "pipe", "pipe"]
  });
  const killGroup = (signal: NodeJS.Signals) => {
    try {
      if (server.pid !== undefined) process.kill(-server.pid, signal);
    } catch {
      // The process has already ended.
    }
  };
  const lastResort = () => killGroup("SIGKILL");
  process.once("exit", lastResort);

  let output = "";
  const stop = async () => {
    if (server.exitCode === null && server.signalCode === null) {
      const ended = once(server, "exit");
      killGroup("SIGTERM");
      const timer = setTimeout(lastResort, stopTimeout);
      await ended;
      clearTimeout(timer);
    }
    // The server has ended, but its child processes may still be ending.
    killGroup("SIGKILL");
    process.removeListener("exit", lastResort);
    rmSync(home, {recursive: true, force: true, maxRetries: 5});
  };

  try {
    const port = await listening(server, (text) => {
      output += text;
      return output;
    });
    const processId = server.pid;
    if (processId === undefined) throw new Error("VS Code's server listens, but has no process.");
    const origin = `http://127.0.0.1:${port}`;
    const remoteUri = (file: string) => `vscode-remote://127.0.0.1:${port}${file}`;
    return {
      origin,
      tokenFile,
      processId,
      workspace,
      remoteUri,
      address: ({folder = workspace, payload} = {}) => {
        const query = new URLSearchParams({tkn: token, folder});
        if (payload !== undefined) query.set("payload", JSON.stringify(payload));
        return `${origin}/?${query}`;
      },
      output: () => output,
      stop
    };
  } catch (error) {
    await stop();
    throw error;
  }
}

/** Resolves with the port once the server accepts connections. */
async function listening(server: ChildProcess, collect: (text: string) => string): Promise<number> {
  return new Promise((resolve, reject) => {
    let output = "";
    const timer = setTimeout(
      () => reject(new Error(`VS Code's server did not start within ${startTimeout / 1000} s:\n${output}`)),
      startTimeout
    );
    const onData = (data: Buffer) => {
      output = collect(data.toString());
      if (output.includes("EADDRINUSE"))
        reject(new Error("The port for VS Code's server is taken: choose another one, or none."));
      const port = /Extension host agent listening on (\d+)/.exec(output)?.[1];
      if (port === undefined || !output.includes("Extension host agent started")) return;
      clearTimeout(timer);
      resolve(Number(port));
    };
    server.stdout?.on("data", onData);
    server.stderr?.on("data", onData);
    server.once("error", (error) => {
      clearTimeout(timer);
      reject(new Error(`VS Code's server could not be started: ${error.message}`));
    });
    server.once("exit", (code, signal) => {
      clearTimeout(timer);
      reject(new Error(`VS Code's server ended at once (${signal ?? code}):\n${output}`));
    });
  });
}

/** Installs a packaged extension with VS Code's own command line. */
export async function installVsix(vsix: string, extensionsDir: string): Promise<string> {
  const {node, main} = serverCommand();
  const home = mkdtempSync(path.join(tmpdir(), "tokenscope-install-"));
  try {
    const {stdout, stderr} = await promisify(execFile)(
      node,
      [
        ...[main, "--accept-server-license-terms", "--install-extension", vsix],
        ...["--extensions-dir", extensionsDir, "--server-data-dir", path.join(home, "data")]
      ],
      {timeout: startTimeout}
    );
    if (!stdout.includes("successfully installed")) throw new Error(`${vsix} was not installed:\n${stdout}${stderr}`);
    return stdout.trim();
  } finally {
    rmSync(home, {recursive: true, force: true, maxRetries: 5});
  }
}
