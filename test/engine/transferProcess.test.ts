import {strict as assert} from "node:assert";
import {readFileSync} from "node:fs";
import {mkdtemp, readdir, readFile, rm, stat} from "node:fs/promises";
import {tmpdir} from "node:os";
import path from "node:path";
import {HumanError} from "../../src/contract/errors";
import type {Progress} from "../../src/contract/progress";
import type {DownloadParams, UnfinishedNote} from "../../src/contract/transfer";
import {EngineClient} from "../../src/host/engine/engineClient";
import {ModelServer} from "../harness/modelServer";
import {root} from "../harness/paths";
import {Cancelled, Token} from "../harness/withoutVsCode";
import {demonstration} from "./engine";

const model = readFileSync(demonstration);
const half = Math.floor(model.length / 2);
const token = "hf_verysecrettoken";

describe("the process that fetches files", () => {
  let server: ModelServer;
  let folder: string;
  const lines: string[] = [];
  const clients: EngineClient[] = [];

  before(async () => {
    server = await ModelServer.start();
  });
  after(() => server.stop());
  beforeEach(async () => {
    server.forget();
    lines.length = 0;
    folder = await mkdtemp(path.join(tmpdir(), "tokenscope-transfers-"));
  });
  afterEach(async () => {
    for (const client of clients.splice(0)) client.dispose();
    await rm(folder, {recursive: true, force: true});
  });

  function client(): EngineClient {
    const write = (line: string): void => void lines.push(line);
    const one = new EngineClient({
      program: path.join(root, "dist/engine.js"),
      log: {error: write, warn: write, info: write, debug: write, trace: write},
      cancelled: () => new Cancelled("cancelled")
    });
    clients.push(one);
    return one;
  }

  const params = (uri: string): DownloadParams => ({
    uri,
    folder,
    gguf: true,
    network: {proxy: null, strictSSL: true, huggingFace: server.url, token}
  });

  /** Calls back once, when half of the file is there. */
  function atHalf(then: () => void): (progress: Progress) => void {
    let called = false;
    return (progress) => {
      if (called || progress.stage !== "download" || progress.done < half) return;
      called = true;
      then();
    };
  }

  async function partialSize(): Promise<number> {
    const name = (await readdir(folder)).find((file) => file.endsWith(".part"));
    return (await stat(path.join(folder, name ?? ""))).size;
  }

  it("may be killed in the middle: another one fetches only the rest", async () => {
    server.serveHub({"killed.gguf": {content: model, crawls: {from: half}}}, {repository: "user/killed", token});
    const uri = "hf:user/killed/killed.gguf";
    const transfers = client();
    const killed = transfers.request("download", params(uri), {
      onProgress: atHalf(() => process.kill(transfers.processId as number, "SIGKILL"))
    });
    await assert.rejects(killed, (error) => error instanceof HumanError && error.kind === "engineDied");
    const there = await partialSize();
    assert.ok(there >= half && there < model.length);
    const [noteName = ""] = (await readdir(folder)).filter((name) => name.endsWith(".unfinished.json"));
    const note = JSON.parse(await readFile(path.join(folder, noteName), "utf8")) as UnfinishedNote;
    assert.deepEqual([note.uri, note.fileName, note.bytes], [uri, "killed.gguf", model.length]);
    assert.ok(!JSON.stringify(note).includes(token));
    server.forget();
    const result = await transfers.request("download", params(uri));
    assert.equal(result.verified, "checksum");
    assert.ok((await readFile(result.path)).equals(model));
    // Four bytes to recognize a GGUF file, and the missing rest.
    assert.equal(server.sent, 4 + model.length - there);
    assert.deepEqual(await readdir(folder), ["killed.gguf"]);
  });

  it("pauses when it is cancelled", async () => {
    const uri = server.serve("paused.gguf", {content: model, crawls: {from: half}});
    const transfers = client();
    const cancel = new Token();
    const paused = transfers.request("download", params(uri), {
      token: cancel,
      onProgress: atHalf(() => cancel.cancel())
    });
    await assert.rejects(paused, Cancelled);
    const result = await transfers.request("download", params(uri));
    assert.ok((await readFile(result.path)).equals(model));
    assert.ok(server.sent < model.length * 1.3, `${server.sent} bytes for ${model.length}`);
  });

  it("leaves a file alone that another window's process fetches", async () => {
    const [one, other] = [client(), client()];
    let ask = (_answer: Promise<unknown>): void => undefined;
    const second = new Promise<unknown>((resolve) => {
      ask = resolve;
    });
    const uri = server.serve("shared.gguf", {content: model, crawls: {from: half, until: second}});
    const first = one.request("download", params(uri), {
      onProgress: atHalf(() => ask(other.request("download", params(uri)).catch((error: unknown) => error)))
    });
    assert.ok((await readFile((await first).path)).equals(model));
    const error = await second;
    assert.ok(error instanceof HumanError && error.kind === "downloadRunning", String(error));
  });

  it("writes no token and no address into the log", async () => {
    server.serveHub({"log.gguf": model}, {repository: "user/log", token});
    const transfers = client();
    await transfers.request("download", params("hf:user/log/log.gguf"));
    await assert.rejects(transfers.request("download", params(`${server.url}none.gguf?signature=mine`)));
    assert.ok(lines.length > 0);
    assert.ok(!lines.some((line) => line.includes(token) || line.includes("signature")), lines.join("\n"));
  });
});
