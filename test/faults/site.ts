import {createHash, randomBytes} from "node:crypto";
import {existsSync, mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, statSync} from "node:fs";
import {writeFile} from "node:fs/promises";
import {tmpdir} from "node:os";
import path from "node:path";
import {isDeepStrictEqual} from "node:util";
import {create} from "tar";
import type {ModelRef} from "../../src/contract/models";
import type {EngineMethod, EngineRequests} from "../../src/contract/requests";
import type {UnpackParams} from "../../src/contract/transfer";
import {EngineClient, type RequestOptions} from "../../src/host/engine/engineClient";
import type {Cancellation} from "../../src/host/engine/engineProcess";
import {ModelServer} from "../harness/modelServer";
import {root} from "../harness/paths";
import {silentLog} from "../harness/withoutVsCode";
import {type Harm, harmVariable} from "./harm";
import {gone} from "./holdings";
import type {Random} from "./random";

export const programs = {
  /** What ships. */
  real: path.join(root, "dist/engine.js"),
  /** The same, able to come to harm from within. */
  faulty: path.join(root, "out/test/faults/faultyEngine.js")
};

export type Program = keyof typeof programs;

/** As the extension host has them: what asks models, and what fetches and unpacks. */
export type Role = "engine" | "transfers";

/** Passed to every request, as one that lives long: nobody may go on listening to it. */
export class Token implements Cancellation {
  readonly isCancellationRequested = false;
  readonly listeners = new Set<() => void>();
  onCancellationRequested(listener: () => void): {dispose(): void} {
    this.listeners.add(listener);
    return {dispose: () => this.listeners.delete(listener)};
  }
}

export const demonstration: ModelRef = {
  kind: "gguf",
  path: path.join(root, "media/models/tokenscope-tiny-q8_0.gguf"),
  gpu: "off",
  gpuLayers: null,
  threads: 0,
  contextSize: 0
};

const packageFiles = 24;
const packageFileBytes = 400_000;

/** The demonstration model's file. */
export const modelFile = readFileSync(demonstration.path);
const sample = readFileSync(path.join(root, "sample/retry.py"), "utf8");

/** Of the first engine, to which nothing had happened. */
let knownScores: ArrayBufferView | undefined;

/** Engines and what they work on, in a folder that goes with them. */
export class Site {
  /** How the next processes come to harm, and those after `undefined` no more. */
  harm: string | undefined;
  readonly token = new Token();
  /** Ids of all processes that were seen. */
  readonly processes = new Set<number>();
  /** Processes that ended without having been told to. */
  deaths = 0;
  private readonly clients: Readonly<Record<Program, Readonly<Record<Role, EngineClient>>>>;

  private constructor(
    readonly server: ModelServer,
    /** Of the engines' too, by TMPDIR. */
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

  /** A folder of its own for one piece of work. */
  folder(name: string): string {
    return mkdtempSync(path.join(this.base, `${name}-`));
  }

  /** Asks; a process that is started for it comes to {@link harm}. */
  ask<M extends EngineMethod>(
    client: EngineClient,
    method: M,
    params: EngineRequests[M]["params"],
    options: RequestOptions = {}
  ): Promise<EngineRequests[M]["result"]> {
    const changed = {
      TMPDIR: this.temporary,
      [harmVariable]: this.harm,
      // Soon full.
      NODE_OPTIONS: this.harm?.startsWith("heap" satisfies Harm) ? "--max-old-space-size=128" : undefined
    };
    const before = Object.keys(changed).map((name) => [name, process.env[name]] as const);
    setVariables(Object.entries(changed));
    try {
      // Its process, if it needs one, is forked before the first await.
      return client.request(method, params, {token: this.token, ...options});
    } finally {
      setVariables(before);
      if (client.processId !== undefined) this.processes.add(client.processId);
    }
  }

  /** Asks for scores and compares them with the first ones. */
  async score(client: EngineClient): Promise<boolean> {
    const {logprobs} = await this.ask(client, "score", {model: demonstration, text: sample});
    knownScores ??= logprobs;
    return isDeepStrictEqual(logprobs, knownScores);
  }

  /** Ends all processes, and forgets how often they have died. */
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

/** An npm package that takes a moment to unpack. */
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

/** The whole of the package stands there. */
export function isUnpacked(folder: string): boolean {
  if (!existsSync(path.join(folder, "package"))) return false;
  const files = readdirSync(path.join(folder, "package"));
  const isWhole = (file: string): boolean => statSync(path.join(folder, "package", file)).size === packageFileBytes;
  return files.length === packageFiles && files.every(isWhole);
}
