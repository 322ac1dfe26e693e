/** The engine process: serves the contract on the channel that fork() made. */
import "./home";
import "./noDebugger";
import "./language";
import path from "node:path";
import {Worker} from "node:worker_threads";
import {
  type CancellationToken,
  createMessageConnection,
  IPCMessageReader,
  IPCMessageWriter,
  ProgressType,
  ResponseError
} from "vscode-jsonrpc/node";
import {ChunkedTransport} from "../contract/chunkedTransport";
import {EngineError, type EngineErrorData, engineErrorCode, requestCancelledCode} from "../contract/errors";
import type {Holding} from "../contract/models";
import type {Progress} from "../contract/progress";
import {
  type EngineMethod,
  heartbeatArgument,
  holdingNotification,
  type LogParams,
  logNotification,
  type NoticeParams,
  noticeNotification,
  partsToken,
  type RequestEnvelope,
  type RetainParams,
  retainNotification,
  type StopParams,
  stopNotification
} from "../contract/requests";
import type {ScorePart} from "../contract/scoring";
import {losesDevice} from "./backends";
import {handlers} from "./handlers";
import {ModelPool} from "./modelPool";

const connection = createMessageConnection(new IPCMessageReader(process), new IPCMessageWriter(process));

const long = new ChunkedTransport(connection);

/** A request reports its progress under its own number. */
const progressType = new ProgressType<Progress>();

const partType = new ProgressType<object>();

function log(level: LogParams["level"], message: string): void {
  connection.sendNotification(logNotification, {level, message} satisfies LogParams).catch(() => undefined);
}

const models = new ModelPool(log, (notice) => {
  connection.sendNotification(noticeNotification, notice satisfies NoticeParams).catch(() => undefined);
});
/** Stops each running request, by its number. */
const stops = new Map<number, AbortController>();
connection.onNotification(stopNotification, ({request}: StopParams) => stops.get(request)?.abort());

connection.onNotification(retainNotification, ({models: retained}: RetainParams) => {
  models.retain(retained);
  void tellHolding();
});

/** The last notification, as JSON. */
let lastHolding = "";

/** Notifies the host of what is held, if that has changed by more than the noise of each request. */
async function tellHolding(): Promise<void> {
  const {models: held, memory} = await models.holding();
  const holding: Holding = {models: held, memory: {ram: toTenMegabytes(memory.ram), vram: toTenMegabytes(memory.vram)}};
  const text = JSON.stringify(holding);
  if (text === lastHolding) return;
  lastHolding = text;
  connection.sendNotification(holdingNotification, holding).catch(() => undefined);
}

function toTenMegabytes(bytes: number): number {
  return Math.round(bytes / 1e7) * 1e7;
}

for (const method of Object.keys(handlers) as EngineMethod[]) serve(method);

function serve<M extends EngineMethod>(method: M): void {
  connection.onRequest(method, async (message: object, token: CancellationToken): Promise<unknown> => {
    const {request, params} = long.reassemble(message) as RequestEnvelope<M>;
    const abort = new AbortController();
    if (token.isCancellationRequested) abort.abort();
    const listening = token.onCancellationRequested(() => abort.abort());
    const stop = new AbortController();
    stops.set(request, stop);
    let sending: Promise<unknown> = Promise.resolve();
    /** Sends a part of the answer, after those before it. */
    const sendPart = async (part: ScorePart): Promise<void> => {
      const message = await long.sendChunked(part, () => !abort.signal.aborted);
      if (message) await connection.sendProgress(partType, partsToken(request), message);
    };
    try {
      const result = await handlers[method](models, params, {
        signal: abort.signal,
        stop: stop.signal,
        onProgress: (progress) => {
          connection.sendProgress(progressType, request, progress).catch(() => undefined);
        },
        onPart: (part) => {
          sending = sending.then(() => sendPart(part)).catch(() => undefined);
        }
      });
      await sending;
      const answer = await long.sendChunked(result, () => !abort.signal.aborted);
      if (answer === undefined) abort.signal.throwIfAborted();
      return answer;
    } catch (error) {
      if (abort.signal.aborted) throw new ResponseError(requestCancelledCode, "cancelled");
      if (error instanceof EngineError)
        throw new ResponseError<EngineErrorData>(engineErrorCode, error.message, {kind: error.kind});
      // A bug: its stack belongs in the log, and only there.
      log("error", error instanceof Error ? (error.stack ?? error.message) : String(error));
      // A new process may have it again. As a crash, it counts in the host's policies.
      if (losesDevice(error)) process.abort();
      throw error;
    } finally {
      listening.dispose();
      stops.delete(request);
      void tellHolding();
    }
  });
}

// The editor is gone. Native threads may be computing, and there is nothing to save: end at once.
process.on("disconnect", () => process.kill(process.pid, "SIGKILL"));

if (process.argv.includes(heartbeatArgument))
  new Worker(path.join(__dirname, "heartbeat.js")).on("error", (error) => log("error", String(error)));

connection.listen();
log("info", `engine process ${process.pid}, Node ${process.version}`);
