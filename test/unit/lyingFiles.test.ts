import {strict as assert} from "node:assert";
import {mkdtemp, rm, truncate, writeFile} from "node:fs/promises";
import {tmpdir} from "node:os";
import path from "node:path";
import {modelPage, specialTokens} from "../../src/features/modelInfo/modelPage";
import type {ByteSource} from "../../src/gguf/byteSource";
import {modelFacts} from "../../src/gguf/facts";
import {GgufError} from "../../src/gguf/ggufError";
import {missingBytes, readHeader, readPossible} from "../../src/gguf/header";
import {estimateMemory} from "../../src/gguf/memory";
import {isList} from "../../src/gguf/metadata";
import {stringsAt} from "../../src/gguf/stringLists";
import {HeaderCache} from "../../src/host/models/local/headerCache";
import type {LocalModel} from "../../src/host/models/local/localModel";
import {fileSource} from "../../src/platform/fileSource";
import {type LyingFile, mutations, tinyBases} from "../faults/mutations";
import {Random} from "../faults/random";
import {tinyModels} from "../faults/tinyModels";
import {ggufFile, texts} from "../harness/ggufFile";
import {cases} from "../harness/thorough";

/** A file in memory whose end may be a hole. Fails on a read that is noticeably large. */
function sourceOf({bytes, size = bytes.length}: LyingFile): ByteSource {
  return {
    size,
    async read(offset, length) {
      assert.ok(length <= 1 << 20 && offset >= 0 && offset + length <= size, `${length} bytes at ${offset} of ${size}`);
      const read = Buffer.alloc(length);
      bytes.copy(read, 0, Math.min(offset, bytes.length));
      return read;
    }
  };
}

/** Everything that the extension host reads from a model's file. */
async function readByAll(file: LyingFile): Promise<void> {
  const source = sourceOf(file);
  const {header, problem} = await readPossible(source);
  const facts = modelFacts(header, source.size, [header]);
  for (const figure of Object.values(facts)) assert.ok(typeof figure !== "number" || Number.isSafeInteger(figure));
  for (const bytes of Object.values(estimateMemory(facts, 4096, "q8_0") ?? {}))
    assert.ok(bytes >= 0 && Number.isFinite(bytes));
  assert.ok(missingBytes(header, source.size) >= 0);
  const tokens = header.metadata.get("tokenizer.ggml.tokens");
  const ids = specialTokens(header).map(({id}) => id);
  const tokenTexts = isList(tokens) ? await stringsAt(source, tokens, ids) : new Map<number, string>();
  const page = modelPage(
    {
      file: {name: file.name, location: "/", bytes: source.size, parts: 1, local: true, download: false, reveal: null},
      problem: problem?.sentence(file.name) ?? null,
      facts,
      header,
      tensors: header.tensors ?? [],
      tokenTexts
    },
    "f16"
  );
  const sent = JSON.stringify(page);
  assert.ok(sent.length < 2_000_000, `${sent.length} characters for the view`);
  if (problem !== null) throw problem;
}

describe("A lying model file", () => {
  const bases = tinyBases(new Random(20261122));

  it("is read as far as it goes, or refused with a reason", async () => {
    const random = new Random(20261122);
    const endings = {read: 0, refused: 0};
    const count = cases(150, 3000);
    for (const {kind, what, files} of mutations(random, bases, count))
      for (const file of files)
        try {
          await readByAll(file);
          endings.read++;
        } catch (error) {
          assert.ok(error instanceof GgufError, `${kind}, ${what}: ${error instanceof Error ? error.stack : error}`);
          assert.match(error.sentence("a.gguf"), /^[^\n]{20,200}\.$/);
          endings.refused++;
        }
    assert.ok(endings.read > count / 4 && endings.refused > count / 4, JSON.stringify(endings));
  });

  it("in a list of models is one more without facts, whatever it is", async () => {
    const folder = await mkdtemp(path.join(tmpdir(), "tokenscope-lying-"));
    try {
      const cache = new HeaderCache(path.join(folder, "headers.json"));
      const random = new Random(20261123);
      let number = 0;
      for (const {files} of mutations(random, bases, cases(25, 300))) {
        const [first] = files;
        if (first === undefined) continue;
        const file = path.join(folder, `${number++}.gguf`);
        await writeFile(file, first.bytes);
        if (first.size !== undefined) await truncate(file, first.size);
        const bytes = first.size ?? first.bytes.length;
        const model: LocalModel = {path: file, name: "lying", store: "folder", bytes, parts: 1, modified: number};
        const facts = await cache.facts(model);
        assert.ok(facts === null || facts.architecture.length > 0);
      }
      await cache.save();
    } finally {
      await rm(folder, {recursive: true, force: true});
    }
  });
});

describe("A model file that changes while its header is read", () => {
  const bytes = tinyModels["llama"]?.(new Random(1)) ?? Buffer.alloc(0);

  /** From the read after `after` on, the file has changed. */
  function changing(after: number, now: (offset: number, length: number) => Uint8Array): ByteSource {
    let reads = 0;
    return {
      size: bytes.length,
      read: async (offset, length) => (++reads > after ? now(offset, length) : bytes.subarray(offset, offset + length))
    };
  }

  it("is refused where it ends earlier now", async () => {
    for (const left of [0, 1, 100, 5000])
      await assert.rejects(
        readHeader(changing(0, (offset) => bytes.subarray(offset, left))),
        (error) => error instanceof GgufError
      );
  });

  it("is read or refused where something else stands there now", async () => {
    const random = new Random(7);
    for (let i = 0; i < 50; i++)
      await readHeader(changing(random.below(2), (_, length) => random.bytes(length))).catch((error: unknown) =>
        assert.ok(error instanceof GgufError, String(error))
      );
  });

  it("on a disk is refused where it becomes shorter, and read to its end where it loses its name", async () => {
    const folder = await mkdtemp(path.join(tmpdir(), "tokenscope-lying-"));
    try {
      const tokens = texts(Array.from({length: 50_000}, (_, i) => `token ${i}`));
      const good = ggufFile({entries: [["tokenizer.ggml.tokens", tokens]]});
      for (const [happens, ending] of [
        [(file: string) => truncate(file, 70_000), "damaged"],
        [(file: string) => rm(file), "read"]
      ] as const) {
        const file = path.join(folder, "model.gguf");
        await writeFile(file, good);
        const source = await fileSource(file);
        let reads = 0;
        const read = async (offset: number, length: number): Promise<Uint8Array> => {
          if (++reads === 2) await happens(file);
          return await source.read(offset, length);
        };
        const reading = readHeader({size: source.size, read}).then(
          () => "read",
          (error: GgufError) => error.problem
        );
        assert.equal(await reading, ending);
        assert.ok(reads >= 2);
        await source.close();
      }
    } finally {
      await rm(folder, {recursive: true, force: true});
    }
  });

  it("fails as the file system does where it is gone", async () => {
    const gone = Object.assign(new Error("EIO: i/o error, read"), {code: "EIO"});
    const source = changing(0, () => {
      throw gone;
    });
    await assert.rejects(readHeader(source), gone);
  });
});
