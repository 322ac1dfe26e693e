import {strict as assert} from "node:assert";
import {execFile, execFileSync} from "node:child_process";
import {linkSync, mkdtempSync, rmSync, writeFileSync} from "node:fs";
import {tmpdir} from "node:os";
import path from "node:path";
import {promisify} from "node:util";
import {maxParts, splitName} from "../../src/gguf/splits";
import {findLocalModels} from "../../src/host/models/local/findLocalModels";
import {ggufFile, type MadeUpTensor, text, texts} from "../harness/ggufFile";
import {root} from "../harness/paths";

/** V8's heap limit for a process that reads headers, in MB. */
const heap = 64;

const architecture = ["general.architecture", text("llama")] as const;
const tokenizer = ["tokenizer.ggml.model", text("llama")] as const;
/** The minimum metadata of a model. */
const basics = [architecture, tokenizer, ["tokenizer.ggml.tokens", texts(["a"])]] as const;
const long = "x".repeat(60_000);

/** Parts with 3.6 MB of one kind, a size that real parts may have. */
const large = {
  metadata: ggufFile({entries: [...basics, ...Array.from({length: 60}, (_, i) => [`${i}`, text(long)] as const)]}),
  tensors: ggufFile({
    entries: basics,
    tensors: Array.from({length: 60}, (_, i) => ({name: `${long}${i}`, dimensions: [0]}))
  })
};

describe("A model in many files", () => {
  let folder: string;
  beforeEach(() => {
    folder = mkdtempSync(path.join(tmpdir(), "tokenscope-parts-"));
  });
  afterEach(() => rmSync(folder, {recursive: true, force: true}));

  const partOf = (parts: number, part: number): string => path.join(folder, splitName("x", part, parts));

  /** Links one file under all names of a split model. Returns the first one. */
  function oneUnderAllNames(parts: number, content: Uint8Array): string {
    const first = partOf(parts, 1);
    writeFileSync(first, content);
    for (let part = 2; part <= parts; part++) linkSync(first, partOf(parts, part));
    return first;
  }

  /** The output of a process with a small heap that reads a model. */
  async function read(reader: "list" | "engine" | "names", file: string, parts = 1): Promise<string> {
    const program = path.join(root, "out/test/faults/readParts.js");
    const parameters = [`--max-old-space-size=${heap}`, program, reader, file, String(parts)];
    return (await promisify(execFile)(process.execPath, parameters)).stdout;
  }

  for (const [what, content] of Object.entries(large)) {
    it(`is no model to the list where their ${what} are more than a model has, and costs no more than one`, async () => {
      assert.equal(await read("list", oneUnderAllNames(maxParts, content), maxParts), "no model");
    });

    it(`is refused by the engine where their ${what} are more than a model has, and costs no more than one`, async () => {
      assert.match(await read("engine", oneUnderAllNames(maxParts, content)), /is incomplete or damaged/);
    });
  }

  it("is not listed, and refused by the engine, where they are more than a model has", async () => {
    const parts = maxParts + 1;
    const file = oneUnderAllNames(parts, ggufFile({entries: basics, tensors: []}));
    const environment = {platform: "linux", home: folder, env: {}, folders: [folder], downloads: folder} as const;
    assert.deepEqual(await findLocalModels(environment, new AbortController().signal), []);
    assert.match(await read("engine", file), /is one of 513 files, more than any known model has: choose another/);
  });

  it("is refused by the engine where the lists of all are more than node-llama-cpp is given", async () => {
    const items = 2 ** 20;
    for (const part of [0, 1, 2]) {
      const parts = [
        ["split.no", {type: "uint16", value: part}],
        ["split.count", {type: "uint16", value: 3}]
      ] as const;
      const list = ["list", {type: "array", of: "uint8", values: []}] as const;
      const header = ggufFile({entries: [...basics, ...parts, list]});
      header.writeBigUInt64LE(BigInt(items), header.indexOf("list") + "list".length + 4 + 4);
      writeFileSync(partOf(3, part + 1), Buffer.concat([header, Buffer.alloc(items)]));
    }
    assert.match(await read("engine", partOf(3, 1)), /is incomplete or damaged/);
  });

  it("is refused by the engine where one is a pipe that nobody writes to", async function () {
    if (process.platform === "win32") this.skip();
    writeFileSync(partOf(2, 1), ggufFile({entries: basics, tensors: []}));
    execFileSync("mkfifo", [partOf(2, 2)]);
    assert.match(await read("engine", partOf(2, 1)), /is incomplete or damaged/);
  });

  it("is read entirely where it is as large as the largest that are known", async () => {
    const parts = 200;
    const ofPart: MadeUpTensor[][] = Array.from({length: parts}, () => []);
    for (let i = 0; i < 2500; i++)
      ofPart[i % parts]?.push({name: `blk.${i}.ffn_down_exps.weight`, dimensions: [100], offset: 0});
    const words = Array.from({length: 262_144}, (_, i) => `token ${i}`);
    for (const [part, tensors] of ofPart.entries()) {
      const header = ggufFile({
        entries: [
          ...(part > 0
            ? []
            : ([
                architecture,
                tokenizer,
                ["tokenizer.ggml.tokens", texts(words)],
                ...Array.from({length: 5}, (_, i) => [`tokenizer.chat_template.${i}`, text(long)] as const)
              ] as const)),
          ["split.no", {type: "uint16", value: part}],
          ["split.count", {type: "uint16", value: parts}]
        ],
        tensors
      });
      writeFileSync(partOf(parts, part + 1), Buffer.concat([header, Buffer.alloc(400)]));
    }
    assert.equal(await read("list", partOf(parts, 1), parts), "250000 parameters, 262144 tokens");
    assert.equal(await read("engine", partOf(parts, 1)), "good");
  });
});

describe("A model's name", () => {
  it("keeps no more of its file in memory than is shown, of a thousand models", async () => {
    const folder = mkdtempSync(path.join(tmpdir(), "tokenscope-parts-"));
    try {
      const file = path.join(folder, "0.gguf");
      const padded = text(" ".repeat(60_000) + "a name that is shown".padStart(40, "-"));
      const entries = [architecture, ["general.name", padded], ["general.license", padded]] as const;
      writeFileSync(
        file,
        Buffer.concat([ggufFile({entries, tensors: [{name: "t", dimensions: [1]}]}), Buffer.alloc(4)])
      );
      for (let i = 1; i < 1000; i++) linkSync(file, path.join(folder, `${i}.gguf`));
      const program = path.join(root, "out/test/faults/readParts.js");
      const parameters = [`--max-old-space-size=${heap}`, program, "names", file];
      assert.equal((await promisify(execFile)(process.execPath, parameters)).stdout, "40");
    } finally {
      rmSync(folder, {recursive: true, force: true});
    }
  });
});
