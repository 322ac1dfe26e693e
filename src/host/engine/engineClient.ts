import {type ChildProcess, fork} from "node:child_process";
import path from "node:path";
import type {Duplex} from "node:stream";
import * as l10n from "@vscode/l10n";
import type {Sendable} from "../../contract/chunkedTransport";
import {HumanError, type HumanErrorData, humanErrorCode, requestCancelledCode} from "../../contract/errors";
import type {Holding, ModelRef} from "../../contract/models";
import type {Progress} from "../../contract/progress";
import {
  type EngineMethod,
  type EngineRequests,
  heartbeatArgument,
  heartbeatDescriptor,
  holdingNotification,
  type LogParams,
  languageVariables,
  logNotification,
  type NoticeParams,
  noticeNotification,
  type ProgressParams,
  progressNotification,
  type RetainParams,
  retainNotification,
  type StopParams,
  stopNotification
} from "../../contract/requests";
import {Heartbeat} from "./heartbeat";
import type {RpcConnection} from "./rpcConnection";

/** Deaths in {@link deathsPeriod} milliseconds after which no new process is started by itself. */
const maxDeaths = 3;
const deathsPeriod = 60_000;

/** The part of vscode.CancellationToken that is needed; this file runs in tests without VS Code too. */
export interface Cancellation {
  readonly isCancellationRequested: boolean;
  onCancellationRequested(listener: () => void): {dispose(): void};
}

export interface EngineClientOptions {
  /** The engine's program, built by esbuild. */
  readonly program: string;
  /** Folder in which packages of llama.cpp's binaries are that were fetched, if it is there. */
  readonly runtime?: string;
  readonly log: Record<LogParams["level"], (message: string) => void>;
  /** What a cancelled request rejects with. */
  readonly cancelled: () => Error;
  /** What the engine's errors are worded in, and the file of its translations. Undefined: English. */
  readonly language?: {readonly locale: string; readonly bundle: string};
  /** Milliseconds without a request after which the process is ended, and all memory with it. Undefined or 0: never. */
  readonly idleLimit?: () => number;
}

/**
 * `process` is "stopped" when it has died so often that it is not started again by itself; "starting" until the first
 * answer. `loading` is the part of a model's weights that has been read (0 to 1) while one is being loaded.
 */
export interface EngineState {
  readonly process: "none" | "starting" | "running" | "stopped";
  readonly loading: number | null;
  /** Absolute path of the model that is being loaded, or that the process is started for. */
  readonly loadingModel: string | null;
  /** Why there is no process where there was one: nothing had been asked for a while, or its owner wanted the memory. */
  readonly unloaded: "idle" | "asked" | null;
  /** What the process holds, by its last word; null where it has said nothing yet. */
  readonly holding: Holding | null;
}

/** How a process went that nobody had ended. */
export interface Death {
  readonly code: number | null;
  readonly signal: NodeJS.Signals | null;
  /** It stood still, and was ended for that. */
  readonly hung: boolean;
  /** Models that were being asked for and had not yet answered in this process: it may have died of loading them. */
  readonly unproven: readonly ModelRef[];
}

export interface Listening {
  dispose(): void;
}

export interface RequestOptions {
  readonly token?: Cancellation | undefined;
  /** Cancelled: the engine answers with what it has, within a batch. */
  readonly stop?: Cancellation | undefined;
  readonly onProgress?: (progress: Progress) => void;
  /** Made only because nothing else is asked: it does not put off the process's end. */
  readonly inPassing?: boolean;
}

interface Engine {
  readonly process: ChildProcess;
  readonly connection: Promise<RpcConnection>;
  /** Resolves as soon as the process is gone. */
  readonly gone: Promise<End>;
  /**
   * Told the same, for the requests under way: what waits for a promise that does not settle for hours is kept as long, and
   * each answer with it.
   */
  readonly leaving: Set<(end: End) => void>;
  readonly heartbeat: Heartbeat;
  /** What the system said where it could not be started: "EAGAIN". */
  problem: string | undefined;
  /** Its owner has ended it. */
  ended: boolean;
  hung: boolean;
  answered: boolean;
  holding: Holding | null;
  /** What has been answered ({@link proofOf}). */
  readonly proven: Set<string>;
}

/** A request that has not been answered yet. */
interface Pending {
  readonly engine: Engine;
  readonly method: EngineMethod;
  readonly model: ModelRef | undefined;
  /** 0 to 1 while its model is loaded. */
  loading: number | null;
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
  versions: () => l10n.t("The model's process ended while loading llama.cpp: try again, a new one starts by itself."),
  inspect: () => l10n.t("The model's process ended while looking at the file: try again, a new one starts by itself."),
  download: () => l10n.t("The model's process ended while downloading: try again, a new one starts by itself."),
  unpack: () => l10n.t("The model's process ended while unpacking: try again, a new one starts by itself.")
};

/**
 * Owns the engine process: started by the first request, asked through a typed connection, ended with its owner or when
 * nothing has been asked for a while. When it dies, or stands still, the requests under way fail with one sentence and the
 * next request starts a new one; but not when it has died too often for that to be of use.
 */
export class EngineClient {
  private engine: Engine | undefined;
  private disposed = false;
  private requests = 0;
  private readonly progress = new Map<number, (progress: Progress) => void>();
  private readonly pending = new Map<number, Pending>();
  /** When it died, `performance.now()`. */
  private deaths: number[] = [];
  /** It has died too often to be started again by itself. */
  private stopped = false;
  private unloaded: EngineState["unloaded"] = null;
  private idle: NodeJS.Timeout | undefined;
  /** When it was last of use, `performance.now()`. */
  private used = 0;
  private readonly workListeners = new Set<() => void>();
  private readonly stateListeners = new Set<() => void>();
  private told: EngineState | undefined;
  private readonly deathListeners = new Set<(death: Death) => void>();
  private readonly noticeListeners = new Set<(notice: NoticeParams) => void>();
  private hasAnswered: () => void = () => undefined;
  /** Resolves with the first answer; where nothing is ever asked, never. */
  readonly answered = new Promise<void>((resolve) => {
    this.hasAnswered = resolve;
  });

  constructor(private readonly options: EngineClientOptions) {}

  /** The running engine's process id, if one runs. */
  get processId(): number | undefined {
    return this.engine?.process.pid;
  }

  get state(): EngineState {
    const {engine, unloaded} = this;
    if (engine === undefined)
      return {
        process: this.stopped ? "stopped" : "none",
        loading: null,
        loadingModel: null,
        unloaded,
        holding: null
      };
    const pending = [...this.pending.values()];
    const loads = pending.flatMap(({loading}) => (loading === null ? [] : [loading]));
    const {model} = pending.find((one) => (loads.length === 0 ? !engine.answered : one.loading !== null)) ?? {};
    return {
      process: engine.answered ? "running" : "starting",
      loading: loads.length === 0 ? null : Math.min(...loads),
      loadingModel: model?.path ?? null,
      unloaded: null,
      holding: engine.holding
    };
  }

  onDidChangeState(listener: () => void): Listening {
    return listening(this.stateListeners, listener);
  }

  /** Requests that have not been answered yet. */
  get underWay(): number {
    return this.pending.size;
  }

  /** A request has begun, or ended. */
  onDidChangeWork(listener: () => void): Listening {
    return listening(this.workListeners, listener);
  }

  onDidDie(listener: (death: Death) => void): Listening {
    return listening(this.deathListeners, listener);
  }

  /** What a person should know although no request fails for it. */
  onNotice(listener: (notice: NoticeParams) => void): Listening {
    return listening(this.noticeListeners, listener);
  }

  /**
   * Asks the engine. Rejects with HumanError for what a person can act on, and with `cancelled()` at once when the token
   * is cancelled: the engine hears of it and stops at the next batch. What is long travels in pieces, either way.
   */
  async request<M extends EngineMethod>(
    method: M,
    params: Sendable<EngineRequests[M]["params"]>,
    {token, stop, onProgress, inPassing = false}: RequestOptions = {}
  ): Promise<EngineRequests[M]["result"]> {
    if (token?.isCancellationRequested) throw this.options.cancelled();
    if (this.disposed)
      throw new HumanError("cannotStart", l10n.t("Tokenscope was ended: reload the window to use it again."));
    // A process that has died is known by its channel some moments before its exit is told.
    const engine = this.engine?.process.connected ? this.engine : this.start();
    const request = ++this.requests;
    const {model} = params as {readonly model?: ModelRef};
    const pending: Pending = {engine, method, model, loading: null};
    this.begin(request, pending);
    this.progress.set(request, (progress) => {
      if (progress.stage === "load") this.loads(pending, progress.fraction);
      onProgress?.(progress);
    });
    let cancelling: {dispose(): void} | undefined;
    const cancelled = new Promise<never>((_, reject) => {
      cancelling = token?.onCancellationRequested(() => reject(this.options.cancelled()));
    });
    const stopping = stop?.onCancellationRequested(() => {
      void engine.connection
        .then(({rpc}) => rpc.sendNotification(stopNotification, {request} satisfies StopParams))
        .catch(() => undefined);
    });
    let leave: ((end: End) => void) | undefined;
    try {
      const answer = engine.connection
        .then((connection) => this.ask(connection, method, {request, params}, token))
        .catch((error: unknown) => this.failure(error, engine, method));
      const gone = new Promise<never>((_, reject) => {
        leave = (end) => reject(this.endError(end, engine, method));
        engine.leaving.add(leave);
      });
      const result = await Promise.race([answer, gone, cancelled]);
      this.hears(engine);
      if (model !== undefined) engine.proven.add(proofOf(method, model));
      this.hasAnswered();
      return result;
    } finally {
      cancelling?.dispose();
      stopping?.dispose();
      if (leave !== undefined) engine.leaving.delete(leave);
      this.progress.delete(request);
      if (!inPassing) this.used = performance.now();
      this.end(request);
    }
  }

  /** Tells the engine which models are still wanted: it gives the others back. Where none runs, none is started. */
  retain(models: readonly ModelRef[]): void {
    void this.engine?.connection
      .then(({rpc}) => rpc.sendNotification(retainNotification, {models} satisfies RetainParams))
      .catch(() => undefined);
  }

  /** Ends the process; the next request starts a new one, however many have died. */
  restart(): void {
    this.endProcess(null);
    this.forget();
  }

  /** Ends the process, and gives all its memory back; the next request starts a new one. */
  unload(): void {
    if (this.engine === undefined) return;
    this.endProcess("asked");
    this.changed();
  }

  /** Counts anew from now, by what the limit is now. */
  idleLimitChanged(): void {
    clearTimeout(this.idle);
    this.used = performance.now();
    if (this.pending.size === 0) this.endWhenIdle();
  }

  /** Forgets how often it has died: something has changed that it may have died of. */
  forget(): void {
    this.deaths = [];
    this.stopped = false;
    this.changed();
  }

  dispose(): void {
    this.disposed = true;
    this.workListeners.clear();
    this.stateListeners.clear();
    this.deathListeners.clear();
    this.noticeListeners.clear();
    this.restart();
  }

  private endProcess(unloaded: EngineState["unloaded"]): void {
    clearTimeout(this.idle);
    const engine = this.engine;
    this.engine = undefined;
    this.unloaded = unloaded;
    if (engine !== undefined) kill(engine);
  }

  private hears(engine: Engine): void {
    if (engine.answered) return;
    engine.answered = true;
    this.changed();
  }

  private begin(request: number, pending: Pending): void {
    clearTimeout(this.idle);
    this.pending.set(request, pending);
    pending.engine.heartbeat.start();
    if (this.pending.size === 1) this.changed();
    for (const listener of this.workListeners) listener();
  }

  private end(request: number): void {
    const ended = this.pending.get(request);
    this.pending.delete(request);
    const others = [...this.pending.values()];
    if (!others.some(({engine}) => engine === ended?.engine)) ended?.engine.heartbeat.stop();
    if (others.length === 0) this.endWhenIdle();
    if (others.length === 0 || ended?.loading !== null) this.changed();
    for (const listener of this.workListeners) listener();
  }

  private endWhenIdle(): void {
    const limit = this.options.idleLimit?.() ?? 0;
    if (limit === 0 || this.engine === undefined) return;
    this.idle = setTimeout(
      () => {
        if (this.engine === undefined) return;
        this.options.log.info("nothing has been asked for a while: the engine process is ended");
        this.endProcess("idle");
        this.changed();
      },
      this.used + limit - performance.now()
    );
    this.idle.unref();
  }

  private loads(pending: Pending, done: number): void {
    pending.loading = done < 1 ? done : null;
    this.changed();
  }

  /** Tells of what differs: most requests change nothing, and those who listen draw. */
  private changed(): void {
    const {state, told} = this;
    if (told !== undefined && isSame(state, told)) return;
    this.told = state;
    for (const listener of this.stateListeners) listener();
  }

  private start(): Engine {
    if (this.stopped)
      throw new HumanError(
        "engineStopped",
        l10n.t(
          "The model's process has ended {0} times within a minute and is not started again by itself: restart the engine, or choose another model.",
          this.deaths.length
        )
      );
    const {log} = this.options;
    const process = this.fork();
    process.stdout?.setEncoding("utf8").on("data", (text: string) => log.info(text.trimEnd()));
    process.stderr?.setEncoding("utf8").on("data", (text: string) => log.warn(text.trimEnd()));
    const connection = this.connect(process);
    const gone = new Promise<End>((resolve) => {
      const leave = (end: End, line: string): void => {
        if (end === "ended") log.info(line);
        else log.warn(line);
        engine.heartbeat.stop();
        if (this.engine === engine) this.engine = undefined;
        for (const tell of engine.leaving) tell(end);
        resolve(end);
        void connection.then(({rpc}) => rpc.dispose());
      };
      process.once("error", (error: NodeJS.ErrnoException) => {
        engine.problem = error.code;
        leave("notStarted", String(error));
        process.kill("SIGKILL");
      });
      process.once("exit", (code, signal) => {
        leave(engine.ended ? "ended" : "died", `engine process ended (${signal ?? `code ${code}`})`);
        if (!engine.ended) this.hasDied(engine, code, signal);
      });
    });
    const heartbeat = new Heartbeat(process.stdio[heartbeatDescriptor] as Duplex, () => {
      log.warn("the engine process stands still: it is ended");
      engine.hung = true;
      process.kill("SIGKILL");
    });
    const engine: Engine = {
      process,
      connection,
      gone,
      leaving: new Set(),
      heartbeat,
      problem: undefined,
      ended: false,
      hung: false,
      answered: false,
      holding: null,
      proven: new Set()
    };
    this.engine = engine;
    this.unloaded = null;
    return engine;
  }

  /** Throws a HumanError where the system refuses. */
  private fork(): ChildProcess {
    const {log, language} = this.options;
    let process: ChildProcess;
    try {
      process = fork(this.options.program, [heartbeatArgument], {
        // Typed arrays cross as typed arrays.
        serialization: "advanced",
        // In desktop VS Code, process.execPath is Electron.
        env: {
          ...globalThis.process.env,
          ELECTRON_RUN_AS_NODE: "1",
          [languageVariables.locale]: language?.locale,
          [languageVariables.bundle]: language?.bundle,
          // An empty one is none: nobody else's variable gets through.
          TOKENSCOPE_RUNTIME: this.options.runtime ?? ""
        },
        // Not the folder that VS Code was started in, which may be anybody's: an empty part of LD_LIBRARY_PATH stands for it.
        cwd: path.dirname(this.options.program),
        // Not the debugger's flags of the extension host. Scoring says when there is garbage that V8 can't see.
        execArgv: ["--expose-gc"],
        stdio: ["ignore", "pipe", "pipe", "ipc", "pipe"]
      });
    } catch (error) {
      log.warn(String(error));
      throw cannotStart((error as NodeJS.ErrnoException).code);
    }
    if (process.stdio !== undefined) return process;
    // Node leaves it half made where there are too many open files, and tells later.
    process.once("error", (error) => log.warn(String(error)));
    throw cannotStart("EMFILE");
  }

  private hasDied(engine: Engine, code: number | null, signal: NodeJS.Signals | null): void {
    const now = performance.now();
    this.deaths = [...this.deaths.filter((time) => time > now - deathsPeriod), now];
    this.stopped = this.deaths.length > maxDeaths;
    const unproven = [...this.pending.values()].flatMap(({engine: asked, method, model}) =>
      asked === engine && model !== undefined && !engine.proven.has(proofOf(method, model)) ? [model] : []
    );
    for (const listener of this.deathListeners) listener({code, signal, hung: engine.hung, unproven});
    this.changed();
  }

  private async ask<M extends EngineMethod>(
    {rpc, long}: RpcConnection,
    method: M,
    envelope: {readonly request: number; readonly params: Sendable<EngineRequests[M]["params"]>},
    token: Cancellation | undefined
  ): Promise<EngineRequests[M]["result"]> {
    const message = await long.sendChunked(envelope, () => !token?.isCancellationRequested);
    if (message === undefined) throw this.options.cancelled();
    const answer = await rpc.sendRequest(method, message, ...(token === undefined ? [] : [token]));
    return long.reassemble(answer) as EngineRequests[M]["result"];
  }

  private async connect(process: ChildProcess): Promise<RpcConnection> {
    const {log} = this.options;
    const {rpcConnection} = await import("./rpcConnection");
    const connection = rpcConnection(process);
    const {rpc} = connection;
    rpc.onNotification(logNotification, ({level, message}: LogParams) => log[level](message));
    rpc.onNotification(noticeNotification, (notice: NoticeParams) => {
      for (const listener of this.noticeListeners) listener(notice);
    });
    rpc.onNotification(progressNotification, ({request, ...progress}: ProgressParams) =>
      this.progress.get(request)?.(progress)
    );
    rpc.onNotification(holdingNotification, (holding: Holding) => {
      if (this.engine?.process !== process) return;
      this.engine.holding = holding;
      this.changed();
    });
    // A broken channel is no news beside the exit that comes with it.
    rpc.onError(([error]) => log.debug(`engine channel: ${error.message}`));
    rpc.listen();
    return connection;
  }

  /** Turns what the connection says into what a person can read; never resolves. */
  private async failure(error: unknown, engine: Engine, method: EngineMethod): Promise<never> {
    const {code, message, data} = error as {code?: unknown; message?: string; data?: HumanErrorData};
    if (code === humanErrorCode) {
      this.hears(engine);
      throw new HumanError(data?.kind ?? "modelFailed", message ?? "");
    }
    if (code === requestCancelledCode) throw this.options.cancelled();
    // A connection that broke is a process that is about to be gone; its exit says it better.
    if (engine.process.exitCode !== null || engine.process.signalCode !== null || !engine.process.connected)
      throw this.endError(await engine.gone, engine, method);
    throw error;
  }

  private endError(end: End, {process, problem}: Engine, method: EngineMethod): Error {
    switch (end) {
      case "ended":
        return this.options.cancelled();
      case "notStarted":
        return cannotStart(problem);
      case "died":
        return lacksInstruction(process)
          ? new HumanError(
              "noRuntime",
              l10n.t(
                "The model's process used an instruction that this processor, or virtual machine, does not have: use Tokenscope on another one."
              )
            )
          : new HumanError("engineDied", died[method]());
      default:
        return end satisfies never;
    }
  }
}

function isSame(one: EngineState, other: EngineState): boolean {
  return (
    one.process === other.process &&
    one.loading === other.loading &&
    one.loadingModel === other.loadingModel &&
    one.unloaded === other.unloaded &&
    one.holding === other.holding
  );
}

function listening<T>(listeners: Set<T>, listener: T): Listening {
  listeners.add(listener);
  return {dispose: () => listeners.delete(listener)};
}

/** Stands for a model that has answered in a process; to compute with it is more than to read its vocabulary. */
function proofOf(method: EngineMethod, model: ModelRef): string {
  return JSON.stringify([["score", "alternatives", "complete"].includes(method), model]);
}

function kill(engine: Engine): void {
  engine.ended = true;
  // It holds nothing that wants saving, and native threads don't listen to anything gentler.
  engine.process.kill("SIGKILL");
}

/** `code` is the system's: "EAGAIN". */
function cannotStart(code: string | undefined): HumanError {
  return new HumanError("cannotStart", whyNotStarted(code));
}

function whyNotStarted(code: string | undefined): string {
  switch (code) {
    case "EMFILE":
    case "ENFILE":
      return l10n.t(
        "The model's process could not be started, because too many files are open: close some windows or raise the system's limit, and try again."
      );
    case "EAGAIN":
    case "ENOMEM":
      return l10n.t(
        "The model's process could not be started, because the system has no room for another process: end some, or raise its limit, and try again."
      );
    case "EPERM":
    case "EACCES":
      return l10n.t(
        "The model's process could not be started, because the system does not allow it ({0}): ask whoever keeps it.",
        code
      );
    default:
      return l10n.t("The model's process could not be started: the log says why.");
  }
}

/** Windows has no signals; its STATUS_ILLEGAL_INSTRUCTION is the code. */
function lacksInstruction({signalCode, exitCode}: ChildProcess): boolean {
  return signalCode === "SIGILL" || exitCode === 0xc000001d;
}
