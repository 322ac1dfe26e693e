import {strict as assert} from "node:assert";
import {readFileSync} from "node:fs";
import {mkdtemp, readdir, readFile, rm} from "node:fs/promises";
import {tmpdir} from "node:os";
import path from "node:path";
import {HumanError} from "../../src/contract/errors";
import type {Network} from "../../src/contract/transfer";
import {download} from "../../src/engine/transfer/download";
import type {RetryPolicy} from "../../src/engine/transfer/retryPolicy";
import {ModelServer} from "../harness/modelServer";
import {ProxyServer} from "../harness/proxyServer";
import {demonstration} from "./engine";

const model = readFileSync(demonstration);
const hasty: RetryPolicy = {stallTimeout: 30_000, delays: [5], maxDelay: 1000};
const variables = ["http_proxy", "https_proxy", "no_proxy", "HTTP_PROXY", "HTTPS_PROXY", "NO_PROXY"];

describe("the way to a server", () => {
  let server: ModelServer;
  let secure: ModelServer;
  let proxy: ProxyServer;
  let folder: string;
  const before_ = new Map(variables.map((name) => [name, process.env[name]]));

  before(async () => {
    server = await ModelServer.start();
    secure = await ModelServer.startSecure();
    server.serve("m.gguf", model);
    secure.serve("m.gguf", model);
  });
  after(async () => {
    await server.stop();
    await secure.stop();
  });
  beforeEach(async () => {
    for (const name of variables) delete process.env[name];
    folder = await mkdtemp(path.join(tmpdir(), "tokenscope-network-"));
    proxy = await ProxyServer.start("user:pass word");
  });
  afterEach(async () => {
    for (const [name, value] of before_) {
      if (value === undefined) delete process.env[name];
      else process.env[name] = value;
    }
    await proxy.stop();
    await rm(folder, {recursive: true, force: true});
  });

  async function fetched(uri: string, more: Partial<Network> = {}): Promise<Buffer> {
    const network: Network = {proxy: null, strictSSL: true, huggingFace: server.url, token: null, ...more};
    const {signal} = new AbortController();
    const file = await download({uri, folder, gguf: true, network}, {signal, onProgress: () => undefined}, hasty);
    return await readFile(file.path);
  }

  async function refused(work: Promise<unknown>): Promise<HumanError> {
    const error = await work.then(
      () => undefined,
      (thrown: unknown) => thrown
    );
    assert.ok(error instanceof HumanError, `expected a HumanError, not ${String(error)}`);
    assert.deepEqual(await readdir(folder), []);
    return error;
  }

  it("leads through the proxy of the settings, with its user name and password", async () => {
    const address = `http://user:pass%20word@${proxy.host}`;
    assert.ok((await fetched(`${server.url}m.gguf`, {proxy: address})).equals(model));
    assert.deepEqual([...new Set(proxy.targets)], [new URL(server.url).host]);
    assert.ok((await fetched(`${secure.url}m.gguf`, {proxy: address, strictSSL: false})).equals(model));
    assert.ok(proxy.targets.includes(new URL(secure.url).host));
  });

  it("leads through the proxy of the environment, but not to what NO_PROXY names", async () => {
    process.env["HTTP_PROXY"] = `http://user:pass%20word@${proxy.host}`;
    assert.ok((await fetched(`${server.url}m.gguf`)).equals(model));
    assert.ok(proxy.targets.length > 0);
    proxy.targets.length = 0;
    process.env["NO_PROXY"] = "example.com,127.0.0.1";
    assert.ok((await fetched(`${server.url}m.gguf`)).equals(model));
    assert.equal(proxy.targets.length, 0);
  });

  it("says that the proxy refuses, that it is not there, and that its address is none", async () => {
    const wrong = await refused(fetched(`${server.url}m.gguf`, {proxy: `http://user:wrong@${proxy.host}`}));
    assert.equal(wrong.kind, "connectionLost");
    assert.match(wrong.message, /^The proxy lets nothing through/);
    assert.ok(!wrong.message.includes("wrong"));
    const {host} = proxy;
    await proxy.stop();
    assert.equal((await refused(fetched(`${server.url}m.gguf`, {proxy: `http://${host}`}))).kind, "connectionLost");
    assert.equal((await refused(fetched(`${server.url}m.gguf`, {proxy: "::"}))).kind, "badProxy");
    proxy = await ProxyServer.start();
  });

  it("takes a certificate that nobody trusts only where the settings say so", async () => {
    const error = await refused(fetched(`${secure.url}m.gguf`));
    assert.equal(error.kind, "connectionLost");
    assert.match(error.message, /certificate/);
    assert.ok((await fetched(`${secure.url}m.gguf`, {strictSSL: false})).equals(model));
  });

  it("never leads from https to http", async () => {
    const uri = secure.serve("down.gguf", {content: model, redirect: {to: `${server.url}m.gguf`}});
    server.forget();
    const error = await refused(fetched(uri, {strictSSL: false}));
    assert.equal(error.kind, "badAddress");
    assert.match(error.message, /without encryption/);
    assert.equal(server.requests.length, 0);
    const up = server.serve("up.gguf", {content: model, redirect: {to: `${secure.url}m.gguf`}});
    assert.ok((await fetched(up, {strictSSL: false})).equals(model));
  });

  it("shows no token to a hub in the clear, unless it is this machine", async () => {
    const elsewhere = await ModelServer.start("127.0.0.1");
    try {
      const {port} = new URL(elsewhere.url);
      // The proxy leads any host name to this machine.
      const hub = `http://mirror.example:${port}/`;
      const open = await ProxyServer.start(undefined, "127.0.0.1");
      try {
        elsewhere.serveHub({"m.gguf": model}, {repository: "user/m", storage: server});
        await fetched("hf:user/m/m.gguf", {huggingFace: hub, token: "hf_secret", proxy: `http://${open.host}`});
        assert.ok(elsewhere.requests.length > 0);
        assert.ok(elsewhere.requests.every(({authorization}) => authorization === undefined));
      } finally {
        await open.stop();
      }
    } finally {
      await elsewhere.stop();
    }
  });
});
