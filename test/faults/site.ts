import {createHash, randomBytes} from "node:crypto";
import {existsSync, mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, statSync} from "node:fs";
import {writeFile} from "node:fs/promises";
import {tmpdir} from "node:os";
import path from "node:path";
import {isDeepStrictEqual} from "node:util";
import {create} from "tar";
import type {GgufModel} from "../../src/contract/models";
import type {EngineMethod, EngineRequests} from "../../src/contract/requests";
import type {UnpackParams} from "../../src/contract/transfer";
import type {Cancellation} from "../../src/host/engine/cancellation";
import {EngineClient, type RequestOptions} from "../../src/host/engine/engineClient";
import {ModelServer} from "../harness/modelServer";
import {root} from "../harness/paths";
import {silentLog} from "../harness/withoutVsCode";
import {type Harm, harmVariable} from "./harm";
import {gone} from "./holdings";
import type {Random} from "./random";

export const programs = {
  /** The engine that ships. */
  real: path.join(root, "dist/engine.js"),
  /** The same engine with faults of its own. */
  faulty: path.join(root, "out/test/faults/faultyEngine.js")
};

export type Program = keyof typeof programs;

/** The two processes of the extension host: the engine and the transfers. */
export type Role = "engine" | "transfers";

/** A long-lived token, passed to every request. Afterwards it must have no listeners. */
export class Token implements Cancellation {
  readonly isCancellationRequested = false;
  readonly listeners = new Set<() => void>();
  onCancellationRequested(listener: () => void): {dispose(): void} {
    this.listeners.add(listener);
    return {dispose: () => this.listeners.delete(listener)};
  }
}

export const demonstration: GgufModel = {
  kind: "gguf",
  path: path.join(root, "media/models/tokenscope-tiny-q8_0.gguf"),
  gpu: "off",
  gpuLayers: null,
  threads: 0,
  contextSize: 0,
  kvCache: "f16"
};

const packageFiles = 24;
const packageFileBytes = 400_000;

/** The demonstration model's file. */
export const modelFile = readFileSync(demonstration.path);
const sample = readFileSync(path.join(root, "sample/retry.py"), "utf8");

/** Scores of the first engine, before any fault. */
let knownScores: ArrayBufferView | undefined;

/** Engines and their files, in a temporary folder. */
export class Site {
  /** The fault of processes that start from now on; undefined for none. */
  harm: string | undefined;
  readonly token = new Token();
  /** Ids of all processes so far. */
  readonly processes = new Set<number>();
  /** Number of processes that ended by themselves. */
  deaths = 0;
  private readonly clients: Readonly<Record<Program, Readonly<Record<Role, EngineClient>>>>;

  private constructor(
    readonly server: ModelServer,
    /** The folder for temporary files, also of the engines (TMPDIR). */
    readonly temporary: string,
    private readonly base: string,
    readonly tarball: {readonly file: string; readonly packages: UnpackParams["packages"]},
    readonly random: Random
  ) {
    this.clients = {
      real: {engine: this.newClient("real"), transfers: this.newClient("real")},
      faulty: {engine: this.newClient("faulty"), transfers: this.newClient("faulty")}
    };
  }

  static async open(random: Random): Promise<Site> {
    const base = mkdtempSync(path.join(tmpdir(), "tokenscope-faults-"));
    const temporary = path.join(base, "temporary");
    mkdirSync(temporary);
    return new Site(await ModelServer.start(), temporary, base, await packed(base), random);
  }

  client(program: Program, role: Role): EngineClient {
    return this.clients[program][role];
  }

  /** A new folder for one test. */
  folder(name: string): string {
    return mkdtempSync(path.join(this.base, `${name}-`));
  }

  /** Sends a request. A process that starts for it gets the fault in {@link harm}. */
  ask<M extends EngineMethod>(
    client: EngineClient,
    method: M,
    params: EngineRequests[M]["params"],
    options: RequestOptions = {}
  ): Promise<EngineRequests[M]["result"]> {
    const changed = {
      TMPDIR: this.temporary,
      [harmVariable]: this.harm,
      // This is soon full.
      NODE_OPTIONS: this.harm?.startsWith("heap" satisfies Harm) ? "--max-old-space-size=128" : undefined
    };
    const before = Object.keys(changed).map((name) => [name, process.env[name]] as const);
    setVariables(Object.entries(changed));
    try {
      // The process, if it needs one, is forked before the first await.
      return client.request(method, params, {token: this.token, ...options});
    } finally {
      setVariables(before);
      if (client.processId !== undefined) this.processes.add(client.processId);
    }
  }

  /** Requests scores and compares them with the first ones. */
  async score(client: EngineClient): Promise<boolean> {
    const {logprobs} = await this.ask(client, "score", {model: demonstration, text: sample});
    knownScores ??= logprobs;
    return isDeepStrictEqual(logprobs, knownScores);
  }

  /** Ends all processes, and resets their crash counts. */
  async rest(): Promise<void> {
    for (const {engine, transfers} of Object.values(this.clients)) for (const one of [engine, transfers]) one.restart();
    await Promise.all([...this.processes].map(gone));
  }

  async close(): Promise<void> {
    for (const {engine, transfers} of Object.values(this.clients)) for (const one of [engine, transfers]) one.dispose();
    await this.server.stop();
    rmSync(this.base, {recursive: true, force: true, maxRetries: 5});
  }

  private newClient(program: Program): EngineClient {
    const client = new EngineClient({
      program: programs[program],
      log: silentLog,
      cancelled: () => new Error("cancelled")
    });
    client.onDidDie(() => this.deaths++);
    return client;
  }
}

function setVariables(variables: readonly (readonly [string, string | undefined])[]): void {
  for (const [name, value] of variables)
    if (value === undefined) delete process.env[name];
    else process.env[name] = value;
}

/** An npm package that takes some time to unpack. */
async function packed(base: string): Promise<Site["tarball"]> {
  const home = path.join(base, "package");
  mkdirSync(home);
  for (let file = 0; file < packageFiles; file++)
    await writeFile(path.join(home, `${file}.bin`), randomBytes(packageFileBytes));
  const file = path.join(base, "package.tgz");
  await create({gzip: {level: 1}, cwd: base, file}, ["package"]);
  rmSync(home, {recursive: true});
  const digest = createHash("sha512").update(readFileSync(file)).digest("base64");
  return {file, packages: [{name: "package", integrity: `sha512-${digest}`}]};
}

/** Whether the package is completely unpacked. */
export function isUnpacked(folder: string): boolean {
  if (!existsSync(path.join(folder, "package"))) return false;
  const files = readdirSync(path.join(folder, "package"));
  const isWhole = (file: string): boolean => statSync(path.join(folder, "package", file)).size === packageFileBytes;
  return files.length === packageFiles && files.every(isWhole);
}
