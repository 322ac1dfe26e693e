import {strict as assert} from "node:assert";
import {createHash, randomBytes} from "node:crypto";
import {
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  utimesSync,
  writeFileSync
} from "node:fs";
import {tmpdir} from "node:os";
import path from "node:path";
import {create} from "tar";
import type {EngineErrorKind} from "../../src/contract/errors";
import type {ModelRef} from "../../src/contract/models";
import type {Progress} from "../../src/contract/progress";
import {CudaRuntime} from "../../src/features/gpu/cudaRuntime";
import type {Cancellation} from "../../src/host/engine/cancellation";
import {EngineClient, type EngineClientOptions} from "../../src/host/engine/engineClient";
import {cudaPackages, type RuntimePackage} from "../../src/platform/cudaPackages";
import {atUnpacking, type Harm, harmVariable} from "../faults/harm";
import {ModelServer} from "../harness/modelServer";
import {root} from "../harness/paths";
import {silentLog} from "../harness/withoutVsCode";
import {demonstration} from "./engine";

const quiet = (): void => undefined;
const names = ["@node-llama-cpp/linux-x64-cuda", "@node-llama-cpp/linux-x64-cuda-ext"] as const;
const never: Cancellation = {isCancellationRequested: false, onCancellationRequested: () => ({dispose: quiet})};

/** The code of node-llama-cpp's packages of binaries. These also record that they were imported. */
const index = `
import {readFileSync, writeFileSync} from "node:fs";
import {fileURLToPath} from "node:url";
const here = (name) => fileURLToPath(new URL("../" + name, import.meta.url));
const packageVersion = JSON.parse(readFileSync(here("package.json"), "utf8")).version;
export function getBinsDir() {
  writeFileSync(here("asked"), "");
  return {binsDir: here("bins"), packageVersion};
}
`;

describe("the CUDA runtime", () => {
  const base = mkdtempSync(path.join(tmpdir(), "tokenscope-cuda-"));
  const version = cudaPackages[0]?.version ?? "0.0.0";
  const tarballs = new Map<string, Buffer>();
  let packages: RuntimePackage[];
  let server: ModelServer;
  let folder: string;
  const clients: EngineClient[] = [];

  before(async () => {
    server = await ModelServer.start();
    for (const name of names) tarballs.set(name, await stand(name));
    packages = names.map((name) => ({name, version, integrity: integrityOf(name)}));
  });
  beforeEach(() => {
    folder = mkdtempSync(path.join(base, "storage-"));
    server.forget();
    for (const name of names) server.serve(address(name), content(name));
  });
  afterEach(() => {
    for (const one of clients.splice(0)) one.dispose();
  });
  after(async () => {
    await server.stop();
    rmSync(base, {recursive: true, force: true});
  });

  /** A tarball of a fake package of binaries. */
  async function stand(name: string): Promise<Buffer> {
    const home = path.join(base, path.basename(name));
    mkdirSync(path.join(home, "package/dist"), {recursive: true});
    writeFileSync(path.join(home, "package/package.json"), JSON.stringify({name, version, type: "module"}));
    writeFileSync(path.join(home, "package/dist/index.js"), index);
    mkdirSync(path.join(home, "package/bins/linux-x64-cuda"), {recursive: true});
    writeFileSync(path.join(home, "package/bins/linux-x64-cuda/libggml-cuda.so"), randomBytes(2_000_000));
    const file = path.join(home, "package.tgz");
    await create({gzip: true, cwd: home, file}, ["package"]);
    return readFileSync(file);
  }

  function content(name: string): Buffer {
    return tarballs.get(name) ?? Buffer.alloc(0);
  }

  function integrityOf(name: string): string {
    return `sha512-${createHash("sha512").update(content(name)).digest("base64")}`;
  }

  /** The path of a package's tarball in a registry. */
  function address(name: string): string {
    return `${name}/-/${path.basename(name)}-${version}.tgz`;
  }

  function client(options: Partial<EngineClientOptions> = {}): EngineClient {
    const one = new EngineClient({
      program: path.join(root, "dist/engine.js"),
      log: silentLog,
      cancelled: () => new Error("cancelled"),
      ...options
    });
    clients.push(one);
    return one;
  }

  function runtimeOf(
    wanted: readonly RuntimePackage[],
    transfers: Pick<EngineClient, "request"> = client()
  ): CudaRuntime {
    return new CudaRuntime({
      packages: wanted,
      folder,
      transfers,
      registry: () => server.url,
      network: () => ({proxy: null, strictSSL: true, huggingFace: "https://huggingface.co/", token: null})
    });
  }

  async function refusal(work: Promise<unknown>): Promise<EngineErrorKind | undefined> {
    const error = await work.then(
      () => undefined,
      (thrown: unknown) => thrown as {kind?: EngineErrorKind}
    );
    return error?.kind;
  }

  const installing = {token: never, onProgress: quiet};

  it("is of exactly the version of node-llama-cpp, as the lockfile has it", () => {
    const {packages: locked} = JSON.parse(readFileSync(path.join(root, "package-lock.json"), "utf8")) as {
      packages: Record<string, {version: string; integrity?: string}>;
    };
    for (const one of cudaPackages) {
      assert.equal(one.version, locked["node_modules/node-llama-cpp"]?.version);
      assert.equal(one.integrity, locked[`node_modules/${one.name}`]?.integrity ?? null);
    }
  });

  it("is fetched over a connection that breaks, checked, unpacked, and found by the engine and nobody else", async function () {
    if (`${process.platform}-${process.arch}` !== "linux-x64") this.skip();
    server.serve(address(names[0]), {content: content(names[0]), breaks: [500_000]});
    const runtime = runtimeOf(packages);
    const stages = new Set<string>();
    await runtime.install({
      token: never,
      onProgress: ({stage}: Progress, file, files) => stages.add(`${stage} ${file}/${files}`)
    });
    assert.ok(
      ["download 1/2", "download 2/2", "unpack 1/1"].every((stage) => stages.has(stage)),
      [...stages].join()
    );
    assert.equal(await runtime.isInstalled(), true);
    // The tarballs are removed.
    assert.deepEqual(readdirSync(folder), [version]);

    const model: ModelRef = {
      kind: "gguf",
      path: demonstration,
      gpu: "cuda",
      gpuLayers: null,
      threads: 1,
      contextSize: 0,
      kvCache: "f16"
    };
    const asked = names.map((name) => path.join(runtime.folder, name, "asked"));
    assert.equal(await refusal(client().request("describe", {model})), "noRuntime");
    assert.deepEqual(asked.map(existsSync), [false, false]);
    assert.equal(await refusal(client({runtime: runtime.folder}).request("describe", {model})), "noRuntime");
    assert.deepEqual(asked.map(existsSync), [true, true]);
  });

  it("stands in for no other package", async () => {
    const runtime = runtimeOf(packages);
    const trap = path.join(runtime.folder, "@node-llama-cpp/linux-x64/dist");
    await runtime.installFrom(writeAll(), installing);
    mkdirSync(trap, {recursive: true});
    writeFileSync(path.join(trap, "index.js"), "throw new Error();");
    const model: ModelRef = {
      kind: "gguf",
      path: demonstration,
      gpu: "off",
      gpuLayers: null,
      threads: 1,
      contextSize: 0,
      kvCache: "f16"
    };
    assert.ok((await client({runtime: runtime.folder}).request("count", {model, text: "x"})).count > 0);
  });

  it("goes on where it was cancelled", async () => {
    const runtime = runtimeOf(packages);
    server.serve(address(names[1]), {content: content(names[1]), crawls: {from: 100_000}});
    const cancel = new Set<() => void>();
    const token: Cancellation = {
      isCancellationRequested: false,
      onCancellationRequested: (listener) => {
        cancel.add(listener);
        return {dispose: () => cancel.delete(listener)};
      }
    };
    const cancelled = runtime.install({
      token,
      onProgress: (progress, file) => {
        if (file === 2 && progress.stage === "download" && progress.done > 0) for (const one of cancel) one();
      }
    });
    await assert.rejects(cancelled, {message: "cancelled"});
    assert.equal(await runtime.isInstalled(), false);
    server.serve(address(names[1]), content(names[1]));
    server.forget();
    await runtime.install(installing);
    assert.equal(await runtime.isInstalled(), true);
    assert.ok(server.sent < content(names[1]).length, "the first file and a part of the second were there");
  });

  it("is not installed with another checksum, and nothing of it is kept", async () => {
    server.serve(address(names[1]), randomBytes(1_000_000));
    assert.equal(await refusal(runtimeOf(packages).install(installing)), "wrongContent");
    assert.equal(await runtimeOf(packages).isInstalled(), false);
    server.serve(address(names[1]), content(names[1]));
    await runtimeOf(packages).install(installing);
  });

  it("is not asked for where its checksum is not known, or where there is none for the system", async () => {
    const unchecked = packages.map((one) => ({...one, integrity: null}));
    for (const wanted of [unchecked, []]) {
      const runtime = runtimeOf(wanted);
      assert.equal(runtime.isOffered, false);
      assert.equal(await refusal(runtime.install(installing)), "noRuntimeOffered");
      assert.equal(await refusal(runtime.installFrom(writeAll(), installing)), "noRuntimeOffered");
    }
    assert.deepEqual(server.requests, []);
    assert.deepEqual(readdirSync(folder), []);
  });

  it("is installed from files, by whatever names, after the same check", async () => {
    const runtime = runtimeOf(packages);
    const files = writeAll();
    const bad = path.join(base, "bad.tgz");
    writeFileSync(bad, Buffer.concat([content(names[1]), Buffer.alloc(1)]));
    assert.equal(await refusal(runtime.installFrom([files[0] ?? "", bad], installing)), "wrongContent");
    assert.equal(await runtime.isInstalled(), false);
    await runtime.installFrom([...files].reverse(), installing);
    assert.equal(await runtime.isInstalled(), true);
    assert.deepEqual(server.requests, []);
  });

  it("is there whole or not at all when the process dies while it unpacks", async () => {
    const runtime = runtimeOf(packages, client({program: path.join(root, "out/test/faults/faultyEngine.js")}));
    process.env[harmVariable] = `${"exit" satisfies Harm} ${atUnpacking}`;
    try {
      assert.equal(await refusal(runtime.installFrom(writeAll(), installing)), "engineDied");
    } finally {
      delete process.env[harmVariable];
    }
    assert.equal(await runtime.isInstalled(), false);
    const left = readdirSync(folder);
    assert.equal(left.length, 1);
    // Another window may be unpacking at this moment.
    assert.equal(await runtime.removeOthers(), false);
    assert.deepEqual(readdirSync(folder), left);
    const yesterday = Date.now() / 1000 - 25 * 3600;
    utimesSync(path.join(folder, left[0] ?? ""), yesterday, yesterday);
    await runtime.removeOthers();
    assert.deepEqual(readdirSync(folder), []);
    await runtime.installFrom(writeAll(), installing);
  });

  it("goes without a trace, and takes other versions with it after an update", async () => {
    const runtime = runtimeOf(packages);
    await runtime.installFrom(writeAll(), installing);
    assert.equal(await runtime.removeOthers(), false);
    for (const other of ["3.0.0", "3.0.0.download"]) mkdirSync(path.join(folder, other));
    assert.equal(await runtime.removeOthers(), true);
    assert.deepEqual(readdirSync(folder), [version]);
    await runtime.remove();
    assert.deepEqual(readdirSync(folder), []);
    await runtime.remove();
  });

  /** The tarballs as files with meaningless names. */
  function writeAll(): string[] {
    return names.map((name, i) => {
      const file = path.join(base, `${i}.tgz`);
      writeFileSync(file, content(name));
      return file;
    });
  }
});
