// An engine process as the extension host has it, to measure from outside.
import {fork} from "node:child_process";
import {readFileSync} from "node:fs";
import path from "node:path";
import {createMessageConnection, IPCMessageReader, IPCMessageWriter} from "vscode-jsonrpc/node";

export const root = path.join(import.meta.dirname, "..");
export const demonstrationModel = path.join(root, "media/models/tokenscope-tiny-q8_0.gguf");

export function modelSpec(file, {threads = 0, contextSize = 0} = {}) {
  return {kind: "gguf", path: file, gpu: "off", gpuLayers: null, threads, contextSize};
}

/** Starts one. `request` can tell of its progress, and be cancelled (a vscode-jsonrpc token). */
export function startEngine(program = path.join(root, "dist/engine.js")) {
  const child = fork(program, [], {serialization: "advanced", execArgv: ["--expose-gc"]});
  const connection = createMessageConnection(new IPCMessageReader(child), new IPCMessageWriter(child));
  const listeners = new Map();
  // Whoever waits for an answer then gets an error: none comes any more.
  child.on("exit", () => connection.dispose());
  connection.onNotification("progress", ({request, ...progress}) => listeners.get(request)?.(progress));
  connection.listen();
  let requests = 0;
  return {
    pid: child.pid,
    async request(method, params, {onProgress, token} = {}) {
      const request = ++requests;
      if (onProgress !== undefined) listeners.set(request, onProgress);
      const envelope = {request, params};
      try {
        return await (token === undefined
          ? connection.sendRequest(method, envelope)
          : connection.sendRequest(method, envelope, token));
      } finally {
        listeners.delete(request);
      }
    },
    /** Gives back all models, and with them all that it knows of what was asked. */
    async forget() {
      await connection.sendNotification("retain", {models: []});
    },
    /** How the process ended (134 is an abort, 139 a stack that ran over), or null while it runs. */
    get ended() {
      return child.exitCode ?? child.signalCode;
    },
    stop() {
      child.kill("SIGKILL");
    }
  };
}

/** Bytes of memory that a process holds, now and at most until now (Linux). */
export function memoryOf(pid) {
  const status = readFileSync(`/proc/${pid}/status`, "utf8");
  const value = (name) => Number(new RegExp(`^${name}:\\s+(\\d+) kB`, "m").exec(status)?.[1]) * 1024;
  return {now: value("VmRSS"), most: value("VmHWM"), own: value("RssAnon")};
}
