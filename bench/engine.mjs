// An engine process as the extension host has it, to measure from outside.
import {fork} from "node:child_process";
import {readFileSync} from "node:fs";
import path from "node:path";
import {createMessageConnection, IPCMessageReader, IPCMessageWriter} from "vscode-jsonrpc/node";

export const root = path.join(import.meta.dirname, "..");
export const demonstrationModel = path.join(root, "media/models/tokenscope-tiny-q8_0.gguf");

export function modelSpec(file, {threads = 0, contextSize = 0} = {}) {
  return {path: file, gpu: "off", gpuLayers: null, threads, contextSize};
}

/** Starts one. */
export function startEngine() {
  const child = fork(path.join(root, "dist/engine.js"), [], {serialization: "advanced", execArgv: ["--expose-gc"]});
  const connection = createMessageConnection(new IPCMessageReader(child), new IPCMessageWriter(child));
  connection.listen();
  let requests = 0;
  return {
    pid: child.pid,
    request: (method, params) => connection.sendRequest(method, {request: ++requests, params}),
    stop() {
      connection.dispose();
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
