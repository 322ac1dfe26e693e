import {strict as assert} from "node:assert";
import {writeFileSync} from "node:fs";
import path from "node:path";
import {windowWarnings} from "../../src/engine/llama/warnings";
import {type Entry, reassemble, takeApart, valueTypes} from "../faults/ggufParts";
import {Random} from "../faults/random";
import {tinyModels} from "../faults/tinyModels";
import {ggufFile, text} from "../harness/ggufFile";
import {demonstration, Engine, spec} from "./engine";
import {temporaryFolder} from "./modelCopies";
import {vocabularyFile} from "./vocabularyFiles";

describe("Warnings", () => {
  const folder = temporaryFolder();
  after(() => folder.remove());
  let files = 0;

  /** A tiny model with some of its metadata changed: a new value, or undefined for none. */
  function changed(kind: string, changes: Readonly<Record<string, Entry | undefined>>): Engine {
    const whole = takeApart(tinyModels[kind]?.(new Random(6)) ?? assert.fail(kind));
    const kept = whole.entries.filter(({key}) => !(key.toString() in changes));
    const added = Object.values(changes).filter((entry) => entry !== undefined);
    const file = path.join(folder.path, `${kind}-${files++}.gguf`);
    writeFileSync(file, reassemble({...whole, entries: [...kept, ...added]}));
    return new Engine(spec(file));
  }

  function entry(key: string, type: number, value: Buffer): Entry {
    return {key: Buffer.from(key), type, value};
  }

  function int(value: number): Buffer {
    const buffer = Buffer.alloc(4);
    buffer.writeInt32LE(value);
    return buffer;
  }

  /** The tiny model's token types, with one changed. */
  function typed(kind: string, id: number, type: number): Entry {
    const whole = takeApart(tinyModels[kind]?.(new Random(6)) ?? assert.fail(kind));
    const key = "tokenizer.ggml.token_type";
    const found = whole.entries.find((one) => one.key.toString() === key) ?? assert.fail(key);
    const value = Buffer.from(found.value);
    // Items' type and number, then the items.
    value.writeInt32LE(type, 12 + 4 * id);
    return {...found, value};
  }

  it("are none for a model that has nothing wrong, whatever is asked", async () => {
    const engine = new Engine();
    const model = spec(demonstration);
    const text = "const a = 1;";
    for (const {warnings} of [
      await engine.ask("count", {text}),
      await engine.ask("tokenize", {text, special: true}),
      await engine.ask("score", {text, context: "let b;\n"}),
      await engine.ask("complete", {model, prefix: text, suffix: "", maxTokens: 1, extent: "line"})
    ])
      assert.deepEqual(warnings, []);
  });

  it("tell of a vocabulary without its pre-tokenizer, in every answer and each time", async () => {
    const engine = changed("qwen", {"tokenizer.ggml.pre": undefined});
    const asks = [
      () => engine.ask("count", {text: "const a"}),
      () => engine.ask("tokenize", {text: "const a"}),
      () => engine.ask("score", {text: "const a"}),
      () => engine.ask("complete", {prefix: "const a", suffix: "", maxTokens: 1, extent: "line"})
    ];
    for (const ask of [...asks, ...asks]) {
      const {warnings} = await ask();
      assert.equal(warnings.length, 1);
      assert.match(warnings[0] ?? "", /tokenizer\.ggml\.pre/);
    }
    for (const [name, expected] of [
      ["aquila", 2],
      ["gpt-neox", 1],
      ["gemma-4", 1],
      ["llama-spm", 0],
      ["bert-bge", 0]
    ] as const) {
      const {warnings} = await new Engine(spec(vocabularyFile(name))).ask("count", {text: "a"});
      assert.equal(warnings.length, expected, `${name}: ${warnings}`);
    }
  });

  it("tell of tokens whose type llama.cpp changes", async () => {
    for (const [name, token] of [
      ["qwen2", "</s>"],
      ["phi-3", "</s>"],
      ["deepseek-coder", "<｜fim▁begin｜>"],
      ["gemma-4", "<|tool_response>"]
    ] as const) {
      const {warnings} = await new Engine(spec(vocabularyFile(name))).ask("count", {text: "a"});
      assert.equal(warnings.filter((one) => one.includes(token)).length, 1, `${name}: ${warnings}`);
    }
    const plain = await changed("llama", {}).ask("count", {text: "a"});
    assert.deepEqual(plain.warnings, []);
    const key = "tokenizer.ggml.token_type";
    for (const type of [1, 4]) {
      const {warnings} = await changed("llama", {[key]: typed("llama", 2, type)}).ask("count", {text: "a"});
      assert.match(warnings.join("\n"), /^[^\n]*\(<\/s>\)[^\n]*$/);
    }
  });

  it("tell of a BOS that the vocabulary doesn't have", async () => {
    const key = "tokenizer.ggml.bos_token_id";
    const engine = changed("llama", {[key]: entry(key, valueTypes.uint32, int(99_999))});
    const {warnings} = await engine.ask("count", {text: "a"});
    assert.equal(warnings.length, 1);
    assert.match(warnings[0] ?? "", /bos_token_id.*99999/);
  });

  it("tell of BOS twice where special tokens are read, at the text's beginning or the context's", async () => {
    const engine = changed("llama", {});
    const twice = async (params: {text: string; context?: string; special?: boolean}) =>
      (await engine.ask("score", params)).warnings.filter((one) => one.includes("BOS (<s>)")).length;
    assert.equal(await twice({text: "<s>some text", special: true}), 1);
    assert.equal(await twice({text: "<s>some text"}), 0);
    assert.equal(await twice({text: "some<s>text", special: true}), 0);
    assert.equal(await twice({text: "some text", context: "<s>a", special: true}), 1);
    assert.equal(await twice({text: "<s>some text", context: "a", special: true}), 0);
    const {warnings} = await engine.ask("tokenize", {text: "<s>some text", special: true});
    assert.match(warnings.join(), /BOS/);
    const without = changed("qwen", {});
    assert.deepEqual((await without.ask("score", {text: "<|endoftext|>const", special: true})).warnings, []);
  });

  it("tell of a sliding window that llama.cpp leaves out, where a text is longer", async () => {
    const key = "phi3.attention.sliding_window";
    const whole = takeApart(tinyModels["llama"]?.(new Random(6)) ?? assert.fail());
    // The keys get another architecture's name, which is enough for a vocabulary and its header.
    const entries = whole.entries.map((one) => ({
      ...one,
      key: Buffer.from(one.key.toString().replace(/^llama\./, "phi3."))
    }));
    const [architecture] = takeApart(ggufFile({entries: [["general.architecture", text("phi3")]]})).entries;
    assert.ok(architecture);
    const file = path.join(folder.path, "phi3.gguf");
    const others = entries.filter((one) => one.key.toString() !== "general.architecture");
    writeFileSync(
      file,
      reassemble({...whole, entries: [architecture, ...others, entry(key, valueTypes.uint32, int(96))]})
    );
    const {readGgufFileInfo} = await import("node-llama-cpp");
    const header = await readGgufFileInfo(file, {sourceType: "filesystem"});
    assert.deepEqual(windowWarnings(header, 256, 96), []);
    assert.match(windowWarnings(header, 256, 97).join("\n"), /^This model was trained to see 96 tokens[^\n]*97[^\n]*$/);
  });

  it("tell of a window beyond what the model was trained on", async () => {
    const engine = changed("llama", {});
    const text = "some text";
    assert.deepEqual((await engine.ask("score", {text, window: 256})).warnings, []);
    for (const {warnings} of [
      await engine.ask("score", {text, window: 257}),
      await engine.ask("score", {text, model: {...engine.model, contextSize: 300}}),
      await engine.ask("complete", {
        prefix: text,
        suffix: "",
        maxTokens: 1,
        extent: "line",
        model: {...engine.model, contextSize: 300}
      })
    ]) {
      assert.equal(warnings.length, 1);
      assert.match(warnings[0] ?? "", /256/);
    }
  });
});
