// Starts engine processes like the extension host, to measure them from outside.
import {fork} from "node:child_process";
import {readFileSync} from "node:fs";
import path from "node:path";
import {createMessageConnection, IPCMessageReader, IPCMessageWriter, ProgressType} from "vscode-jsonrpc/node";

export const root = path.join(import.meta.dirname, "..");
export const demonstrationModel = path.join(root, "media/models/tokenscope-tiny-q8_0.gguf");

export function modelSpec(file, {threads = 0, contextSize = 0} = {}) {
  return {kind: "gguf", path: file, gpu: "off", gpuLayers: null, threads, contextSize, kvCache: "f16"};
}

/** Starts an engine. `request` takes a progress listener and a cancellation token (vscode-jsonrpc). */
export function startEngine(program = path.join(root, "dist/engine.js")) {
  const child = fork(program, [], {serialization: "advanced", execArgv: ["--expose-gc"]});
  const connection = createMessageConnection(new IPCMessageReader(child), new IPCMessageWriter(child));
  const progressType = new ProgressType();
  // Pending requests fail, because no answer comes any more.
  child.on("exit", () => connection.dispose());
  connection.listen();
  let requests = 0;
  return {
    pid: child.pid,
    async request(method, params, {onProgress, token} = {}) {
      const request = ++requests;
      const listening = onProgress === undefined ? undefined : connection.onProgress(progressType, request, onProgress);
      const envelope = {request, params};
      try {
        return await (token === undefined
          ? connection.sendRequest(method, envelope)
          : connection.sendRequest(method, envelope, token));
      } finally {
        listening?.dispose();
      }
    },
    /** Unloads all models, and with them all cached results. */
    async forget() {
      await connection.sendNotification("retain", {models: []});
    },
    /** The exit code (134 is an abort, 139 a stack overflow); null while the process runs. */
    get ended() {
      return child.exitCode ?? child.signalCode;
    },
    stop() {
      child.kill("SIGKILL");
    }
  };
}

/** A process's present and peak memory in bytes (Linux). */
export function memoryOf(pid) {
  const status = readFileSync(`/proc/${pid}/status`, "utf8");
  const value = (name) => Number(new RegExp(`^${name}:\\s+(\\d+) kB`, "m").exec(status)?.[1]) * 1024;
  return {now: value("VmRSS"), most: value("VmHWM"), own: value("RssAnon")};
}
