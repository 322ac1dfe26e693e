import {strict as assert} from "node:assert";
import type {GgufFileInfo, GgufInsights as GgufInsightsType} from "node-llama-cpp";
import {checkHeaders} from "../../src/engine/llama/modelFile";
import {type ModelFacts, modelFacts} from "../../src/gguf/facts";
import {fileTypeName} from "../../src/gguf/fileTypes";
import {ggmlType} from "../../src/gguf/ggmlTypes";
import {type GgufHeader, readHeader} from "../../src/gguf/header";
import {hasInfillTokens} from "../../src/gguf/infill";
import {isList} from "../../src/gguf/metadata";
import {stringsAt} from "../../src/gguf/stringLists";
import {fileSource} from "../../src/platform/fileSource";
import {demonstration, Engine, engineInProcess, f16, spec} from "./engine";
import {pooled, temporaryFolder, withoutInfill} from "./modelCopies";
import {vocabularyFiles} from "./vocabularyFiles";

interface Both {
  readonly header: GgufHeader;
  readonly facts: ModelFacts;
  readonly theirs: GgufFileInfo;
  readonly insights: GgufInsightsType;
}

/** A file read by our reader and by node-llama-cpp. */
async function read(file: string): Promise<Both> {
  const {readGgufFileInfo, GgufInsights} = await import("node-llama-cpp");
  const source = await fileSource(file);
  try {
    const header = await readHeader(source);
    const theirs = await readGgufFileInfo(file, {logWarnings: false});
    const llama = await engineInProcess.llamaRuntime("off", 0, () => undefined);
    const insights = await GgufInsights.from(theirs, llama);
    return {header, facts: modelFacts(header, source.size), theirs, insights};
  } finally {
    await source.close();
  }
}

/** A key's value in node-llama-cpp's nested objects. */
function theirValue(theirs: GgufFileInfo, key: string): unknown {
  let value: unknown = theirs.metadata;
  const parts = key.split(".");
  while (parts.length > 0 && typeof value === "object" && value !== null) {
    const level = value as Readonly<Record<string, unknown>>;
    // Some of their names contain dots.
    const found = parts.map((_, i) => parts.slice(0, parts.length - i).join(".")).find((name) => name in level);
    if (found === undefined) return undefined;
    value = level[found];
    parts.splice(0, found.split(".").length);
  }
  return value;
}

const tokenizer = "tokenizer.ggml.tokens";

describe("Our reading of a header", () => {
  const files = [
    {name: "the demonstration model", file: demonstration},
    {name: "the F16 model", file: f16},
    ...vocabularyFiles()
  ];

  it("refuses none of them", async () => {
    for (const {file} of files) await checkHeaders(file);
  });

  for (const {name, file} of files)
    it(`agrees with node-llama-cpp's: ${name}`, async () => {
      const {header, facts, theirs, insights} = await read(file);
      assert.equal(header.version, theirs.version);
      for (const [key, value] of header.metadata) {
        const their = theirValue(theirs, key);
        if (!isList(value)) {
          if (typeof value !== "object") assert.deepEqual(value, their, key);
          continue;
        }
        assert.ok(Array.isArray(their), key);
        assert.equal(value.length, their.length, key);
        assert.deepEqual(value.items, their.slice(0, value.items.length), key);
      }
      assert.deepEqual(
        header.tensors?.map((tensor) => [tensor.name, tensor.dimensions.map(Number), tensor.type, tensor.offset]),
        theirs.fullTensorInfo?.map((tensor) => [
          tensor.name,
          tensor.dimensions.map(Number),
          tensor.ggmlType,
          Number(tensor.offset)
        ])
      );
      assert.equal(facts.contextLength, insights.trainContextSize ?? null);
      assert.equal(facts.embeddingLength, insights.embeddingVectorSize ?? null);
      assert.equal(facts.layers, theirs.architectureMetadata.block_count ?? null);
      assert.equal(facts.architecture, theirs.metadata.general.architecture);
      if (facts.tensorBytes === 0) return;
      assert.equal(facts.parameters, insights.totalParameters);
      assert.equal(facts.tensorBytes, insights.modelSize);
    });

  it("gives the texts of all tokens", async () => {
    for (const {file} of files.filter(({name}) => ["qwen2", "llama-spm"].includes(name))) {
      const {header, theirs} = await read(file);
      const tokens = header.metadata.get(tokenizer);
      const expected = theirs.metadata.tokenizer.ggml.tokens;
      assert.ok(isList(tokens));
      const source = await fileSource(file);
      const texts = await stringsAt(source, tokens, expected.keys());
      await source.close();
      assert.deepEqual([...texts.values()], expected);
    }
  });

  it("tells like the engine what a model can do", async () => {
    const folder = temporaryFolder();
    const engine = new Engine();
    try {
      const copies = [withoutInfill(demonstration, folder.path), pooled(demonstration, folder.path)];
      const some = ["the demonstration model", "deepseek-coder", "gpt-2", "refact", "starcoder", "llama-spm"];
      const found: string[] = [];
      for (const file of [...files.filter(({name}) => some.includes(name)).map((one) => one.file), ...copies]) {
        const {header, facts} = await read(file);
        const {capabilities} = await engine.ask("describe", {model: spec(file)});
        assert.equal(hasInfillTokens(header), capabilities.infill, file);
        assert.equal(facts.capabilities.complete, capabilities.generate, file);
        found.push(`${capabilities.infill} ${capabilities.generate}`);
      }
      assert.deepEqual(new Set(found), new Set(["true true", "false true", "true false", "false false"]));
    } finally {
      folder.remove();
    }
  });
});

describe("Our tables of types", () => {
  it("have llama.cpp's names and sizes", async () => {
    const {GgmlType, GgufFileType} = await import("node-llama-cpp");
    const llama = await engineInProcess.llamaRuntime("off", 0, () => undefined);
    const sizes = (
      llama as unknown as {
        _bindings: {
          getTypeSizeForGgmlType(type: number): number | undefined;
          getBlockSizeForGgmlType(type: number): number | undefined;
        };
      }
    )._bindings;
    for (const [name, type] of Object.entries(GgmlType)) {
      if (typeof type !== "number") continue;
      const ours = ggmlType(type);
      const theirs = [sizes.getBlockSizeForGgmlType(type), sizes.getTypeSizeForGgmlType(type)];
      if (ours === undefined) assert.ok(!theirs[0] || !theirs[1], `${name} has ${theirs} and isn't known`);
      else {
        assert.equal(ours.name, name);
        if (theirs[0] && theirs[1]) assert.deepEqual([ours.blockSize, ours.blockBytes], theirs, name);
      }
    }
    for (const [name, type] of Object.entries(GgufFileType))
      if (typeof type === "number") assert.equal(fileTypeName(type), name.replace(/^(MOSTLY|ALL)_/, ""));
  });
});
