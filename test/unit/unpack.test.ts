import {strict as assert} from "node:assert";
import {spawnSync} from "node:child_process";
import {createHash, randomBytes} from "node:crypto";
import {existsSync, mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, statSync, writeFileSync} from "node:fs";
import {tmpdir} from "node:os";
import path from "node:path";
import {gzipSync} from "node:zlib";
import fc from "fast-check";
import {Header, Pax} from "tar";
import type {EngineErrorKind} from "../../src/contract/errors";
import type {Progress} from "../../src/contract/progress";
import type {RequestContext} from "../../src/engine/backend";
import {unpack} from "../../src/engine/transfer/unpack";

interface Entry {
  readonly path: string;
  readonly content?: string | Buffer;
  readonly type?: NonNullable<ConstructorParameters<typeof Header>[0] & {type: string}>["type"];
  readonly linkpath?: string;
  readonly mode?: number;
  /** A size in the header that differs from the real one. */
  readonly size?: number;
}

/** A tarball of any entries, also hostile ones. */
function tarball(entries: readonly Entry[]): Buffer {
  const blocks = entries.flatMap(({path, content = "", type = "File", linkpath, mode = 0o644, size}) => {
    const body = Buffer.from(content);
    const header = Buffer.alloc(512);
    const said = {path, type, mode, size: size ?? body.length, mtime: new Date(0), ...(linkpath && {linkpath})};
    // A long path has its own header.
    const extended = new Header(said as never).encode(header) ? new Pax({path}).encode() : Buffer.alloc(0);
    return [extended, header, body, Buffer.alloc((512 - (body.length % 512)) % 512)];
  });
  return gzipSync(Buffer.concat([...blocks, Buffer.alloc(1024)]));
}

function integrityOf(content: Buffer): string {
  return `sha512-${createHash("sha512").update(content).digest("base64")}`;
}

describe("unpacking packages", () => {
  const base = mkdtempSync(path.join(tmpdir(), "tokenscope-unpack-"));
  const place = path.join(base, "storage");
  const folder = path.join(place, "1.2.3");
  beforeEach(() => mkdirSync(place));
  afterEach(() => {
    rmSync(place, {recursive: true, force: true});
    // Nothing was written outside the folder.
    assert.deepEqual(
      readdirSync(base).filter((name) => !name.endsWith(".tgz")),
      []
    );
  });
  after(() => rmSync(base, {recursive: true, force: true}));

  function write(name: string, content: Buffer): string {
    const file = path.join(base, `${name}.tgz`);
    writeFileSync(file, content);
    return file;
  }

  async function unpacked(
    files: readonly string[],
    packages: Readonly<Record<string, Buffer | string>>,
    context: Partial<RequestContext> = {}
  ): Promise<number> {
    const {bytes} = await unpack(
      {
        files,
        packages: Object.entries(packages).map(([name, content]) => ({
          name,
          integrity: typeof content === "string" ? content : integrityOf(content)
        })),
        folder
      },
      {signal: new AbortController().signal, onProgress: () => undefined, ...context}
    );
    return bytes;
  }

  async function refusal(work: Promise<unknown>): Promise<EngineErrorKind | undefined> {
    const error = await work.then(
      () => undefined,
      (thrown: unknown) => thrown as {kind?: EngineErrorKind}
    );
    return error?.kind;
  }

  it("puts each package under its name, whatever its file is called and in whatever order it comes", async () => {
    const one = tarball([
      {path: "package/package.json", content: "{}"},
      {path: "package/bins/", type: "Directory", mode: 0o755},
      {path: "package/bins/library.so", content: "native"}
    ]);
    const two = tarball([{path: "package/dist/index.js", content: "export {}"}]);
    const files = [write("second", two), write("first (1)", one)];
    assert.equal(await unpacked(files, {"@scope/one": one, "@scope/two": two}), "{}nativeexport {}".length);
    assert.equal(readFileSync(path.join(folder, "@scope/one/bins/library.so"), "utf8"), "native");
    assert.equal(readFileSync(path.join(folder, "@scope/two/dist/index.js"), "utf8"), "export {}");
    assert.deepEqual(readdirSync(place), ["1.2.3"]);
  });

  it("keeps what is in files, byte by byte", async () => {
    await fc.assert(
      fc.asyncProperty(fc.array(fc.uint8Array({maxLength: 2000}), {minLength: 1, maxLength: 8}), async (contents) => {
        const archive = tarball(contents.map((content, i) => ({path: `package/${i}`, content: Buffer.from(content)})));
        await unpacked([write("any", archive)], {any: archive});
        for (const [i, content] of contents.entries())
          assert.deepEqual(readFileSync(path.join(folder, "any", String(i))), Buffer.from(content));
      }),
      {seed: 20261122, numRuns: 20}
    );
  });

  it("reports how much is checked, then how much is unpacked, up to all of it", async () => {
    const archive = tarball([{path: "package/a", content: randomBytes(300_000)}]);
    const seen: Progress[] = [];
    await unpacked([write("big", archive)], {a: archive}, {onProgress: (progress) => seen.push(progress)});
    for (const stage of ["verify", "unpack"]) {
      const own = seen.filter((progress) => progress.stage === stage);
      assert.ok(own.length > 1);
      assert.deepEqual(own.at(-1), {stage, done: archive.length, total: archive.length});
    }
  });

  it("replaces what stood under the name, whole", async () => {
    mkdirSync(folder);
    writeFileSync(path.join(folder, "old"), "");
    const archive = tarball([{path: "package/new", content: "new"}]);
    await unpacked([write("new", archive)], {a: archive});
    assert.deepEqual(readdirSync(folder), ["a"]);
  });

  it("does not look into a file with another checksum, and keeps what is there", async () => {
    mkdirSync(folder);
    writeFileSync(path.join(folder, "old"), "");
    const asked = tarball([{path: "package/a", content: "a"}]);
    const given = tarball([{path: "package/a", content: "b"}]);
    assert.equal(await refusal(unpacked([write("other", given)], {a: asked})), "wrongContent");
    assert.deepEqual(readdirSync(place), ["1.2.3"]);
    assert.deepEqual(readdirSync(folder), ["old"]);
  });

  it("wants all of the packages, and files that are there", async () => {
    const one = tarball([{path: "package/a", content: "a"}]);
    const two = tarball([{path: "package/b", content: "b"}]);
    assert.equal(await refusal(unpacked([write("one", one)], {one, two})), "wrongContent");
    assert.equal(await refusal(unpacked([], {one})), "wrongContent");
    assert.equal(await refusal(unpacked([path.join(base, "none.tgz")], {one})), "notFound");
    assert.deepEqual(readdirSync(place), []);
  });

  const hostile: Readonly<Record<string, Entry>> = {
    "a path that climbs": {path: "package/../../evil", content: "x"},
    "a path that climbs further than what is stripped": {path: "package/../../../evil", content: "x"},
    "a path that climbs within": {path: "package/a/../b", content: "x"},
    "an absolute path": {path: path.join(base, "evil"), content: "x"},
    "an absolute path behind its first part": {path: `package/${path.join(base, "evil")}`, content: "x"},
    "a path of Windows' that climbs": {path: "package\\..\\..\\evil", content: "x"},
    "a drive of Windows'": {path: "package/C:evil", content: "x"},
    "a control character": {path: "package/a\u0007b", content: "x"},
    "a symbolic link": {path: "package/link", type: "SymbolicLink", linkpath: base},
    "a link": {path: "package/link", type: "Link", linkpath: "package/good"},
    "a device": {path: "package/device", type: "CharacterDevice"},
    "a pipe": {path: "package/pipe", type: "FIFO"},
    "a path without end": {path: `package/${"a/".repeat(600)}b`, content: "x"},
    "more than any package has": {path: "package/huge", size: 5e9}
  };
  for (const [what, entry] of Object.entries(hostile))
    it(`refuses ${what}, with all that is around it`, async () => {
      const archive = tarball([
        {path: "package/good", content: "good"},
        entry,
        {path: "package/better", content: "better"}
      ]);
      assert.equal(await refusal(unpacked([write("hostile", archive)], {a: archive})), "wrongContent");
      assert.deepEqual(readdirSync(place), []);
    });

  it("refuses more files than any package has", async () => {
    const archive = tarball(Array.from({length: 1001}, (_, i) => ({path: `package/${i}`})));
    assert.equal(await refusal(unpacked([write("many", archive)], {a: archive})), "wrongContent");
    assert.deepEqual(readdirSync(place), []);
  });

  it("refuses what is no package, or breaks off, also with the right checksum", async () => {
    const whole = tarball([{path: "package/a", content: randomBytes(10_000)}]);
    for (const archive of [
      Buffer.from("no tarball"),
      Buffer.alloc(0),
      gzipSync("no tarball"),
      whole.subarray(0, 5000)
    ]) {
      assert.equal(await refusal(unpacked([write("broken", archive)], {a: archive})), "wrongContent");
      assert.deepEqual(readdirSync(place), []);
    }
  });

  it("gives nobody's rights to what it unpacks", async function () {
    if (process.platform === "win32") this.skip();
    const archive = tarball([{path: "package/a", content: "a", mode: 0o6777}]);
    await unpacked([write("rights", archive)], {a: archive});
    assert.equal(statSync(path.join(folder, "a/a")).mode & 0o7022, 0);
  });

  it("takes away what a process left that died while it unpacked, and no other's", async () => {
    const {pid: dead} = spawnSync(process.execPath, ["--version"]);
    const [abandoned, taken, others] = [
      `1.2.3.x.${dead}.partial`,
      `1.2.3.x.${process.pid}.partial`,
      `1.2.4.x.${dead}.partial`
    ];
    for (const name of [abandoned, taken, others]) mkdirSync(path.join(place, name, "package"), {recursive: true});
    const archive = tarball([{path: "package/a", content: "a"}]);
    await unpacked([write("next", archive)], {a: archive});
    assert.deepEqual(readdirSync(place).sort(), ["1.2.3", others, taken].sort());
  });

  it("takes the place of what is there, whole", async () => {
    for (const content of ["former", "later"]) {
      const archive = tarball([{path: `package/${content}`, content}]);
      await unpacked([write(content, archive)], {a: archive});
      assert.deepEqual(readdirSync(path.join(folder, "a")), [content]);
      assert.deepEqual(readdirSync(place), ["1.2.3"]);
    }
  });

  it("leaves nothing under the name when it is cancelled, wherever it is", async () => {
    const archive = tarball([{path: "package/a", content: randomBytes(3_000_000)}]);
    const file = write("big", archive);
    for (const stage of ["verify", "unpack"]) {
      const abort = new AbortController();
      await assert.rejects(
        unpacked(
          [file],
          {a: archive},
          {signal: abort.signal, onProgress: (progress) => progress.stage === stage && abort.abort()}
        ),
        {name: "AbortError"}
      );
      assert.equal(existsSync(folder), false);
      assert.deepEqual(readdirSync(place), []);
    }
  });
});
