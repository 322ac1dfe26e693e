/** The engine process: serves the contract in api.ts on the channel that fork() made. */
import "./language";
import path from "node:path";
import {Worker} from "node:worker_threads";
import {
  type CancellationToken,
  createMessageConnection,
  IPCMessageReader,
  IPCMessageWriter,
  ResponseError
} from "vscode-jsonrpc/node";
import {LongValues} from "../longValues";
import {
  type EngineMethod,
  HumanError,
  type HumanErrorData,
  heartbeatArgument,
  humanErrorCode,
  type LogParams,
  logNotification,
  type ProgressParams,
  progressNotification,
  type RequestEnvelope,
  type RetainParams,
  requestCancelledCode,
  retainNotification,
  type StopParams,
  stopNotification
} from "./api";
import {Models} from "./models";
import {handlers} from "./requests";

const connection = createMessageConnection(new IPCMessageReader(process), new IPCMessageWriter(process));

const long = new LongValues(connection);

function log(level: LogParams["level"], message: string): void {
  connection.sendNotification(logNotification, {level, message} satisfies LogParams).catch(() => undefined);
}

const models = new Models(log);
/** The requests under way, by number. */
const stops = new Map<number, AbortController>();
connection.onNotification(stopNotification, ({request}: StopParams) => stops.get(request)?.abort());

connection.onNotification(retainNotification, ({models: wanted}: RetainParams) => models.retain(wanted));

for (const method of Object.keys(handlers) as EngineMethod[]) serve(method);

function serve<M extends EngineMethod>(method: M): void {
  connection.onRequest(method, async (message: object, token: CancellationToken): Promise<unknown> => {
    const {request, params} = long.putTogether(message) as RequestEnvelope<M>;
    const abort = new AbortController();
    if (token.isCancellationRequested) abort.abort();
    const listening = token.onCancellationRequested(() => abort.abort());
    const stop = new AbortController();
    stops.set(request, stop);
    try {
      const result = await handlers[method](models, params, {
        signal: abort.signal,
        stop: stop.signal,
        onProgress: (progress) => {
          connection
            .sendNotification(progressNotification, {request, ...progress} satisfies ProgressParams)
            .catch(() => undefined);
        }
      });
      const answer = await long.sendAhead(result, () => !abort.signal.aborted);
      if (answer === undefined) abort.signal.throwIfAborted();
      return answer;
    } catch (error) {
      if (abort.signal.aborted) throw new ResponseError(requestCancelledCode, "cancelled");
      if (error instanceof HumanError)
        throw new ResponseError<HumanErrorData>(humanErrorCode, error.message, {kind: error.kind});
      // A bug: its stack belongs in the log, and only there.
      log("error", error instanceof Error ? (error.stack ?? error.message) : String(error));
      throw error;
    } finally {
      listening.dispose();
      stops.delete(request);
    }
  });
}

// The editor is gone, however it went. Native threads may be computing: nothing to wait for, nothing to save.
process.on("disconnect", () => process.kill(process.pid, "SIGKILL"));

if (process.argv.includes(heartbeatArgument))
  new Worker(path.join(__dirname, "heartbeat.js")).on("error", (error) => log("error", String(error)));

connection.listen();
log("info", `engine process ${process.pid}, Node ${process.version}`);
