// An extension beside ours for bench/typing.mjs, in the same extension host: writes down how long the event loop was
// held up, by what, and what passes between Tokenscope and its engine. It must be activated first, to see the engine
// start.
import childProcess, {type ChildProcess} from "node:child_process";
import {existsSync} from "node:fs";
import {appendFile, rename, writeFile} from "node:fs/promises";
import {Session} from "node:inspector/promises";
import {setTimeout} from "node:timers/promises";
import {Delays} from "./delays";

/** Time between two lines of the record (ms). */
const period = 100;

/** Shorter delays of the event loop are not recorded (ms). */
const unremarkable = 4;

/** Interval of the profiler's samples (µs). */
const samplingInterval = 500;

/** The fields of a JSON-RPC message that matter here, in either direction. */
interface Message {
  readonly id?: number;
  readonly method?: string;
  readonly params?: {
    readonly id?: number;
    readonly request?: number;
    /** A progress message's. */
    readonly token?: number;
    readonly value?: {readonly stage?: string; readonly done?: number};
    readonly params?: {readonly background?: boolean};
  };
  readonly result?: {readonly promptTokens?: number; readonly evaluatedPromptTokens?: number; readonly ids?: unknown};
}

/** A completion request. Times are ms since 1970. */
interface Asked {
  readonly at: number;
  readonly background: boolean;
  readonly request: number;
  /** Number of tokens in progress reports. */
  decoded: number;
  cancelledAt?: number;
  /** The part of these reported before the cancellation was sent. */
  decodedAtCancel?: number;
  answeredAt?: number;
  evaluated?: number;
}

/** A delay of the event loop. Its times are those of the system's monotonic clock, like the profile's (µs). */
interface Delay {
  readonly from: number;
  readonly to: number;
  /** The thread's own time (ms). */
  readonly milliseconds: number;
}

/** A line of the record: what happened since the last one. */
export interface ProbeLine {
  readonly at: number;
  readonly delays: readonly Delay[];
  /** Processor time of the extension host since its start (ms). */
  readonly cpu: number;
  readonly asked: readonly Asked[];
}

const asked = new Map<number, Asked>();
let changed = new Set<Asked>();
let delays: Delay[] = [];

export function activate(): void {
  const file = process.env["TOKENSCOPE_TYPING_RECORD"];
  if (file === undefined) throw new Error("There is no place for the record.");
  watchEngines();
  void profile(file);
  new Delays((milliseconds, elapsed) => {
    const to = Number(process.hrtime.bigint() / 1000n);
    if (milliseconds > unremarkable) delays.push({from: to - elapsed * 1000, to, milliseconds});
  });
  setInterval(() => {
    const {user, system} = process.cpuUsage();
    const line: ProbeLine = {at: Date.now(), delays, cpu: (user + system) / 1000, asked: [...changed]};
    delays = [];
    changed = new Set();
    void appendFile(file, `${JSON.stringify(line)}\n`);
  }, period);
}

/** Profiles the extension host from the moment FILE.start exists until FILE.stop exists, and writes FILE.profile. */
async function profile(file: string): Promise<void> {
  const session = new Session();
  session.connect();
  await fileThere(`${file}.start`);
  await session.post("Profiler.enable");
  await session.post("Profiler.setSamplingInterval", {interval: samplingInterval});
  await session.post("Profiler.start");
  await fileThere(`${file}.stop`);
  const {profile} = await session.post("Profiler.stop");
  await writeFile(`${file}.partial`, JSON.stringify(profile));
  await rename(`${file}.partial`, `${file}.profile`);
}

async function fileThere(file: string): Promise<void> {
  while (!existsSync(file)) await setTimeout(period);
}

/** Watches the messages of processes forked from now on. */
function watchEngines(): void {
  const {fork} = childProcess;
  const watched = (...parameters: Parameters<typeof fork>): ChildProcess => {
    const child = fork(...parameters);
    if (!parameters[0].toString().endsWith("engine.js")) return child;
    const send = child.send.bind(child) as (...sent: unknown[]) => boolean;
    child.send = (...sent: unknown[]) => {
      said(sent[0] as Message);
      return send(...sent);
    };
    child.on("message", (message: Message) => heard(message));
    return child;
  };
  Object.assign(childProcess, {fork: watched});
}

function said({id, method, params}: Message): void {
  if (method === "complete" && id !== undefined) {
    const completion: Asked = {
      at: Date.now(),
      background: params?.params?.background ?? false,
      request: params?.request ?? 0,
      decoded: 0
    };
    asked.set(id, completion);
    changed.add(completion);
  }
  const cancelled = method === "$/cancelRequest" ? asked.get(params?.id ?? 0) : undefined;
  if (cancelled === undefined) return;
  cancelled.cancelledAt = Date.now();
  cancelled.decodedAtCancel = cancelled.decoded;
  changed.add(cancelled);
}

function heard({id, method, params, result}: Message): void {
  if (params?.value?.stage === "complete") {
    const running = [...asked.values()].find(({request}) => request === params.token);
    if (running === undefined) return;
    running.decoded = params.value.done ?? 0;
    changed.add(running);
  }
  const answered = method === undefined ? asked.get(id ?? 0) : undefined;
  if (answered === undefined) return;
  answered.answeredAt = Date.now();
  if (result !== undefined) answered.evaluated = result.evaluatedPromptTokens ?? 0;
  changed.add(answered);
}
