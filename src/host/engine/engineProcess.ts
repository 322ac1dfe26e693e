import {type ChildProcess, fork} from "node:child_process";
import path from "node:path";
import type {Duplex} from "node:stream";
import type {Sendable} from "../../contract/chunkedTransport";
import type {DeviceState} from "../../contract/devices";
import type {Holding} from "../../contract/models";
import type {Progress} from "../../contract/progress";
import {
  type EngineMethod,
  type EngineRequests,
  evaluatorVariable,
  guardedEvaluator,
  heartbeatArgument,
  heartbeatDescriptor,
  holdingNotification,
  type LogParams,
  languageVariables,
  logNotification,
  type NoticeParams,
  noticeNotification,
  partsToken,
  type RequestEnvelope
} from "../../contract/requests";
import type {ScorePart} from "../../contract/scoring";
import type {Cancellation} from "./cancellation";
import {cannotStart} from "./engineMessages";
import {Heartbeat} from "./heartbeat";
import type {RpcConnection} from "./rpcConnection";

export interface EngineProcessOptions {
  /** The engine's program, built by esbuild. */
  readonly program: string;
  /** The folder of the fetched packages of llama.cpp's binaries, if there is one. */
  readonly runtime?: string;
  readonly log: Record<LogParams["level"], (message: string) => void>;
  /** The language of the engine's errors, and the file of its translations. Undefined: English. */
  readonly language?: {readonly locale: string; readonly bundle: string};
}

/** How a process ended: by itself, by its owner, or it never started. */
export type ProcessEnd = "died" | "ended" | "notStarted";

export interface ProcessExit {
  readonly code: number | null;
  readonly signal: NodeJS.Signals | null;
}

export interface ProcessListener {
  onNotice(notice: NoticeParams): void;
  /** `holding` has changed. */
  onHolding(): void;
  /** `exit` is null if the process never started. */
  onEnd(end: ProcessEnd, exit: ProcessExit | null): void;
}

/** A request as it is sent: long values may be in chunks. */
export interface SendableEnvelope<M extends EngineMethod> extends Pick<RequestEnvelope<M>, "request"> {
  readonly params: Sendable<EngineRequests[M]["params"]>;
}

/** One engine process, from its start to its end, with the connection to it. */
export class EngineProcess {
  readonly connection: Promise<RpcConnection>;
  /** Resolves as soon as the process is gone. */
  readonly gone: Promise<ProcessEnd>;
  readonly heartbeat: Heartbeat;
  /** Whether the process stood still and was killed for that. */
  hung = false;
  /** The system's code if the process could not be started, for example "EAGAIN". */
  problem: string | undefined;
  hasAnswered = false;
  holding: Holding | null = null;
  /** The device that it computes on in the way in which a driver's exception ends it; null: none, as far as it has told. */
  unguarded: DeviceState["device"] | null = null;
  private readonly child: ChildProcess;
  private isKilled = false;
  /**
   * Rejects each pending request when the process ends. A Set rather than `gone.then(...)`: reactions on a promise that
   * settles hours later would keep every answer alive.
   */
  private readonly rejectPending = new Set<(end: ProcessEnd) => void>();

  /** Throws a HumanError if the system refuses to start the process. */
  constructor(
    private readonly options: EngineProcessOptions,
    /** It evaluates through node-llama-cpp in any case. */
    readonly guarded: boolean,
    private readonly listener: ProcessListener
  ) {
    const {log} = options;
    const child = forkEngine(options, guarded);
    this.child = child;
    child.stdout?.setEncoding("utf8").on("data", (text: string) => log.info(text.trimEnd()));
    child.stderr?.setEncoding("utf8").on("data", (text: string) => log.warn(text.trimEnd()));
    this.connection = this.connect();
    this.gone = new Promise((resolve) => {
      child.once("error", (error: NodeJS.ErrnoException) => {
        this.problem = error.code;
        log.warn(String(error));
        resolve(this.finish("notStarted", null));
        child.kill("SIGKILL");
      });
      child.once("exit", (code, signal) => {
        const how = signal ?? `code ${code}`;
        if (this.isKilled) log.info(`engine process ended (${how})`);
        else log.warn(`engine process ended (${how})`);
        resolve(this.finish(this.isKilled ? "ended" : "died", {code, signal}));
      });
    });
    this.heartbeat = new Heartbeat(child.stdio[heartbeatDescriptor] as Duplex, () => {
      log.warn("the engine process stands still: it is ended");
      this.hung = true;
      child.kill("SIGKILL");
    });
  }

  get id(): number | undefined {
    return this.child.pid;
  }

  /** A process that has died closes its channel some moments before its exit is reported. */
  get isConnected(): boolean {
    return this.child.connected;
  }

  get isGone(): boolean {
    return this.child.exitCode !== null || this.child.signalCode !== null || !this.child.connected;
  }

  /** Windows has no signals: its STATUS_ILLEGAL_INSTRUCTION is an exit code. */
  get lacksInstruction(): boolean {
    return this.child.signalCode === "SIGILL" || this.child.exitCode === 0xc000001d;
  }

  /** Kills it: it holds nothing that wants saving, and native threads don't listen to anything gentler. */
  kill(): void {
    this.isKilled = true;
    this.child.kill("SIGKILL");
  }

  notify(method: string, params: object): void {
    void this.connection.then(({rpc}) => rpc.sendNotification(method, params)).catch(() => undefined);
  }

  /** Sends a request and resolves with its answer, or with undefined if it was cancelled before it was sent. */
  async ask<M extends EngineMethod>(
    method: M,
    envelope: SendableEnvelope<M>,
    token: Cancellation | undefined,
    onProgress: (progress: Progress) => void,
    onPart: ((part: ScorePart) => void) | undefined
  ): Promise<EngineRequests[M]["result"] | undefined> {
    const {rpc, chunked, progress, parts} = await this.connection;
    const message = await chunked.sendChunked(envelope, () => !token?.isCancellationRequested);
    if (message === undefined) return undefined;
    const listening = rpc.onProgress(progress, envelope.request, onProgress);
    const takePart = (part: object) => onPart?.(chunked.reassemble(part) as ScorePart);
    const listeningToParts = onPart && rpc.onProgress(parts, partsToken(envelope.request), takePart);
    try {
      const answer = await rpc.sendRequest(method, message, ...(token === undefined ? [] : [token]));
      return chunked.reassemble(answer) as EngineRequests[M]["result"];
    } finally {
      listening.dispose();
      listeningToParts?.dispose();
    }
  }

  /** Settles like `work`, or rejects with `errorOf` as soon as the process is gone. */
  async whileAlive<T>(work: Promise<T>, errorOf: (end: ProcessEnd) => Error): Promise<T> {
    let reject: (end: ProcessEnd) => void = () => undefined;
    const gone = new Promise<never>((_, fail) => {
      reject = (end) => fail(errorOf(end));
    });
    this.rejectPending.add(reject);
    try {
      return await Promise.race([work, gone]);
    } finally {
      this.rejectPending.delete(reject);
    }
  }

  private finish(end: ProcessEnd, exit: ProcessExit | null): ProcessEnd {
    this.heartbeat.stop();
    this.listener.onEnd(end, exit);
    for (const reject of this.rejectPending) reject(end);
    void this.connection.then(({rpc}) => rpc.dispose());
    return end;
  }

  private async connect(): Promise<RpcConnection> {
    const {log} = this.options;
    const {rpcConnection} = await import("./rpcConnection");
    const connection = rpcConnection(this.child);
    const {rpc} = connection;
    rpc.onNotification(logNotification, ({level, message}: LogParams) => log[level](message));
    rpc.onNotification(noticeNotification, (notice: NoticeParams) => this.listener.onNotice(notice));
    rpc.onNotification(holdingNotification, (holding: Holding) => {
      this.holding = holding;
      this.listener.onHolding();
    });
    // A broken channel is no news beside the exit that comes with it.
    rpc.onError(([error]) => log.debug(`engine channel: ${error.message}`));
    rpc.listen();
    return connection;
  }
}

/** Throws a HumanError if the system refuses. */
function forkEngine({program, runtime, log, language}: EngineProcessOptions, guarded: boolean): ChildProcess {
  let child: ChildProcess;
  try {
    child = fork(program, [heartbeatArgument], {
      // Typed arrays cross as typed arrays.
      serialization: "advanced",
      // In desktop VS Code, process.execPath is Electron.
      env: {
        ...process.env,
        ELECTRON_RUN_AS_NODE: "1",
        [languageVariables.locale]: language?.locale,
        [languageVariables.bundle]: language?.bundle,
        // Set even without a runtime, so that a variable from outside has no effect.
        TOKENSCOPE_RUNTIME: runtime ?? "",
        ...(guarded && {[evaluatorVariable]: guardedEvaluator})
      },
      // Not VS Code's own folder, which anybody may write to: an empty part of LD_LIBRARY_PATH means the current folder.
      cwd: path.dirname(program),
      // Without the extension host's debugger flags. Scoring triggers the garbage collection that V8 can't see a need for.
      execArgv: ["--expose-gc"],
      stdio: ["ignore", "pipe", "pipe", "ipc", "pipe"]
    });
  } catch (error) {
    log.warn(String(error));
    throw cannotStart((error as NodeJS.ErrnoException).code);
  }
  if (child.stdio !== undefined) return child;
  // With too many open files, Node returns a half-made process and reports the error later.
  child.once("error", (error) => log.warn(String(error)));
  throw cannotStart("EMFILE");
}
