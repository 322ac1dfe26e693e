import {fork} from "node:child_process";
import {once} from "node:events";
import {existsSync, readdirSync, readFileSync, rmSync, utimesSync, writeFileSync} from "node:fs";
import path from "node:path";
import {setTimeout} from "node:timers/promises";
import type {Network} from "../../src/contract/transfer";
import type {EngineClient} from "../../src/host/engine/engineClient";
import {HeaderCache} from "../../src/host/models/local/headerCache";
import {root} from "../harness/paths";
import {gone, isRunning} from "./holdings";
import type {Row} from "./row";
import {demonstration, isUnpacked, modelFile, type Site} from "./site";

const keptModels = 1000;

/** A process that writes a file or a folder. */
interface Writer {
  readonly name: string;
  readonly target: string;
  /** Whether the target is complete. */
  isWhole(): boolean;
  /** Starts a process. `done` settles when it has written everything, or has ended. */
  begin(): Promise<{readonly processId: number; readonly done: Promise<unknown>}>;
}

/** Kills writers at random moments, from the first byte to the final rename, and checks the files. */
export async function halfWritten(site: Site, kills: number): Promise<readonly Row[]> {
  const rows: Row[] = [];
  for (const writer of [downloads(site), unpacks(site), keepsHeaders(site)]) {
    const {name, target} = writer;
    const undisturbed = await writer.begin();
    const began = performance.now();
    await undisturbed.done;
    const takes = performance.now() - began;
    let half = 0;
    let killed = 0;
    for (let kill = 0; kill < kills; kill++) {
      const {processId, done} = await writer.begin();
      const ended = done.then(
        () => false,
        () => true
      );
      await setTimeout(site.random.fraction() * takes);
      // The process may have ended by itself.
      if (isRunning(processId)) process.kill(processId, "SIGKILL");
      if (await ended) killed++;
      await gone(processId);
      if (existsSync(target) && !writer.isWhole()) half++;
    }
    age(path.dirname(target));
    await (await writer.begin()).done;
    const left = readdirSync(path.dirname(target)).length - 1;
    rows.push({
      part: "deaths",
      name: `killed at random: ${name}`,
      figures: {tried: kills, "killed in time": killed, "half-written": half, "left over after the next time": left},
      goal: "nothing half-written, nothing left over",
      reached: half === 0 && left === 0 && writer.isWhole()
    });
  }
  return rows;
}

function downloads(site: Site): Writer {
  const uri = site.server.serve("whole.gguf", modelFile);
  const folder = site.folder("downloads");
  const target = path.join(folder, "whole.gguf");
  return {
    name: "a download",
    target,
    isWhole: () => readFileSync(target).equals(modelFile),
    async begin() {
      // Each download renames the file again.
      rmSync(target, {force: true});
      const {network, client, processId} = await transfers(site);
      return {processId, done: site.ask(client, "download", {uri, folder, gguf: true, network})};
    }
  };
}

function unpacks(site: Site): Writer {
  const {file, packages} = site.tarball;
  const folder = path.join(site.folder("runtimes"), "1.0.0");
  return {
    name: "unpacking to where something is",
    target: folder,
    isWhole: () => isUnpacked(folder),
    async begin() {
      const {client, processId} = await transfers(site);
      return {processId, done: site.ask(client, "unpack", {files: [file], packages, folder})};
    }
  };
}

/** The running transfer process. */
async function transfers(site: Site): Promise<{client: EngineClient; network: Network; processId: number}> {
  const client = site.client("real", "transfers");
  client.resetCrashCount();
  const network = {proxy: null, strictSSL: true, huggingFace: site.server.url, token: null};
  await site.ask(client, "inspect", {uri: site.server.serve("any.gguf", Buffer.from("GGUF")), network});
  return {client, network, processId: client.processId ?? 0};
}

function keepsHeaders(site: Site): Writer {
  const target = path.join(site.folder("headers"), "headers.json");
  return {
    name: "what models' headers say",
    target,
    isWhole() {
      try {
        return (JSON.parse(readFileSync(target, "utf8")) as {entries: unknown[]}).entries.length >= keptModels;
      } catch {
        return false;
      }
    },
    async begin() {
      if (!existsSync(target)) await keepMany(target);
      const writer = fork(path.join(root, "out/test/faults/headerWriter.js"), [target, demonstration.path]);
      await once(writer, "message");
      const done = once(writer, "exit").then(([code]) => {
        if (code !== 0) throw new Error("It was killed.");
      });
      return {processId: writer.pid ?? 0, done};
    }
  };
}

/** A header cache file of many models. */
async function keepMany(file: string): Promise<void> {
  const cache = new HeaderCache(file);
  await cache.facts({path: demonstration.path, name: "any", store: "folder", bytes: 0, parts: 1, modified: 0});
  await cache.save();
  const [first = "", entry = "", last = ""] = readFileSync(file, "utf8").split("\n");
  const entries = Array.from({length: keptModels}, (_, i) => entry.replace(demonstration.path, `/models/${i}.gguf`));
  writeFileSync(file, `${first}\n${entries.join(",\n")}\n${last}\n`);
}

/** Sets the files' times back by a day. */
function age(folder: string): void {
  const yesterday = Date.now() / 1000 - 86_400;
  for (const name of readdirSync(folder)) utimesSync(path.join(folder, name), yesterday, yesterday);
}
