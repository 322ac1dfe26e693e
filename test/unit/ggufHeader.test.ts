import {strict as assert} from "node:assert";
import {readFileSync} from "node:fs";
import path from "node:path";
import {mock} from "node:test";
import fc from "fast-check";
import type {ByteSource} from "../../src/gguf/byteSource";
import {GgufError, type GgufProblem} from "../../src/gguf/ggufError";
import {type GgufHeader, missingBytes, readHeader, readPossible} from "../../src/gguf/header";
import {HeaderBudget, maxHeaderLength} from "../../src/gguf/headerBudget";
import type {MetadataArray, MetadataValue} from "../../src/gguf/metadata";
import {stringsAt} from "../../src/gguf/stringLists";
import {type GgufValue, ggufFile, type MadeUpTensor, text, texts, uint, uints} from "../harness/ggufFile";
import {root} from "../harness/paths";
import {cases} from "../harness/thorough";

/** A byte source in memory that counts the bytes read. */
class CountedBytes implements ByteSource {
  reads = 0;
  bytesRead = 0;
  maxRead = 0;
  furthest = 0;

  constructor(
    private readonly bytes: Uint8Array,
    readonly size = bytes.length
  ) {}

  async read(offset: number, length: number): Promise<Uint8Array> {
    assert.ok(length > 0 && offset + length <= this.size);
    this.reads++;
    this.bytesRead += length;
    this.maxRead = Math.max(this.maxRead, length);
    this.furthest = Math.max(this.furthest, offset + length);
    return this.bytes.subarray(offset, offset + length);
  }
}

const read = (bytes: Uint8Array) => readHeader(new CountedBytes(bytes));

function list(header: GgufHeader, key: string): MetadataArray {
  const value = header.metadata.get(key);
  assert.ok(typeof value === "object" && value.kind === "array", key);
  return value;
}

async function assertRefused(bytes: Uint8Array | ByteSource, problem: GgufProblem): Promise<void> {
  const source = bytes instanceof Uint8Array ? new CountedBytes(bytes) : bytes;
  await assert.rejects(readHeader(source), (error) => error instanceof GgufError && error.problem === problem);
}

/** The value that the reader should return. */
function expected(entry: GgufValue): unknown {
  if (entry.type === "array") return entry.values.slice(0, 1024).map(expected);
  if (entry.type === "string") return entry.value;
  if (entry.type === "float32") return Math.fround(Number(entry.value));
  if (typeof entry.value !== "bigint") return entry.value;
  return Number.isSafeInteger(Number(entry.value)) ? Number(entry.value) : entry.value;
}

const shown = (value: MetadataValue | undefined): unknown =>
  typeof value === "object" && value.kind === "array" ? value.items : value;

const scalars: readonly fc.Arbitrary<GgufValue>[] = [
  fc.nat(255).map((value) => ({type: "uint8", value})),
  fc.integer({min: -128, max: 127}).map((value) => ({type: "int8", value})),
  fc.nat(65535).map((value) => ({type: "uint16", value})),
  fc.integer({min: -32768, max: 32767}).map((value) => ({type: "int16", value})),
  fc.nat(2 ** 32 - 1).map((value) => ({type: "uint32", value})),
  fc.integer().map((value) => ({type: "int32", value})),
  fc.float().map((value) => ({type: "float32", value})),
  fc.boolean().map((value) => ({type: "bool", value})),
  fc.string({unit: "binary"}).map((value) => text(value.toWellFormed())),
  fc.bigInt({min: 0n, max: 2n ** 64n - 1n}).map((value) => ({type: "uint64", value})),
  fc.bigInt({min: -(2n ** 63n), max: 2n ** 63n - 1n}).map((value) => ({type: "int64", value})),
  fc.double().map((value) => ({type: "float64", value}))
];
const value = fc.oneof(
  ...scalars,
  fc
    .constantFrom(...scalars)
    .chain((item) => fc.array(item, {minLength: 1, maxLength: 40}))
    .map((values): GgufValue => ({type: "array", of: (values[0] as GgufValue).type, values}))
);
const name = fc.string({unit: "grapheme", minLength: 1, maxLength: 20}).map((one) => one.toWellFormed());
const entries = fc.uniqueArray(fc.tuple(name, value), {selector: ([key]) => key, maxLength: 20});
const tensors = fc.uniqueArray(
  fc.record({
    name,
    dimensions: fc.array(fc.nat(100_000), {maxLength: 4}),
    type: fc.nat(60),
    offset: fc.nat()
  }),
  {selector: (tensor) => tensor.name, maxLength: 10}
);
const madeUp = fc.record({version: fc.constantFrom(2, 3), entries, tensors});

describe("A GGUF header", () => {
  it("is read back as it was written, whatever stands in it", async () => {
    await fc.assert(
      fc.asyncProperty(madeUp, async (file) => {
        const header = await read(ggufFile(file));
        assert.equal(header.version, file.version);
        assert.deepEqual(
          [...header.metadata].map(([key, value]) => [key, shown(value)]),
          file.entries.map(([key, value]) => [key, expected(value)])
        );
        assert.deepEqual(
          header.tensors?.map(({bytes, ...tensor}) => tensor),
          file.tensors.map((tensor) => ({...tensor}))
        );
        assert.equal(header.dataOffset, ggufFile(file).length);
      }),
      {seed: 20261122}
    );
  });

  it("that was changed anywhere is read or refused, and nothing else", async () => {
    const changes = fc.array(
      fc.tuple(fc.double({min: 0, max: 1, noNaN: true}), fc.constantFrom(0, 1, 7, 0x40, 0x7f, 0x80, 0xff)),
      {minLength: 1, maxLength: 6}
    );
    await fc.assert(
      fc.asyncProperty(madeUp, changes, fc.double({min: 0, max: 1, noNaN: true}), async (file, changed, end) => {
        const bytes = ggufFile(file);
        for (const [at, byte] of changed) bytes[Math.floor(at * (bytes.length - 1))] = byte;
        const source = new CountedBytes(bytes.subarray(0, end > 0.5 ? bytes.length : Math.floor(end * bytes.length)));
        await readHeader(source).catch((error) => assert.ok(error instanceof GgufError, String(error)));
        assert.ok(source.furthest <= source.size);
        assert.ok(source.maxRead <= 1 << 20);
      }),
      {seed: 20261122, numRuns: cases(150, 3000)}
    );
  });

  it("that is cut off anywhere is refused", async () => {
    const bytes = ggufFile({
      entries: [
        ["general.architecture", text("llama")],
        ["tokenizer.ggml.tokens", texts(Array.from({length: 1100}, (_, i) => `token ${i}`))],
        ["llama.block_count", uint(3)]
      ],
      tensors: [{name: "token_embd.weight", dimensions: [4, 5]}]
    });
    const header = bytes.length - 31;
    for (let length = 4; length < header; length += 31) await assertRefused(bytes.subarray(0, length), "damaged");
  });

  it("is told from another file", async () => {
    await assertRefused(new Uint8Array(), "notGguf");
    await assertRefused(Buffer.from("GGU"), "notGguf");
    await assertRefused(Buffer.from("version https://git-lfs.github.com/spec/v1\n"), "notGguf");
    await assertRefused(Buffer.alloc(1000), "notGguf");
    const says = (beginning: string, pattern: RegExp) =>
      assert.rejects(read(Buffer.from(beginning)), (error: GgufError) => pattern.test(error.sentence("a.gguf")));
    await says("version https://git-lfs.github.com/spec/v1\n", /only says where the model is \(Git LFS\)/);
    for (const magic of ["lmgg", "fmgg", "tjgg", "algg"]) await says(`${magic} and so on`, /in the older GGML format/);
    await says("GGML", /is not a GGUF file/);
  });

  it("of another version, or of the other byte order, is refused by name", async () => {
    for (const version of [1, 4, 9, 0x0300_0000, 0x0200_0000]) await assertRefused(ggufFile({version}), "otherVersion");
    for (const version of [0, 256, 0x7f7f_7f7f, 0xffff_ffff]) await assertRefused(ggufFile({version}), "damaged");
    const says = (version: number, pattern: RegExp) =>
      assert.rejects(read(ggufFile({version})), (error: GgufError) => pattern.test(error.sentence("a.gguf")));
    await says(0x0300_0000, /^"a\.gguf" was made for .* \(big endian\): /);
    await says(1, /^"a\.gguf" is a GGUF file of version 1, which llama\.cpp no longer reads: /);
    await says(4, /^"a\.gguf" is a GGUF file of version 4, newer than /);
  });

  /** A file that ends after an impossible count. */
  const counted = (offset: number, number: bigint, bytes: Buffer = ggufFile({entries: [["a", uints([1])]]})) => {
    bytes.writeBigUInt64LE(number, offset);
    return bytes;
  };

  for (const number of [2n ** 63n, 2n ** 64n - 1n, 2n ** 53n, 2n ** 40n])
    it(`that claims ${number} of anything is refused before anything is taken for it`, async () => {
      // Counts of tensors and of entries, the length of a key, of a list.
      for (const offset of [8, 16, 24, 24 + 8 + 1 + 4 + 4]) await assertRefused(counted(offset, number), "damaged");
      const strings = ggufFile({entries: [["a", texts(["b"])]]});
      for (const offset of [41, 49]) await assertRefused(counted(offset, number, Buffer.from(strings)), "damaged");
      await assertRefused(counted(37, number, ggufFile({entries: [["a", text("b")]]})), "damaged");
    });

  it("is refused where it can't be meant", async () => {
    const twice = ["same", uint(1)] as const;
    await assertRefused(ggufFile({entries: [twice, twice]}), "damaged");
    await assertRefused(ggufFile({entries: [["", uint(1)]]}), "damaged");
    const nested: GgufValue = {type: "array", of: "array", values: [uints([1])]};
    await assertRefused(ggufFile({entries: [["lists", nested]]}), "damaged");
    const tensor: MadeUpTensor = {name: "same", dimensions: [1]};
    await assertRefused(ggufFile({tensors: [tensor, tensor]}), "damaged");
    const huge = ggufFile({tensors: [tensor]});
    for (const offset of [24 + 8 + 4 + 4, 24 + 8 + 4 + 4 + 8 + 4]) {
      const bytes = Buffer.from(huge);
      bytes.writeBigUInt64LE(2n ** 60n, offset);
      await assertRefused(bytes, "damaged");
    }
    await assertRefused(ggufFile({tensors: [{name: "deep", dimensions: [1, 1, 1, 1, 1]}]}), "damaged");
    for (const alignment of [0, 3, 48])
      await assertRefused(ggufFile({entries: [["general.alignment", uint(alignment)]]}), "damaged");
    await assertRefused(ggufFile({entries: [["general.alignment", text("32")]]}), "damaged");
    const type = ggufFile({entries: [["a", uint(1)]]});
    type.writeUInt32LE(13, 24 + 8 + 1);
    await assertRefused(type, "damaged");
  });

  it("has names in UTF-8, and values in what comes near it", async () => {
    const bytes = ggufFile({entries: [["key", text(Uint8Array.of(0x61, 0xff, 0x62))]]});
    assert.equal((await read(bytes)).metadata.get("key"), "a\ufffdb");
    bytes[24 + 8] = 0xff;
    await assertRefused(bytes, "damaged");
  });

  it("keeps the beginning of what is long, at a character's end", async () => {
    const header = await read(
      ggufFile({
        entries: [
          ["whole", text("x".repeat(65_536))],
          ["cut", text(`${"ü".repeat(32_767)}xü${"y".repeat(300_000)}`)],
          ["texts", texts(["short", "z".repeat(2000)])],
          ["numbers", uints(Array.from({length: 500_000}, (_, i) => i))],
          ["last", uint(7)]
        ]
      })
    );
    assert.equal(header.metadata.get("whole"), "x".repeat(65_536));
    const cut = {kind: "cut", text: `${"ü".repeat(32_767)}x`, bytes: 365_537};
    assert.deepEqual(header.metadata.get("cut"), cut);
    assert.deepEqual(list(header, "texts").items, ["short", {kind: "cut", text: "z".repeat(1024), bytes: 2000}]);
    const numbers = list(header, "numbers");
    assert.deepEqual([numbers.length, numbers.items.length, numbers.items.at(-1)], [500_000, 1024, 1023]);
    assert.equal(header.metadata.get("last"), 7);
  });

  it("is refused where all of it together is too much to keep", async () => {
    const many = Array.from({length: 600}, (_, i) => [`key ${i}`, text("x".repeat(60_000))] as const);
    await assertRefused(ggufFile({entries: many}), "tooLarge");
  });

  it("is refused where it has more entries or tensors than any model", async () => {
    const entries = Array.from({length: 8193}, (_, i) => [`${i}`, uint(i)] as const);
    assert.equal((await read(ggufFile({entries: entries.slice(1)}))).metadata.size, 8192);
    await assertRefused(ggufFile({entries}), "tooLarge");
    const tensors = Array.from({length: 8193}, (_, i) => ({name: `${i}`, dimensions: [1]}));
    assert.equal((await read(ggufFile({tensors: tensors.slice(1)}))).tensors?.length, 8192);
    await assertRefused(ggufFile({tensors}), "tooLarge");
  });

  describe("of a model in several files", () => {
    const part = (number: number, tensors: readonly MadeUpTensor[]) =>
      ggufFile({
        entries: [
          [`key ${number}`, uints([1, 2, 3])],
          ["general.alignment", uint(64)]
        ],
        tensors
      });

    it("is kept of the first, and of the others their tensors", async () => {
      const budget = new HeaderBudget();
      for (const number of [1, 2, 3]) {
        const bytes = part(number, [{name: `t${number}`, dimensions: [number]}]);
        const header = await readHeader(new CountedBytes(bytes), {budget});
        const keys = number === 1 ? ["key 1", "general.alignment"] : [];
        assert.deepEqual([...header.metadata.keys()], keys);
        assert.deepEqual([header.listItems, header.tensors?.[0]?.name], [3, `t${number}`]);
        assert.equal(header.dataOffset, Math.ceil(bytes.length / 64) * 64, "by an alignment that is not kept");
      }
    });

    it("has of all together no more tensors and entries than one may have", async () => {
      const budget = new HeaderBudget();
      const many = (number: number) =>
        Array.from({length: 3000}, (_, i) => ({name: `${number}.${i}`, dimensions: [1]}));
      for (const number of [1, 2]) await readHeader(new CountedBytes(part(number, many(number))), {budget});
      const {header, problem} = await readPossible(new CountedBytes(part(3, many(3))), {budget});
      assert.deepEqual([problem?.problem, header.tensors?.length], ["tooLarge", 8192 - 6000]);
      const entries = Array.from({length: 5000}, (_, i) => [`${i}`, uint(i)] as const);
      const other = new HeaderBudget();
      await readHeader(new CountedBytes(ggufFile({entries})), {budget: other});
      await assert.rejects(readHeader(new CountedBytes(ggufFile({entries})), {budget: other}), {problem: "tooLarge"});
    });

    it("is of all together no longer than one may be", async () => {
      const passed = ggufFile({entries: [["list", {type: "array", of: "uint8", values: []}]]});
      // A skipped list that ends a little before the header.
      passed.writeBigUInt64LE(BigInt(maxHeaderLength - 1000), 24 + 8 + 4 + 4 + 4);
      const budget = new HeaderBudget();
      await readHeader(new CountedBytes(Buffer.concat([passed, Buffer.alloc(8192)]), 2 ** 30), {budget});
      const next = ggufFile({tensors: Array.from({length: 40}, (_, i) => ({name: `${i}`, dimensions: [1]}))});
      assert.equal((await read(next)).tensors?.length, 40);
      const {header, problem} = await readPossible(new CountedBytes(next), {budget});
      assert.equal(problem?.problem, "tooLarge");
      assert.ok((header.tensors?.length ?? 0) < 40);
      await assert.rejects(readHeader(new CountedBytes(next), {budget}), {problem: "tooLarge"});
    });
  });

  it("that goes on for longer than any known model's is refused", async () => {
    const bytes = ggufFile({entries: [["list", uints([1, 2, 3])]]});
    bytes.writeBigUInt64LE(2n ** 30n, 24 + 8 + 4 + 4 + 4);
    // The rest would be a hole in a file.
    const source = new CountedBytes(Buffer.concat([bytes, Buffer.alloc(8192)]), 2 ** 40);
    await assertRefused(source, "tooLarge");
    assert.ok(source.bytesRead < 100_000);
    // The same if the list ends just before that, where a name would start.
    const almost = ggufFile({
      entries: [
        ["list", {type: "array", of: "uint8", values: []}],
        ["next", uint(1)]
      ]
    });
    const behind = 24 + 8 + 4 + 4 + 4 + 8;
    almost.writeBigUInt64LE(BigInt(maxHeaderLength - behind - 4), behind - 8);
    await assertRefused(new CountedBytes(Buffer.concat([almost, Buffer.alloc(8192)]), 2 ** 40), "tooLarge");
  });

  it("with a list that is passed over is not read there", async () => {
    const bytes = ggufFile({
      entries: [
        ["a", uints(Array.from({length: 400_000}, (_, i) => i))],
        ["b", text("behind")]
      ]
    });
    const source = new CountedBytes(bytes);
    const header = await readHeader(source);
    assert.equal(header.metadata.get("b"), "behind");
    assert.ok(bytes.length > 1_600_000);
    assert.ok(source.bytesRead < 300_000, `${source.bytesRead} bytes`);
  });

  it("is read up to the vocabulary where no more is asked for", async () => {
    const bytes = ggufFile({
      entries: [
        ["general.architecture", text("llama")],
        ["tokenizer.ggml.tokens", texts(Array.from({length: 50_000}, (_, i) => `token ${i}`))],
        ["general.file_type", uint(7)]
      ],
      tensors: [{name: "t", dimensions: [1]}]
    });
    const source = new CountedBytes(bytes);
    const header = await readHeader(source, {depth: "brief"});
    assert.deepEqual([...header.metadata], [["general.architecture", "llama"]]);
    assert.deepEqual([header.tensors, header.dataOffset, header.tensorCount], [null, null, 1]);
    assert.equal(source.reads, 1);
    assert.ok(source.bytesRead <= 1 << 16);
  });

  it("gives any of a long list's texts afterwards", async () => {
    const tokens = Array.from({length: 120_000}, (_, i) => `${"ü".repeat(i % 13)}${i}`);
    tokens[40_000] = "x".repeat(200_000);
    const source = new CountedBytes(ggufFile({entries: [["tokenizer.ggml.tokens", texts(tokens)]]}));
    const array = list(await readHeader(source), "tokenizer.ggml.tokens");
    assert.equal(array.length, 120_000);
    const found = await stringsAt(source, array, [0, 1, 1023, 1024, 39_999, 40_000, 40_001, 119_999, 120_000, -1]);
    assert.deepEqual(
      [...found].sort(([a], [b]) => a - b),
      [
        ...[0, 1, 1023, 1024, 39_999].map((i) => [i, tokens[i]]),
        [40_000, "x".repeat(1024)],
        ...[40_001, 119_999].map((i) => [i, tokens[i]])
      ]
    );
    assert.deepEqual(await stringsAt(source, array, []), new Map());
  });

  it("finds tokens that mark a place to fill in, wherever they stand", async () => {
    const tokens = Array.from({length: 150_000}, (_, i) => `<${i}`);
    tokens[5] = "<PRE>";
    tokens[77_777] = "<｜fim▁hole｜>";
    tokens[149_999] = "<|fim_middle|>";
    const header = await read(ggufFile({entries: [["tokenizer.ggml.tokens", texts(tokens)]]}));
    assert.deepEqual(
      list(header, "tokenizer.ggml.tokens").infillTexts,
      new Set(["<PRE>", "<｜fim▁hole｜>", "<|fim_middle|>"])
    );
  });

  it("leaves others their turn while it is read, whenever it has worked for 5 ms", async () => {
    const bytes = ggufFile({
      entries: [
        ["tokenizer.ggml.tokens", texts(Array.from({length: 20_000}, (_, i) => `token ${i}`))],
        ...Array.from({length: 400}, (_, i) => [`key ${i}`, uint(i)] as const)
      ],
      tensors: Array.from({length: 300}, (_, i) => ({name: `blk.${i}.weight`, dimensions: [1, 2]}))
    });
    // A mocked clock, which advances a millisecond at each read.
    let looks = 0;
    const clock = mock.method(performance, "now", () => ++looks);
    let turns = 0;
    let reading = true;
    const take = () => {
      turns++;
      if (reading) setImmediate(take);
    };
    setImmediate(take);
    try {
      await read(bytes);
    } finally {
      reading = false;
      clock.mock.restore();
    }
    // The reader yields at least at each entry and tensor.
    assert.ok(looks >= 700, `${looks} looks at the clock`);
    // The source answers at once, so that only the reader yields.
    assert.ok(turns >= looks / 7, `${turns} turns in ${looks} ms`);
  });

  it("ends when it is no longer wanted", async () => {
    const bytes = ggufFile({entries: [["tokenizer.ggml.tokens", texts(Array.from({length: 200_000}, () => "token"))]]});
    const stop = new AbortController();
    const source = new CountedBytes(bytes);
    const reading = readHeader(source, {signal: stop.signal});
    stop.abort();
    await assert.rejects(reading, {name: "AbortError"});
    assert.ok(source.bytesRead < bytes.length);
  });

  it("of a file that shrinks meanwhile is refused", async () => {
    const bytes = ggufFile({entries: [["tokenizer.ggml.tokens", texts(Array.from({length: 50_000}, () => "token"))]]});
    await assertRefused(new CountedBytes(bytes.subarray(0, 100_000), bytes.length), "damaged");
  });

  it("tells how much of the tensors is missing", async () => {
    const bytes = readFileSync(path.join(root, "media/models/tokenscope-tiny-q8_0.gguf"));
    const header = await read(bytes);
    assert.equal(missingBytes(header, bytes.length), 0);
    assert.ok(missingBytes(header, bytes.length - 64) > 0);
    assert.equal(missingBytes(await readHeader(new CountedBytes(bytes), {depth: "brief"}), 100), 0);
  });
});
