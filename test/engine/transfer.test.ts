import {strict as assert} from "node:assert";
import {createHash} from "node:crypto";
import {existsSync, readFileSync} from "node:fs";
import {chmod, link, mkdir, mkdtemp, readdir, readFile, rm, stat, writeFile} from "node:fs/promises";
import {tmpdir} from "node:os";
import path from "node:path";
import {type EngineErrorKind, HumanError} from "../../src/contract/errors";
import type {Progress, TransferProgress} from "../../src/contract/progress";
import type {DownloadedFile, DownloadParams, Network} from "../../src/contract/transfer";
import {download} from "../../src/engine/transfer/download";
import {inspect} from "../../src/engine/transfer/inspect";
import type {RetryPolicy} from "../../src/engine/transfer/retryPolicy";
import {ModelServer, type Served, sha256Of} from "../harness/modelServer";
import {demonstration} from "./engine";

const model = readFileSync(demonstration);
const half = Math.floor(model.length / 2);
const secret = "hf_verysecrettoken";

/** Like the engine's own policy, with short delays. */
const hasty: RetryPolicy = {stallTimeout: 30_000, delays: [5, 5, 5], maxDelay: 1500};

describe("fetching files", () => {
  let server: ModelServer;
  /** Another host, which must not get the token. */
  let elsewhere: ModelServer;
  let folder: string;

  before(async () => {
    server = await ModelServer.start("127.0.0.1");
    elsewhere = await ModelServer.start("127.0.0.2");
  });
  after(async () => {
    await server.stop();
    await elsewhere.stop();
  });
  beforeEach(async () => {
    folder = await mkdtemp(path.join(tmpdir(), "tokenscope-transfer-"));
    server.forget();
    elsewhere.forget();
  });
  afterEach(() => rm(folder, {recursive: true, force: true}));

  const network = (more: Partial<Network> = {}): Network => ({
    proxy: null,
    strictSSL: true,
    huggingFace: server.url,
    token: null,
    ...more
  });

  interface Asking {
    readonly signal?: AbortSignal;
    readonly onProgress?: (progress: Progress) => void;
  }

  function fetched(
    uri: string,
    more: Partial<DownloadParams> = {},
    {signal = new AbortController().signal, onProgress = () => undefined}: Asking = {},
    retryPolicy = hasty
  ): Promise<DownloadedFile> {
    return download({uri, folder, gguf: true, network: network(), ...more}, {signal, onProgress}, retryPolicy);
  }

  const look = (uri: string, more: Partial<Network> = {}) =>
    inspect({uri, network: network(more)}, {signal: new AbortController().signal}, hasty);

  /** The partial file's size; null if there is none. */
  async function partialSize(): Promise<number | null> {
    const name = (await readdir(folder)).find((file) => file.endsWith(".part"));
    return name === undefined ? null : (await stat(path.join(folder, name))).size;
  }

  async function refused(work: Promise<unknown>, kind: EngineErrorKind): Promise<string> {
    const error = await work.then(
      () => undefined,
      (thrown: unknown) => thrown
    );
    assert.ok(error instanceof HumanError, `expected a HumanError, not ${String(error)}`);
    assert.equal(error.kind, kind, error.message);
    // One sentence, without secrets.
    assert.match(error.message, /^\S.*[a-z)]\.$/);
    assert.ok(!error.message.includes(secret) && !/:\/\/\w|@/.test(error.message), error.message);
    return error.message;
  }

  /** Starts a download and aborts it halfway. */
  async function pauseAtHalf(uri: string, more: Partial<DownloadParams> = {}): Promise<void> {
    const abort = new AbortController();
    const onProgress = (progress: Progress): void => {
      if (progress.stage === "download" && progress.done >= half) abort.abort(new Error("paused"));
    };
    await assert.rejects(fetched(uri, more, {signal: abort.signal, onProgress}), /paused/);
  }

  /** Resolves when half of a download is there. Pass its `onProgress` to the download. */
  function halfOf(): {readonly there: Promise<void>; readonly onProgress: (progress: Progress) => void} {
    let tell = (): void => undefined;
    const there = new Promise<void>((resolve) => {
      tell = resolve;
    });
    return {there, onProgress: (progress) => void (progress.stage === "download" && progress.done >= half && tell())};
  }

  /** Half of the file is sent at once, so that the test acts before the end. */
  const slow: Partial<Served> = {crawls: {from: half}};

  describe("as they should be", () => {
    it("brings a file to the folder, which it makes, with its progress", async () => {
      const uri = server.serve("models/tiny.gguf", model);
      const seen: TransferProgress[] = [];
      const into = path.join(folder, "new", "models");
      const result = await fetched(
        uri,
        {folder: into},
        {onProgress: (progress) => void seen.push(progress as TransferProgress)}
      );
      assert.deepEqual(result, {path: path.join(into, "tiny.gguf"), bytes: model.length, verified: "size"});
      assert.ok((await readFile(result.path)).equals(model));
      assert.deepEqual(await readdir(into), ["tiny.gguf"]);
      for (const stage of ["download", "verify"]) {
        const done = seen.filter((progress) => progress.stage === stage).map(({done}) => done);
        assert.equal(done.at(-1), model.length);
        assert.deepEqual(
          done,
          done.toSorted((a, b) => a - b)
        );
      }
      assert.ok(seen.every(({total}) => total === model.length));
    });

    it("follows redirects on the same host and to another one", async () => {
      const last = elsewhere.serve("last.gguf", model);
      server.serve("b.gguf", {content: model, redirect: {to: last, status: 307}});
      const {path: file} = await fetched(server.serve("a.gguf", {content: model, redirect: {to: "/b.gguf"}}));
      assert.equal(path.basename(file), "a.gguf");
      assert.ok((await readFile(file)).equals(model));
    });

    it("gives up on a circle of redirects", async () => {
      server.serve("y.gguf", {content: model, redirect: {to: "/x.gguf"}});
      await refused(fetched(server.serve("x.gguf", {content: model, redirect: {to: "/y.gguf"}})), "serverFailed");
      assert.ok(server.requests.length < 15);
    });

    it("refuses redirects to addresses that are none", async () => {
      for (const to of ["file:///etc/passwd", "javascript:alert(1)", "http://", "data:text/plain,GGUF"])
        await refused(fetched(server.serve("r.gguf", {content: model, redirect: {to}})), "serverFailed");
    });

    it("fetches from servers without ranges and without ETags", async () => {
      const {path: file} = await fetched(server.serve("plain.gguf", {content: model, ranges: false, etag: null}));
      assert.ok((await readFile(file)).equals(model));
    });

    it("fetches several files at once, and no file twice at once", async () => {
      const halves = [halfOf(), halfOf()];
      const bothBegun = Promise.all(halves.map(({there}) => there));
      const both = halves.map(({onProgress}, at) => {
        const uri = server.serve(`${at}.gguf`, {content: model, crawls: {from: half, until: bothBegun}});
        return fetched(uri, {}, {onProgress});
      });
      const [one, two] = await Promise.all(both);
      assert.notEqual(one?.path, two?.path);
      const {there, onProgress} = halfOf();
      let refuse = (): void => undefined;
      const secondRefused = new Promise<void>((resolve) => {
        refuse = resolve;
      });
      const uri = server.serve("once.gguf", {content: model, crawls: {from: half, until: secondRefused}});
      const first = fetched(uri, {}, {onProgress});
      await there;
      await refused(fetched(uri), "downloadRunning");
      refuse();
      assert.equal(path.basename((await first).path), "once.gguf");
    });
  });

  describe("after an interruption", () => {
    it("keeps what it has when it is aborted, and fetches only the rest", async () => {
      const uri = server.serve("pause.gguf", {content: model, ...slow});
      await pauseAtHalf(uri);
      const there = await partialSize();
      assert.ok(there !== null && there >= half && there < model.length);
      assert.ok(!existsSync(path.join(folder, "pause.gguf")));
      server.forget();
      const seen: number[] = [];
      const {path: file} = await fetched(
        uri,
        {},
        {onProgress: (progress) => void (progress.stage === "download" && seen.push(progress.done))}
      );
      assert.ok((await readFile(file)).equals(model));
      assert.equal(seen[0], there);
      assert.deepEqual(
        server.requests.map(({range}) => range),
        ["bytes=0-3", `bytes=${there}-${model.length - 1}`]
      );
      assert.deepEqual(await readdir(folder), ["pause.gguf"]);
    });

    it("goes on by itself when the connection breaks", async () => {
      const uri = server.serve("broken.gguf", {content: model, breaks: [half, 100_000, 1000]});
      const {path: file} = await fetched(uri);
      assert.ok((await readFile(file)).equals(model));
      assert.equal(server.requests.length, 5);
      // Bytes on their way may be lost when the connection breaks.
      const starts = server.requests.slice(2).map(({range}) => Number(/^bytes=(\d+)-/.exec(range ?? "")?.[1]));
      assert.ok(
        starts.every((start, at) => start > 0 && start >= (starts[at - 1] ?? 0)),
        starts.join()
      );
    });

    it("goes on as long as it gets further, and keeps what it has when it doesn't", async () => {
      const each = Math.ceil(model.length / 12);
      const {path: file} = await fetched(server.serve("stubborn.gguf", {content: model, breaksAlways: each}));
      assert.ok((await readFile(file)).equals(model));
      server.forget();
      await refused(
        fetched(server.serve("never.gguf", {content: model, breaks: [half], breaksAlways: 0})),
        "connectionLost"
      );
      assert.equal(server.requests.length, 1 + 1 + hasty.delays.length);
      const left = await partialSize();
      assert.ok(left !== null && left > 0 && left <= half, `${left} bytes`);
    });

    it("starts again where the server has no ranges, and gives up in the end", async () => {
      const once = server.serve("noRanges.gguf", {content: model, ranges: false, breaks: [half]});
      assert.ok((await readFile((await fetched(once)).path)).equals(model));
      const always = server.serve("noRangesEver.gguf", {content: model, ranges: false, breaksAlways: half});
      await refused(fetched(always), "connectionLost");
    });

    it("takes a server that falls silent for a lost connection", async () => {
      const uri = server.serve("silent.gguf", {content: model, stalls: half});
      const {path: file} = await fetched(uri, {}, {}, {...hasty, stallTimeout: 1000});
      assert.ok((await readFile(file)).equals(model));
      const mute = server.serve("mute.gguf", {content: model, stalls: 0});
      await refused(fetched(mute, {}, {}, {...hasty, stallTimeout: 300, delays: [5]}), "connectionLost");
    });

    it("says where nobody answers", async () => {
      const gone = await ModelServer.start();
      const uri = gone.serve("gone.gguf", model);
      await gone.stop();
      assert.match(await refused(fetched(uri), "connectionLost"), /ECONNREFUSED/);
      await refused(fetched("http://no-such-host.invalid/x.gguf"), "connectionLost");
    });

    it("starts again when the file is another one by then", async () => {
      const uri = server.serve("changing.gguf", {content: model, ...slow});
      await pauseAtHalf(uri);
      const other = Buffer.from(model);
      other.fill(7, 1 << 20);
      server.serve("changing.gguf", other);
      server.forget();
      const {path: file} = await fetched(uri);
      assert.ok((await readFile(file)).equals(other));
      assert.deepEqual(
        server.requests.map(({range}) => range),
        ["bytes=0-3", undefined]
      );
    });

    it("starts again where nothing says whether the file is the same", async () => {
      const uri = server.serve("nameless.gguf", {content: model, etag: null, ...slow});
      await pauseAtHalf(uri);
      server.serve("nameless.gguf", {content: model, etag: null});
      server.forget();
      assert.ok((await readFile((await fetched(uri)).path)).equals(model));
      assert.equal(server.requests[1]?.range, undefined);
    });

    it("leaves a file alone that a process gave its name, and died before the other name was gone", async () => {
      const uri = server.serve("named.gguf", {content: model, etag: null, ...slow});
      await pauseAtHalf(uri);
      const partial = (await readdir(folder)).find((name) => name.endsWith(".part")) ?? "";
      const named = path.join(folder, "named.gguf");
      await writeFile(named, model);
      await rm(path.join(folder, partial));
      await link(named, path.join(folder, partial));
      await pauseAtHalf(uri);
      assert.ok((await readFile(named)).equals(model));
      server.serve("named.gguf", {content: model, etag: null});
      assert.equal((await fetched(uri)).path, named);
      assert.deepEqual(await readdir(folder), ["named.gguf"]);
    });

    it("does not mix two files when one is replaced in the middle", async () => {
      const other = Buffer.from(model);
      other.fill(7, 1 << 20);
      const uri = server.serve("replaced.gguf", {content: model, ...slow});
      const {there, onProgress} = halfOf();
      const failed = refused(fetched(uri, {}, {onProgress}), "serverFailed");
      await there;
      server.serve("replaced.gguf", other);
      server.cut();
      await failed;
      assert.ok((await readFile((await fetched(uri)).path)).equals(other));
    });

    it("keeps what it has when something else answers for a while", async () => {
      const uri = server.serve("hotel.gguf", {content: model, ...slow});
      const page = Buffer.from("<!doctype html>Please agree to our terms.".repeat(10));
      const {there, onProgress} = halfOf();
      const failed = refused(fetched(uri, {}, {onProgress}), "serverFailed");
      await there;
      server.serve("hotel.gguf", {content: page, ranges: false, etag: null});
      server.cut();
      await failed;
      await refused(fetched(uri), "wrongContent");
      const kept = await partialSize();
      assert.ok(kept !== null && kept >= half);
      server.serve("hotel.gguf", model);
      server.forget();
      assert.ok((await readFile((await fetched(uri)).path)).equals(model));
      assert.equal(server.requests.at(-1)?.range, `bytes=${kept}-${model.length - 1}`);
    });

    it("keeps unfinished downloads of the same name from different places apart", async () => {
      const here = server.serve("same.gguf", {content: model, ...slow});
      const other = Buffer.from(model);
      other.fill(7, 1 << 20);
      const there = elsewhere.serve("same.gguf", {content: other, ...slow});
      await pauseAtHalf(here);
      await pauseAtHalf(there);
      assert.ok((await readFile((await fetched(here)).path)).equals(model));
      assert.ok((await readFile((await fetched(there)).path)).equals(other));
      assert.deepEqual((await readdir(folder)).toSorted(), ["same (2).gguf", "same.gguf"]);
    });
  });

  describe("that are not what they should be", () => {
    it("finds out a server that says more than it has", async () => {
      await refused(fetched(server.serve("longer.gguf", {content: model, lie: 1000})), "connectionLost");
      assert.ok(!existsSync(path.join(folder, "longer.gguf")));
    });

    it("finds out a server that says less than it has, where there is a checksum", async () => {
      server.serveHub({"less.gguf": {content: model, lie: -1000}}, {repository: "some/less"});
      await refused(fetched("hf:some/less/less.gguf"), "wrongContent");
      assert.deepEqual(await readdir(folder), []);
    });

    it("finds it out without a checksum too, by what the model's header says", async () => {
      await refused(fetched(server.serve("short.gguf", {content: model, lie: -1000})), "wrongContent");
      assert.deepEqual(await readdir(folder), []);
    });

    it("removes what has the wrong checksum", async () => {
      server.serveHub({"wrong.gguf": model}, {repository: "some/wrong", checksum: "wrong"});
      assert.match(await refused(fetched("hf:some/wrong/wrong.gguf"), "wrongContent"), /checksum/);
      assert.deepEqual(await readdir(folder), []);
    });

    it("goes by the integrity that is asked for, of both kinds", async () => {
      const uri = server.serve("runtime.tgz", Buffer.from("some package"));
      const integrity = (algorithm: string, text: string) =>
        `${algorithm}-${createHash(algorithm).update(text).digest("base64")}`;
      for (const algorithm of ["sha256", "sha512"]) {
        const right = await fetched(uri, {gguf: false, integrity: integrity(algorithm, "some package")});
        assert.equal(right.verified, "checksum");
        await rm(right.path);
        await refused(fetched(uri, {gguf: false, integrity: integrity(algorithm, "other")}), "wrongContent");
        assert.deepEqual(await readdir(folder), []);
      }
    });

    it("refuses what is no GGUF before fetching it, and one that is cut off in its header", async () => {
      const page = Buffer.from(`<!doctype html>${" ".repeat(100_000)}`);
      await refused(fetched(server.serve("page.gguf", page)), "wrongContent");
      assert.ok(server.sent < 100);
      await refused(fetched(server.serve("empty.gguf", Buffer.alloc(0))), "wrongContent");
      await refused(fetched(server.serve("cut.gguf", model.subarray(0, 20))), "wrongContent");
      assert.deepEqual(await readdir(folder), []);
    });

    const statuses: readonly [number, EngineErrorKind][] = [
      [400, "serverFailed"],
      [401, "accessDenied"],
      [403, "accessDenied"],
      [404, "notFound"],
      [410, "notFound"],
      [429, "rateLimited"],
      [500, "serverFailed"],
      [503, "serverFailed"]
    ];
    for (const [status, kind] of statuses)
      it(`says what status ${status} means`, async () => {
        const refusals = Array.from({length: 20}, () => ({status}));
        await refused(fetched(server.serve("status.gguf", {content: model, refusals})), kind);
        assert.ok(server.requests.length <= 3);
      });

    it("waits as long as it is asked to, if that is not long", async () => {
      const short = {content: model, refusals: [{status: 429, headers: {"retry-after": "1"}}]};
      const began = performance.now();
      await fetched(server.serve("wait.gguf", short));
      assert.ok(performance.now() - began >= 990);
      const long = {content: model, refusals: [{status: 429, headers: {"retry-after": "3600"}}]};
      assert.match(await refused(fetched(server.serve("long.gguf", long)), "rateLimited"), /3600 seconds/);
    });

    it("tries again after a server's passing problem, in the middle too", async () => {
      const refusals = [{status: 500}, {status: 503}];
      assert.ok(await fetched(server.serve("passing.gguf", {content: model, refusals})));
    });

    it("refuses addresses that are none", async () => {
      const addresses = [
        "",
        "no address",
        "ftp://127.0.0.1/x.gguf",
        "file:///etc/passwd",
        "hf:",
        "hf:user",
        "hf:../x/y.gguf"
      ];
      addresses.push("hf:user/model/../../x.gguf", "https://user:password@127.0.0.1/x.gguf", "hf:user/mo del/x.gguf");
      for (const uri of addresses) await refused(fetched(uri), "badAddress");
      assert.equal(server.requests.length, 0);
    });

    it("refuses a file that says it is larger than the disk, before it fetches", async () => {
      const message = await refused(fetched(server.serve("huge.gguf", {content: model, lie: 9e14})), "diskFull");
      assert.match(message, /\d GB more/);
      assert.ok(server.sent < 100);
    });

    it("says that the folder can't be made or written to", async () => {
      const uri = server.serve("folder.gguf", model);
      await writeFile(path.join(folder, "file"), "");
      await refused(fetched(uri, {folder: path.join(folder, "file", "models")}), "folderUnwritable");
      if (process.getuid?.() === 0) return;
      await mkdir(path.join(folder, "locked"));
      await chmod(path.join(folder, "locked"), 0o500);
      await refused(fetched(uri, {folder: path.join(folder, "locked")}), "folderUnwritable");
    });
  });

  describe("beside files that are there", () => {
    it("uses a file of the same content, without fetching it again where its checksum is known", async () => {
      server.serveHub({"there.gguf": model}, {repository: "some/there"});
      const first = await fetched("hf:some/there/there.gguf");
      server.forget();
      assert.deepEqual(await fetched("hf:some/there/there.gguf"), first);
      assert.ok(server.sent < 100);
      const uri = server.serve("other/there.gguf", model);
      assert.equal((await fetched(uri)).path, first.path);
      assert.deepEqual(await readdir(folder), ["there.gguf"]);
    });

    it("never replaces a file of another content", async () => {
      await writeFile(path.join(folder, "taken.gguf"), "mine");
      const uri = server.serve("taken.gguf", model);
      assert.equal(path.basename((await fetched(uri)).path), "taken (2).gguf");
      assert.equal(path.basename((await fetched(uri)).path), "taken (2).gguf");
      assert.equal(await readFile(path.join(folder, "taken.gguf"), "utf8"), "mine");
    });

    it("stays in its folder, whatever the server calls the file", async () => {
      const names = [
        "../../evil.gguf",
        "..\\..\\evil.gguf",
        "/etc/evil.gguf",
        "C:\\evil.gguf",
        "con.gguf",
        "..",
        "a\u0000b\u202Egg\n.gguf",
        `${"é".repeat(300)}.gguf`,
        ".hidden.gguf. "
      ];
      for (const [index, name] of names.entries()) {
        const disposition = `attachment; filename*=UTF-8''${encodeURIComponent(name)}`;
        const uri = server.serve(`named${index}`, {content: model, disposition});
        const into = path.join(folder, String(index));
        const {path: file} = await fetched(uri, {folder: into});
        assert.deepEqual(await readdir(into), [path.basename(file)]);
        assert.match(path.basename(file), /^[^.\p{C}\\/:][^\p{C}\\/:]*\.gguf$/u);
        assert.ok(Buffer.byteLength(path.basename(file)) <= 210);
        assert.notEqual(path.basename(file).toLowerCase(), "con.gguf");
      }
      assert.ok(!existsSync(path.join(folder, "..", "evil.gguf")));
    });

    it("takes the name it is told", async () => {
      const uri = server.serve("told.gguf", model);
      assert.equal(path.basename((await fetched(uri, {fileName: "../own name"})).path), "own name.gguf");
    });
  });

  describe("in several parts", () => {
    const names = [1, 2, 3].map((part) => `big-0000${part}-of-00003.gguf`);
    const contents = names.map((_, index) => {
      const content = Buffer.from(model);
      return content.fill(index, content.length - 1000);
    });

    it("brings all of them, as one progress, whichever was asked for", async () => {
      for (const [index, name] of names.entries()) server.serve(`split/${name}`, contents[index] as Buffer);
      const seen: TransferProgress[] = [];
      const result = await fetched(
        `${server.url}split/${names[1]}`,
        {},
        {onProgress: (progress) => void seen.push(progress as TransferProgress)}
      );
      assert.equal(path.basename(result.path), names[0]);
      assert.equal(result.bytes, 3 * model.length);
      assert.deepEqual((await readdir(folder)).toSorted(), names);
      for (const [index, name] of names.entries())
        assert.ok((await readFile(path.join(folder, name))).equals(contents[index] as Buffer));
      assert.ok(seen.every(({total}) => total === 3 * model.length));
      assert.equal((await look(`${server.url}split/${names[0]}`)).parts, 3);
    });

    it("resumes in the middle of the second, and gives no part its name before all are whole", async () => {
      server.serveHub(
        Object.fromEntries(
          names.map((name, index) => {
            const content = contents[index] as Buffer;
            // The second part: the first is complete by then.
            return [name, index === 1 ? {content, crawls: {from: Math.ceil(0.55 * content.length)}} : content];
          })
        ),
        {repository: "some/split"}
      );
      const abort = new AbortController();
      const onProgress = (progress: Progress): void => {
        if (progress.stage === "download" && progress.done > 1.5 * model.length) abort.abort(new Error("paused"));
      };
      const uri = `hf:some/split/${names[0]}`;
      await assert.rejects(fetched(uri, {}, {signal: abort.signal, onProgress}), /paused/);
      assert.ok(!(await readdir(folder)).some((name) => name.endsWith(".gguf")));
      server.forget();
      await fetched(uri);
      assert.ok(server.sent < 1.6 * model.length);
      assert.deepEqual((await readdir(folder)).toSorted(), names);
    });

    it("numbers all parts alike where a name is taken", async () => {
      for (const [index, name] of names.entries()) server.serve(`split/${name}`, contents[index] as Buffer);
      await writeFile(path.join(folder, names[2] as string), "mine");
      const {path: file} = await fetched(`${server.url}split/${names[0]}`);
      assert.equal(path.basename(file), "big (2)-00001-of-00003.gguf");
      assert.equal(await readFile(path.join(folder, names[2] as string), "utf8"), "mine");
    });

    it("says that a part is missing", async () => {
      server.serve("torn-00001-of-00002.gguf", model);
      await refused(fetched(`${server.url}torn-00001-of-00002.gguf`), "notFound");
    });
  });

  describe("of Hugging Face's", () => {
    it("understands all ways to write an address", async () => {
      server.serveHub({"q/m.gguf": model}, {repository: "user/m-GGUF", tags: {Q8_0: "q/m.gguf", latest: "q/m.gguf"}});
      const addresses = [
        "hf:user/m-GGUF/q/m.gguf",
        "hf://user/m-GGUF/q/m.gguf#main",
        "huggingface:user/m-GGUF:Q8_0",
        "hf:user/m-GGUF",
        "hf.co/user/m-GGUF/blob/main/q/m.gguf",
        "https://huggingface.co/user/m-GGUF/blob/main/q/m.gguf",
        "https://huggingface.co/user/m-GGUF/resolve/main/q/m.gguf?download=true",
        "https://huggingface.co/user/m-GGUF",
        `${server.url}user/m-GGUF/blob/main/q/m.gguf`
      ];
      for (const uri of addresses) {
        const file = await look(uri);
        assert.equal(file.url, `${server.url}user/m-GGUF/resolve/main/q/m.gguf`);
        assert.equal(file.fileName, "m.gguf");
        assert.equal(file.bytes, model.length);
        assert.equal(file.sha256, sha256Of(model));
      }
    });

    it("checks the checksum that the hub names, in its headers or its API", async () => {
      for (const checksum of ["header", "api", "none"] as const) {
        server.serveHub({[`${checksum}.gguf`]: model}, {repository: "user/sums", checksum});
        const {verified} = await fetched(`hf:user/sums/${checksum}.gguf`);
        assert.equal(verified, checksum === "none" ? "size" : "checksum");
      }
    });

    it("shows the token to the hub alone, not to the storage it sends us on to", async () => {
      const options = {repository: "user/gated", storage: elsewhere, token: secret, tags: {latest: "gated.gguf"}};
      server.serveHub({"gated.gguf": {content: model, breaks: [half]}}, options);
      const {path: file} = await fetched("hf:user/gated", {network: network({token: secret})});
      assert.ok((await readFile(file)).equals(model));
      assert.ok(server.requests.every(({authorization}) => authorization === `Bearer ${secret}`));
      assert.ok(elsewhere.requests.length >= 3);
      assert.ok(elsewhere.requests.every(({authorization}) => authorization === undefined));
    });

    it("does not show the token to other addresses", async () => {
      await fetched(elsewhere.serve("public.gguf", model), {network: network({token: secret})});
      assert.ok(elsewhere.requests.every(({authorization}) => authorization === undefined));
    });

    it("says that a model wants a token, or another one", async () => {
      server.serveHub({"gated.gguf": model}, {repository: "user/gated", token: secret});
      assert.match(await refused(fetched("hf:user/gated/gated.gguf"), "accessDenied"), /set a token/);
      const wrong = fetched("hf:user/gated/gated.gguf", {network: network({token: "hf_wrong"})});
      assert.match(await refused(wrong, "accessDenied"), /another token/);
    });

    it("says that there is no such model", async () => {
      await refused(fetched("hf:user/nothing/x.gguf"), "notFound");
      await refused(fetched("hf:user/nothing:Q4_K_M"), "notFound");
      const refusals = [{status: 401, headers: {"x-error-code": "RepoNotFound"}}];
      server.serve("user/private/resolve/main/x.gguf", {content: model, refusals});
      assert.match(await refused(fetched("hf:user/private/x.gguf"), "notFound"), /private/);
    });

    it("does not follow an answer that leads out of the repository", async () => {
      server.serveHub({}, {repository: "user/evil", tags: {latest: "../../other/x.gguf"}});
      await refused(fetched("hf:user/evil"), "badAddress");
    });
  });

  describe("that are only looked at", () => {
    it("tells what a model is, of its header alone", async () => {
      const file = await look(server.serve("look.gguf", model));
      const {facts, ...rest} = file;
      assert.deepEqual(rest, {
        url: `${server.url}look.gguf`,
        fileName: "look.gguf",
        bytes: model.length,
        parts: 1,
        sha256: null
      });
      assert.equal(facts?.architecture, "llama");
      assert.equal(facts?.capabilities.complete, true);
      assert.ok(server.sent < 1_100_000, `${server.sent} bytes`);
      assert.deepEqual(await readdir(folder), []);
    });

    it("tells at least the size where it can't read the header", async () => {
      assert.equal((await look(server.serve("page", Buffer.from("<html>")))).facts, null);
      assert.equal((await look(server.serve("damaged.gguf", model.subarray(0, 100)))).facts, null);
      const file = await look(server.serve("noRanges.gguf", {content: model, ranges: false}));
      assert.deepEqual([file.facts, file.bytes], [null, model.length]);
      await refused(look(`${server.url}nothing.gguf`), "notFound");
    });

    it("reads on when a connection breaks", async () => {
      const file = await look(server.serve("torn.gguf", {content: model, breaks: [1000]}));
      assert.equal(file.facts?.architecture, "llama");
    });
  });
});
