import {EventEmitter} from "node:events";
import type {Sendable} from "../../contract/chunkedTransport";
import type {DeviceState} from "../../contract/devices";
import {EngineError, type EngineErrorData, engineErrorCode, requestCancelledCode} from "../../contract/errors";
import type {Holding, ModelRef} from "../../contract/models";
import type {Progress} from "../../contract/progress";
import {
  type EngineMethod,
  type EngineRequests,
  type NoticeParams,
  type RetainParams,
  retainNotification,
  type StopParams,
  stopNotification
} from "../../contract/requests";
import type {ScorePart} from "../../contract/scoring";
import type {Cancellation} from "./cancellation";
import {CrashPolicy} from "./crashPolicy";
import {cannotStart, clientDisposed, engineDied, engineStopped, illegalInstruction} from "./engineMessages";
import {EngineProcess, type EngineProcessOptions, type ProcessEnd, type ProcessExit} from "./engineProcess";
import {EvaluatorPolicy} from "./evaluatorPolicy";
import {isNativeCrash} from "./nativeCrash";
import {type PendingRequest, RequestTracker} from "./requestTracker";

export interface EngineClientOptions extends EngineProcessOptions {
  /** What a cancelled request rejects with. */
  readonly cancelled: () => Error;
  /** Milliseconds without a request after which the process ends and frees its memory. Undefined or 0: never. */
  readonly idleLimit?: () => number;
}

export interface EngineState {
  /** "starting" until the first answer; "stopped" after too many crashes to start again by itself. */
  readonly process: "none" | "starting" | "running" | "stopped";
  /** How much of a model's weights has been read (0 to 1) while one is loaded. */
  readonly loading: number | null;
  /** Absolute path of the model that is being loaded, or that the process is started for. */
  readonly loadingModel: string | null;
  /** Why a process was ended: nothing had been asked for a while, or its owner wanted the memory. */
  readonly unloaded: "idle" | "asked" | null;
  /** What the process holds by its last report; null before the first. */
  readonly holding: Holding | null;
}

/** The end of a process that its owner had not ended. */
export interface Death extends ProcessExit {
  /** It stood still and was killed for that. */
  readonly hung: boolean;
  /** Models that this process was asked for and had not yet answered for: loading one may have killed it. */
  readonly unproven: readonly ModelRef[];
  /** The device because of which new processes evaluate through node-llama-cpp from now on; null: they evaluate as before. */
  readonly guardedOn: DeviceState["device"] | null;
}

export interface Listening {
  dispose(): void;
}

export interface RequestOptions {
  readonly token?: Cancellation | undefined;
  /** Cancelled: the engine answers with what it has, within a batch. */
  readonly stop?: Cancellation | undefined;
  readonly onProgress?: (progress: Progress) => void;
  /** Takes parts of the answer that are sent before its end, if the parameters ask for them. */
  readonly onPart?: (part: ScorePart) => void;
  /** The request is made only because nothing else is asked: it does not keep an idle process alive. */
  readonly inPassing?: boolean;
}

type LoadProgress = Extract<Progress, {readonly stage: "load"}>;

interface Events {
  state: [];
  work: [];
  death: [Death];
  notice: [NoticeParams];
}

/**
 * Owns the engine process: the first request starts it, and it ends with its owner or after a while without requests. If
 * it crashes or hangs, the pending requests fail with one sentence and the next request starts a new process, unless it
 * has crashed too often.
 */
export class EngineClient {
  private process: EngineProcess | undefined;
  private disposed = false;
  private readonly requests = new RequestTracker();
  private readonly crashes = new CrashPolicy();
  private readonly evaluators = new EvaluatorPolicy();
  private unloaded: EngineState["unloaded"] = null;
  private idleTimer: NodeJS.Timeout | undefined;
  /** When the last request ended, by `performance.now()`. */
  private lastUse = 0;
  private lastNotifiedState: EngineState | undefined;
  /** Node's emitter: vscode-jsonrpc's would be loaded at activation, and tests have no vscode. */
  private readonly events = new EventEmitter<Events>().setMaxListeners(0);
  private resolveAnswered: () => void = () => undefined;
  /** Resolves with the first answer. */
  readonly answered = new Promise<void>((resolve) => {
    this.resolveAnswered = resolve;
  });

  constructor(private readonly options: EngineClientOptions) {}

  /** The running engine's process id, if one runs. */
  get processId(): number | undefined {
    return this.process?.id;
  }

  get state(): EngineState {
    const {process, unloaded, requests} = this;
    if (process === undefined)
      return {
        process: this.crashes.isStopped ? "stopped" : "none",
        loading: null,
        loadingModel: null,
        unloaded,
        holding: null
      };
    return {
      process: process.hasAnswered ? "running" : "starting",
      loading: requests.loading,
      loadingModel: requests.loadingFile(process.hasAnswered),
      unloaded: null,
      holding: process.holding
    };
  }

  onDidChangeState(listener: () => void): Listening {
    return this.listen("state", listener);
  }

  /** Requests that have not been answered yet. */
  get underWay(): number {
    return this.requests.count;
  }

  /** A request has begun or ended. */
  onDidChangeWork(listener: () => void): Listening {
    return this.listen("work", listener);
  }

  onDidDie(listener: (death: Death) => void): Listening {
    return this.listen("death", listener);
  }

  /** What a person should know although no request fails because of it. */
  onNotice(listener: (notice: NoticeParams) => void): Listening {
    return this.listen("notice", listener);
  }

  /**
   * Asks the engine. Rejects with HumanError for what a person can act on, and with `cancelled()` as soon as the token is
   * cancelled; the engine then stops at the next batch. Long values travel in chunks, both ways.
   */
  async request<M extends EngineMethod>(
    method: M,
    params: Sendable<EngineRequests[M]["params"]>,
    {token, stop, onProgress, onPart, inPassing = false}: RequestOptions = {}
  ): Promise<EngineRequests[M]["result"]> {
    if (token?.isCancellationRequested) throw this.options.cancelled();
    if (this.disposed) throw clientDisposed();
    const process = this.process?.isConnected ? this.process : this.start();
    const {model} = params as {readonly model?: ModelRef};
    const pending: PendingRequest = {process, method, model, loading: null};
    const request = this.trackRequest(pending);
    let cancelling: Listening | undefined;
    const cancelled = new Promise<never>((_, reject) => {
      cancelling = token?.onCancellationRequested(() => reject(this.options.cancelled()));
    });
    const stopping = stop?.onCancellationRequested(() =>
      process.notify(stopNotification, {request} satisfies StopParams)
    );
    const report = (progress: Progress): void => {
      if (progress.stage === "load") this.onLoadProgress(pending, progress);
      onProgress?.(progress);
    };
    try {
      const answer = process
        .ask(method, {request, params}, token, report, onPart)
        .catch((error: unknown) => this.fail(error, pending));
      const result = await process.whileAlive(Promise.race([answer, cancelled]), (end) => this.endError(end, pending));
      if (result === undefined) throw this.options.cancelled();
      this.markAnswered(process);
      this.requests.markProven(pending);
      this.resolveAnswered();
      return result;
    } finally {
      cancelling?.dispose();
      stopping?.dispose();
      if (!inPassing) this.lastUse = performance.now();
      this.untrackRequest(request, pending);
    }
  }

  /** Tells the engine which models are still wanted, so that it unloads the others. Starts no process for it. */
  retain(models: readonly ModelRef[]): void {
    this.process?.notify(retainNotification, {models} satisfies RetainParams);
  }

  /** Ends the process; the next request starts a new one, however often it has crashed. */
  restart(): void {
    this.endProcess(null);
    this.resetCrashCount();
  }

  /** Ends the process, as {@link restart}: native code can't be unloaded. What was learnt from crashes on the old device is forgotten. */
  deviceChanged(): void {
    this.evaluators.reset();
    this.restart();
  }

  /** Ends the process and so frees all its memory; the next request starts a new one. */
  unload(): void {
    if (this.process === undefined) return;
    this.endProcess("asked");
    this.notifyState();
  }

  /** Starts the idle time again, with the limit as it is now. */
  idleLimitChanged(): void {
    clearTimeout(this.idleTimer);
    this.lastUse = performance.now();
    if (this.requests.count === 0) this.endWhenIdle();
  }

  /** Something has changed that may have caused the crashes. */
  resetCrashCount(): void {
    this.crashes.reset();
    this.notifyState();
  }

  dispose(): void {
    this.disposed = true;
    this.events.removeAllListeners();
    this.restart();
  }

  private listen<E extends keyof Events>(event: E, listener: (...values: Events[E]) => void): Listening {
    // Its typed methods don't take a generic event.
    const events = this.events as EventEmitter;
    events.on(event, listener);
    return {dispose: () => void events.off(event, listener)};
  }

  private endProcess(unloaded: EngineState["unloaded"]): void {
    clearTimeout(this.idleTimer);
    this.process?.kill();
    this.process = undefined;
    this.unloaded = unloaded;
  }

  private markAnswered(process: EngineProcess): void {
    if (process.hasAnswered) return;
    process.hasAnswered = true;
    this.notifyState();
  }

  private trackRequest(pending: PendingRequest): number {
    clearTimeout(this.idleTimer);
    const request = this.requests.trackRequest(pending);
    pending.process.heartbeat.start();
    if (this.requests.count === 1) this.notifyState();
    this.events.emit("work");
    return request;
  }

  private untrackRequest(request: number, {process, loading}: PendingRequest): void {
    this.requests.untrackRequest(request);
    if (!this.requests.isBusy(process)) process.heartbeat.stop();
    if (this.requests.count === 0) this.endWhenIdle();
    if (this.requests.count === 0 || loading !== null) this.notifyState();
    this.events.emit("work");
  }

  private endWhenIdle(): void {
    const limit = this.options.idleLimit?.() ?? 0;
    if (limit === 0 || this.process === undefined) return;
    this.idleTimer = setTimeout(
      () => {
        if (this.process === undefined) return;
        this.options.log.info("nothing has been asked for a while: the engine process is ended");
        this.endProcess("idle");
        this.notifyState();
      },
      this.lastUse + limit - performance.now()
    );
    this.idleTimer.unref();
  }

  private onLoadProgress(pending: PendingRequest, {fraction, unguarded}: LoadProgress): void {
    pending.loading = fraction < 1 ? fraction : null;
    pending.process.unguarded = unguarded ?? pending.process.unguarded;
    this.notifyState();
  }

  /** Notifies only of a state that differs: most requests change nothing, and listeners draw. */
  private notifyState(): void {
    const {state, lastNotifiedState} = this;
    if (lastNotifiedState !== undefined && isSame(state, lastNotifiedState)) return;
    this.lastNotifiedState = state;
    this.events.emit("state");
  }

  private start(): EngineProcess {
    if (this.crashes.isStopped) throw engineStopped(this.crashes.crashes);
    const process: EngineProcess = new EngineProcess(this.options, this.evaluators.isGuarded, {
      onNotice: (notice) => void this.events.emit("notice", notice),
      onHolding: () => {
        if (this.process === process) this.notifyState();
      },
      onEnd: (end, exit) => {
        if (this.process === process) this.process = undefined;
        if (end === "died" && exit !== null) this.recordCrash(process, exit);
      }
    });
    this.process = process;
    this.unloaded = null;
    return process;
  }

  private recordCrash(process: EngineProcess, {code, signal}: ProcessExit): void {
    this.crashes.recordCrash(performance.now());
    const end = {code, signal, hung: process.hung};
    const {guarded, unguarded} = process;
    const crashed = {guarded, unguarded, computing: this.requests.isComputing(process)};
    const guardedOn = isNativeCrash(end) ? this.evaluators.recordCrash(crashed) : null;
    this.events.emit("death", {...end, unproven: this.requests.unproven(process), guardedOn});
    this.notifyState();
  }

  /** Turns the connection's error into one that a person can read; never resolves. */
  private async fail(error: unknown, pending: PendingRequest): Promise<never> {
    const {code, message, data} = error as {code?: unknown; message?: string; data?: EngineErrorData};
    if (code === engineErrorCode) {
      this.markAnswered(pending.process);
      throw new EngineError(data?.kind ?? "modelFailed", message ?? "");
    }
    if (code === requestCancelledCode) throw this.options.cancelled();
    // A broken connection means that the process is about to be gone; its exit says why.
    if (pending.process.isGone) throw this.endError(await pending.process.gone, pending);
    throw error;
  }

  private endError(end: ProcessEnd, {process, method}: PendingRequest): Error {
    switch (end) {
      case "ended":
        return this.options.cancelled();
      case "notStarted":
        return cannotStart(process.problem);
      case "died":
        return process.lacksInstruction ? illegalInstruction() : engineDied(method);
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
