import {type ChildProcess, fork} from "node:child_process";
import * as l10n from "@vscode/l10n";
import type {MessageConnection} from "vscode-jsonrpc/node";
import {
  type EngineMethod,
  type EngineRequests,
  HumanError,
  type HumanErrorData,
  humanErrorCode,
  type LogParams,
  languageVariables,
  logNotification,
  type Progress,
  type ProgressParams,
  progressNotification,
  type RequestEnvelope,
  requestCancelledCode,
  type StopParams,
  stopNotification
} from "../engine/api";

/** The part of vscode.CancellationToken that is needed; this file runs in tests without VS Code too. */
export interface Cancellation {
  readonly isCancellationRequested: boolean;
  onCancellationRequested(listener: () => void): {dispose(): void};
}

export interface EngineClientOptions {
  /** The engine's program, built by esbuild. */
  readonly program: string;
  readonly log: Record<LogParams["level"], (message: string) => void>;
  /** What a cancelled request rejects with. */
  readonly cancelled: () => Error;
  /** What the engine's errors are worded in, and the file of its translations. Undefined: English. */
  readonly language?: {readonly locale: string; readonly bundle: string};
}

export interface RequestOptions {
  readonly token?: Cancellation | undefined;
  /** Cancelled: the engine answers with what it has, within a batch. */
  readonly stop?: Cancellation | undefined;
  readonly onProgress?: (progress: Progress) => void;
}

interface Engine {
  readonly process: ChildProcess;
  readonly connection: Promise<MessageConnection>;
  /** Resolves as soon as the process is gone. */
  readonly gone: Promise<End>;
  /** Its owner has ended it. */
  ended: boolean;
}

/** How a process went: by itself, by its owner, or it never came. */
type End = "died" | "ended" | "notStarted";

const died: Record<EngineMethod, () => string> = {
  describe: () => l10n.t("The model's process ended while reading the model: try again, a new one starts by itself."),
  count: () => l10n.t("The model's process ended while counting tokens: try again, a new one starts by itself."),
  tokenize: () =>
    l10n.t("The model's process ended while splitting text into tokens: try again, a new one starts by itself."),
  tokenTexts: () =>
    l10n.t("The model's process ended while reading the vocabulary: try again, a new one starts by itself."),
  score: () => l10n.t("The model's process ended while scoring: try again, a new one starts by itself."),
  alternatives: () =>
    l10n.t("The model's process ended while looking for alternatives: try again, a new one starts by itself."),
  complete: () => l10n.t("The model's process ended while completing: try again, a new one starts by itself."),
  estimate: () =>
    l10n.t("The model's process ended while estimating the model's memory: try again, a new one starts by itself."),
  memory: () =>
    l10n.t("The model's process ended while looking at the model's memory: try again, a new one starts by itself."),
  devices: () => l10n.t("The model's process ended while looking for devices: try again, a new one starts by itself."),
  inspect: () => l10n.t("The model's process ended while looking at the file: try again, a new one starts by itself."),
  download: () => l10n.t("The model's process ended while downloading: try again, a new one starts by itself.")
};

/**
 * Owns the engine process: started by the first request, asked through a typed connection, ended with its owner. When it
 * dies, the requests under way fail with one sentence and the next request starts a new one.
 */
export class EngineClient {
  private engine: Engine | undefined;
  private disposed = false;
  private requests = 0;
  private readonly progress = new Map<number, (progress: Progress) => void>();

  constructor(private readonly options: EngineClientOptions) {}

  /** The running engine's process id, if one runs. */
  get processId(): number | undefined {
    return this.engine?.process.pid;
  }

  /**
   * Asks the engine. Rejects with HumanError for what a person can act on, and with `cancelled()` at once when the token
   * is cancelled: the engine hears of it and stops at the next batch.
   */
  async request<M extends EngineMethod>(
    method: M,
    params: EngineRequests[M]["params"],
    {token, stop, onProgress}: RequestOptions = {}
  ): Promise<EngineRequests[M]["result"]> {
    if (token?.isCancellationRequested) throw this.options.cancelled();
    if (this.disposed)
      throw new HumanError("cannotStart", l10n.t("Tokenscope was ended: reload the window to use it again."));
    // A process that has died is known by its channel some moments before its exit is told.
    const engine = this.engine?.process.connected ? this.engine : this.start();
    const request = ++this.requests;
    if (onProgress !== undefined) this.progress.set(request, onProgress);
    let cancelling: {dispose(): void} | undefined;
    const cancelled = new Promise<never>((_, reject) => {
      cancelling = token?.onCancellationRequested(() => reject(this.options.cancelled()));
    });
    const stopping = stop?.onCancellationRequested(() => {
      void engine.connection
        .then((connection) => connection.sendNotification(stopNotification, {request} satisfies StopParams))
        .catch(() => undefined);
    });
    const envelope: RequestEnvelope<M> = {request, params};
    try {
      const answer = engine.connection
        .then((connection) =>
          connection.sendRequest<EngineRequests[M]["result"]>(method, envelope, ...(token === undefined ? [] : [token]))
        )
        .catch((error: unknown) => this.failure(error, engine, method));
      const gone = engine.gone.then((end) => {
        throw this.endError(end, method);
      });
      return await Promise.race([answer, gone, cancelled]);
    } finally {
      cancelling?.dispose();
      stopping?.dispose();
      this.progress.delete(request);
    }
  }

  /** Ends the process; the next request starts a new one. */
  restart(): void {
    const engine = this.engine;
    this.engine = undefined;
    if (engine !== undefined) end(engine);
  }

  dispose(): void {
    this.disposed = true;
    this.restart();
  }

  private start(): Engine {
    const {log, language} = this.options;
    const process = fork(this.options.program, [], {
      // Typed arrays cross as typed arrays.
      serialization: "advanced",
      // In desktop VS Code, process.execPath is Electron.
      env: {
        ...globalThis.process.env,
        ELECTRON_RUN_AS_NODE: "1",
        [languageVariables.locale]: language?.locale,
        [languageVariables.bundle]: language?.bundle
      },
      // Not the debugger's flags of the extension host. Scoring says when there is garbage that V8 can't see.
      execArgv: ["--expose-gc"],
      stdio: ["ignore", "pipe", "pipe", "ipc"]
    });
    process.stdout?.setEncoding("utf8").on("data", (text: string) => log.info(text.trimEnd()));
    process.stderr?.setEncoding("utf8").on("data", (text: string) => log.warn(text.trimEnd()));
    const connection = this.connect(process);
    const gone = new Promise<End>((resolve) => {
      const leave = (end: End, line: string): void => {
        if (end === "ended") log.info(line);
        else log.warn(line);
        if (this.engine === engine) this.engine = undefined;
        resolve(end);
        void connection.then((open) => open.dispose());
      };
      process.once("error", (error) => {
        leave("notStarted", String(error));
        process.kill("SIGKILL");
      });
      process.once("exit", (code, signal) =>
        leave(engine.ended ? "ended" : "died", `engine process ended (${signal ?? `code ${code}`})`)
      );
    });
    const engine: Engine = {process, connection, gone, ended: false};
    this.engine = engine;
    return engine;
  }

  private async connect(process: ChildProcess): Promise<MessageConnection> {
    const {log} = this.options;
    // Loaded with the first engine: it takes longer than all the rest of activation (docs/decisions.md).
    const {createMessageConnection, IPCMessageReader, IPCMessageWriter} = await import("vscode-jsonrpc/node");
    const connection = createMessageConnection(new IPCMessageReader(process), new IPCMessageWriter(process));
    connection.onNotification(logNotification, ({level, message}: LogParams) => log[level](message));
    connection.onNotification(progressNotification, ({request, ...progress}: ProgressParams) =>
      this.progress.get(request)?.(progress)
    );
    // A broken channel is no news beside the exit that comes with it.
    connection.onError(([error]) => log.debug(`engine channel: ${error.message}`));
    connection.listen();
    return connection;
  }

  /** Turns what the connection says into what a person can read; never resolves. */
  private async failure(error: unknown, engine: Engine, method: EngineMethod): Promise<never> {
    const {code, message, data} = error as {code?: unknown; message?: string; data?: HumanErrorData};
    if (code === humanErrorCode) throw new HumanError(data?.kind ?? "modelFailed", message ?? "");
    if (code === requestCancelledCode) throw this.options.cancelled();
    // A connection that broke is a process that is about to be gone; its exit says it better.
    if (engine.process.exitCode !== null || engine.process.signalCode !== null || !engine.process.connected)
      throw this.endError(await engine.gone, method);
    throw error;
  }

  private endError(end: End, method: EngineMethod): Error {
    switch (end) {
      case "ended":
        return this.options.cancelled();
      case "notStarted":
        return new HumanError("cannotStart", l10n.t("The model's process could not be started: the log says why."));
      case "died":
        return new HumanError("engineDied", died[method]());
      default:
        return end satisfies never;
    }
  }
}

function end(engine: Engine): void {
  engine.ended = true;
  // It holds nothing that wants saving, and native threads don't listen to anything gentler.
  engine.process.kill("SIGKILL");
}
