import {strict as assert} from "node:assert";
import {mkdirSync, readFileSync, renameSync, rmSync, writeFileSync} from "node:fs";
import path from "node:path";
import {mock} from "node:test";
import fc from "fast-check";
import type {EngineErrorKind, HumanError} from "../../src/contract/errors";
import type {EngineMethod} from "../../src/contract/requests";
import {splitName} from "../../src/gguf/splits";
import {reassemble, takeApart, valueTypes} from "../faults/ggufParts";
import {Random} from "../faults/random";
import {split, splitFiles, tinyModels} from "../faults/tinyModels";
import {at, demonstration, Engine, spec} from "./engine";
import {pooled, temporaryFolder, withArchitecture} from "./modelCopies";
import {vocabularyFile} from "./vocabularyFiles";

/** Sends a request of each method that needs the model. */
const parameters = {
  count: {text: "some text"},
  tokenize: {text: "some text"},
  score: {text: "some text"},
  complete: {prefix: "const ", suffix: "", maxTokens: 4, extent: "unlimited"}
} as const;

async function ask(engine: Engine, method: keyof typeof parameters, file: string): Promise<unknown> {
  return await engine.ask<EngineMethod>(method, {...parameters[method], model: spec(file)});
}

function isHumanError(error: unknown): error is HumanError {
  return error instanceof Error && error.name === "HumanError";
}

describe("A bad model file", () => {
  const folder = temporaryFolder();
  after(() => folder.remove());
  // One engine for all tests: an earlier failure must not affect the next request.
  const engine = new Engine();

  /** Checks for an error in one sentence without technical details, and that the good model works afterwards. */
  async function assertRefused(method: keyof typeof parameters, file: string, kind: EngineErrorKind): Promise<void> {
    await assert.rejects(ask(engine, method, file), (error) => {
      assert.ok(isHumanError(error), String(error));
      assert.equal(error.kind, kind, error.message);
      assert.match(error.message, /^[^\n]{20,400}\.$/);
      assert.ok(!error.message.includes(path.dirname(file)), error.message);
      assert.doesNotMatch(error.message, /^\s+at |undefined|\[object/);
      return true;
    });
    assert.equal((await engine.ask("count", {text: "one"})).count, 1);
  }

  const tiny = (name: string): Buffer => tinyModels[name]?.(new Random(1)) ?? Buffer.alloc(0);

  const uint32 = (value: number): Buffer => Buffer.from(Uint32Array.of(value).buffer);

  /** A tiny llama with these texts in its metadata. Null removes a text. */
  function tinyWith(entries: Readonly<Record<string, string | null>>): string {
    const parts = takeApart(tiny("llama"));
    const changed = Object.entries(entries).flatMap(([key, value]) =>
      value === null
        ? []
        : [
            {
              key: Buffer.from(key),
              type: valueTypes.string,
              value: Buffer.concat([uint32(Buffer.byteLength(value)), uint32(0), Buffer.from(value)])
            }
          ]
    );
    const kept = parts.entries.filter(({key}) => !(key.toString() in entries));
    const file = path.join(folder.path, "tiny.gguf");
    writeFileSync(file, reassemble({...parts, entries: [...kept, ...changed]}));
    return file;
  }

  it("that is missing is missed", async () => {
    for (const file of ["none.gguf", "no/such/folder.gguf", `${"long".repeat(80)}.gguf`])
      await assertRefused("count", path.join(folder.path, file), "modelMissing");
    await assertRefused("count", path.join(demonstration, "below-a-file.gguf"), "modelMissing");
  });

  it("that is a directory is one", async () => {
    const file = path.join(folder.path, "folder.gguf");
    mkdirSync(file);
    await assertRefused("score", file, "modelIsDirectory");
  });

  it("that is no GGUF is none", async () => {
    for (const [name, content] of [
      ["text.gguf", "GGML and so on, a long text that is no model at all"],
      ["empty.gguf", ""],
      ["short.gguf", "GG"],
      ["zeros.gguf", "\0".repeat(5000)]
    ] as const) {
      const file = path.join(folder.path, name);
      writeFileSync(file, content);
      await assertRefused("count", file, "notGguf");
    }
  });

  it("that is GGUF in its first bytes only is damaged", async () => {
    const file = path.join(folder.path, "magic.gguf");
    for (const content of [
      "GGUF",
      "GGUF\u0003\0\0\0",
      `GGUF${"\u00ff".repeat(400)}`,
      `GGUF\u0003\0\0\0${"\u007f".repeat(400)}`
    ]) {
      writeFileSync(file, content, "latin1");
      await assertRefused("count", file, "modelIncomplete");
    }
  });

  it("that is cut off anywhere is incomplete", async () => {
    const whole = readFileSync(demonstration);
    const file = path.join(folder.path, "cut.gguf");
    // At the end of the metadata, some 270 KB in, and at random before and after it.
    const header = fc.sample(fc.integer({min: 24, max: 260_000}), {seed: 20261122, numRuns: 6});
    const data = fc.sample(fc.integer({min: 270_000, max: whole.length - 1}), {seed: 20261122, numRuns: 5});
    for (const length of [4, 8, 16, 23, 24, 30, 60, ...header, ...data, whole.length - 1]) {
      writeFileSync(file, whole.subarray(0, length));
      await assertRefused("score", file, "modelIncomplete");
      await assertRefused("complete", file, "modelIncomplete");
    }
  });

  it("of an unknown architecture has one", async () => {
    const file = withArchitecture(demonstration, folder.path, "llamb");
    await assertRefused("score", file, "unknownArchitecture");
    await assert.rejects(ask(engine, "score", file), /"llamb"/);
  });

  it("without weights counts, but neither scores nor completes", async () => {
    for (const name of ["gpt-2", "bert-bge"]) {
      const file = vocabularyFile(name);
      assert.ok(await ask(engine, "count", file));
      for (const method of ["score", "complete"] as const) {
        await assertRefused(method, file, "predictsNothing");
        await assert.rejects(ask(engine, method, file), /is a vocabulary only, without weights/);
      }
      assert.ok(await ask(engine, "tokenize", file));
    }
  });

  it("that predicts no next token counts, but neither scores nor completes", async () => {
    for (const [architecture, says] of [
      ["t5", /is an encoder-decoder model/],
      ["dream", /is a diffusion model/],
      ["llada-moe", /is a diffusion model/],
      ["eagle3", /is a draft model/],
      ["gemma4-assistant", /is a draft model/],
      ["wavtokenizer-dec", /is part of a speech model/],
      ["nomic-bert", /is an embedding model/]
    ] as const) {
      const file = tinyWith({"general.architecture": architecture});
      const {model, ids} = await engine.ask("tokenize", {text: "some text", model: spec(file)});
      assert.equal(model.capabilities.generate, false);
      assert.ok(ids.length >= 2);
      for (const method of ["score", "complete"] as const) {
        await assertRefused(method, file, "predictsNothing");
        await assert.rejects(ask(engine, method, file), says);
      }
    }
  });

  it("that is whole and something else says what it is", async () => {
    for (const [entries, says] of [
      [{"general.architecture": "clip"}, /is a vision projector/],
      [{"general.type": "adapter"}, /is an adapter/],
      [{"general.type": "imatrix"}, /is an importance matrix/],
      [{"general.architecture": "controlvector"}, /is a control vector/],
      [{"tokenizer.ggml.model": "gpt2", "tokenizer.ggml.pre": "brand-new"}, /a pre-tokenizer that this version/],
      [{"tokenizer.ggml.model": "tiktoken"}, /a tokenizer that this version does not know/],
      [{"tokenizer.ggml.model": "none"}, /has no tokenizer/],
      [{"tokenizer.ggml.tokens": null}, /has no tokenizer/],
      [{"llama.rope.scaling.type": "su"}, /scales its positions/]
    ] as const) {
      const file = tinyWith(entries);
      for (const method of ["count", "score"] as const) await assertRefused(method, file, "modelUnsuitable");
      await assert.rejects(ask(engine, "count", file), says);
    }
  });

  it("of another version or byte order, or with a token twice, is not called damaged", async () => {
    const whole = tiny("llama");
    const version = (number: number) => Buffer.concat([whole.subarray(0, 4), uint32(number), whole.subarray(8)]);
    const twice = Buffer.from(whole);
    // Two tokens of the same length.
    const token = (text: string) => Buffer.concat([uint32(text.length), uint32(0), Buffer.from(text)]);
    token("on").copy(twice, twice.indexOf(token("st")));
    for (const [bytes, says] of [
      [version(1), /is a GGUF file of version 1, which llama\.cpp no longer reads/],
      [version(4), /is a GGUF file of version 4, newer than/],
      [version(0x0300_0000), /big endian/],
      [twice, /has the token "[^"]+" twice in its vocabulary/]
    ] as const) {
      const file = path.join(folder.path, "whole.gguf");
      writeFileSync(file, bytes);
      await assertRefused("count", file, "modelUnsuitable");
      await assert.rejects(ask(engine, "count", file), says);
    }
  });

  it("that lacks a tensor says which, for it is whole", async () => {
    const {tensors, ...parts} = takeApart(tiny("llama"));
    const file = path.join(folder.path, "lacking.gguf");
    const renamed = tensors.map((tensor) =>
      tensor.name.toString() === "blk.1.ffn_up.weight" ? {...tensor, name: Buffer.from("blk.1.ffn_xx.weight")} : tensor
    );
    writeFileSync(file, reassemble({...parts, tensors: renamed}));
    await assertRefused("score", file, "modelUnsuitable");
    await assert.rejects(ask(engine, "score", file), /lacks the tensor "blk\.1\.ffn_up\.weight"/);
  });

  it("in several files says which of them is missing or was renamed", async () => {
    const files = splitFiles(split(tiny("llama"), 3));
    let models = 0;
    const at = (part: number) => path.join(folder.path, splitName(`model${models}`, part, 3));
    // A new name each time, because a loaded file is not read again.
    const write = () => {
      models++;
      for (const [i, bytes] of files.entries()) writeFileSync(at(i + 1), bytes);
    };
    const says = async (file: string, pattern: RegExp) => {
      await assertRefused("count", file, "modelIncomplete");
      await assert.rejects(ask(engine, "count", file), pattern);
    };
    write();
    assert.ok(await ask(engine, "count", at(1)));
    write();
    rmSync(at(2));
    await says(at(1), /beside it "model2-00002-of-00003\.gguf" is missing/);
    write();
    renameSync(at(2), `${at(2)}.old`);
    renameSync(at(3), at(2));
    renameSync(`${at(2)}.old`, at(3));
    await says(at(1), /"model3-00002-of-00003\.gguf" is part 3 .* was renamed: .* "-00003-of-00003\.gguf"/);
    write();
    const renamed = path.join(folder.path, "renamed.gguf");
    renameSync(at(1), renamed);
    await says(renamed, /"renamed\.gguf" is part 1 .* was renamed: .* "-00001-of-00003\.gguf"/);
    writeFileSync(renamed, files[1] ?? "");
    await says(renamed, /"renamed\.gguf" is part 2 .* was renamed: .* "-00002-of-00003\.gguf"/);
    writeFileSync(at(1), tiny("llama"));
    await says(at(1), /is named like part 1 of 3, but is a whole model/);
    rmSync(at(2));
    rmSync(at(3));
    await says(at(1), /is named like part 1 of 3, but is a whole model/);
  });

  it("with learned positions has no window beyond them", async () => {
    const file = path.join(folder.path, "positions.gguf");
    writeFileSync(file, tiny("gpt"));
    const model = spec(file, 1024);
    const text = "const a = b;".repeat(60);
    const says = {kind: "invalidRequest", message: /has learned 256 positions and no more, so a window of 512/};
    await assert.rejects(engine.ask("score", {model, text, window: 512}), says);
    await assert.rejects(engine.ask("score", {model, text, mode: "llama-perplexity"}), says);
    const {ids, windowing} = await engine.ask("score", {model, text, mode: "llama-perplexity", window: 256});
    await assert.rejects(
      engine.ask("alternatives", {model, ids, position: 300, windowing: {...windowing, window: 512}, top: 1}),
      says
    );
    const completion = await engine.ask("complete", {
      model,
      prefix: text,
      suffix: "",
      maxTokens: 4,
      extent: "unlimited"
    });
    assert.ok(completion.promptTokens <= 256);
  });

  it("is refused with its reason whatever the number of threads was before", async () => {
    const file = path.join(folder.path, "cut.gguf");
    writeFileSync(file, readFileSync(demonstration).subarray(0, 3_000_000));
    for (const threads of [1, 2, 3]) {
      await engine.ask("score", {text: "some text", model: {...spec(demonstration), threads}});
      await assert.rejects(engine.ask("count", {text: "a", model: {...spec(file), threads}}), {
        kind: "modelIncomplete"
      });
    }
  });

  it("becomes good when another file takes its place", async () => {
    const file = path.join(folder.path, "replaced.gguf");
    writeFileSync(file, "no model");
    await assertRefused("count", file, "notGguf");
    writeFileSync(file, readFileSync(demonstration));
    assert.ok(await ask(engine, "score", file));
  });

  it("of embeddings only counts tokens, but neither scores nor completes", async () => {
    for (const file of [pooled(demonstration, folder.path)]) {
      const list = await engine.ask("tokenize", {text: "some text", model: spec(file)});
      assert.ok(list.ids.length >= 2);
      assert.equal(list.model.capabilities.generate, false);
      await assertRefused("score", file, "predictsNothing");
      await assertRefused("complete", file, "predictsNothing");
      assert.ok(await ask(engine, "count", file));
    }
  });

  it("fails every request under way, each with its sentence", async () => {
    const file = path.join(folder.path, "together.gguf");
    writeFileSync(file, readFileSync(demonstration).subarray(0, 100_000));
    const requests = (["count", "tokenize", "score", "complete", "count"] as const).map((method) =>
      ask(engine, method, file).then(
        () => "answered",
        (error: HumanError) => error.kind
      )
    );
    assert.deepEqual(await Promise.all(requests), Array(5).fill("modelIncomplete"));
    assert.equal((await engine.ask("count", {text: "one"})).count, 1);
  });
});

describe("A model in use", () => {
  it("does not begin what was cancelled while it waited", async () => {
    const {LlamaModel} = await import("node-llama-cpp");
    const tokenize = mock.method(LlamaModel.prototype, "tokenize");
    try {
      const engine = new Engine();
      const abort = new AbortController();
      const text = "word ".repeat(1000);
      const cancelled = Array.from({length: 20}, () => engine.ask("count", {text}, {signal: abort.signal}));
      abort.abort();
      for (const outcome of await Promise.allSettled(cancelled)) assert.equal(outcome.status, "rejected");
      const texts = (): unknown[] => tokenize.mock.calls.map((call) => call.arguments[0]);
      assert.ok(!texts().includes(text));
      // Proves that the test would have noticed the text.
      await engine.ask("count", {text});
      assert.ok(texts().includes(text));
    } finally {
      tokenize.mock.restore();
    }
  });

  it("answers what was asked of it when another is asked for", async () => {
    const engine = new Engine();
    const other = spec(vocabularyFile("llama-spm"));
    const text = "const a = 1;\n".repeat(60);
    const [scores, counted, again] = await Promise.all([
      engine.ask("score", {text}),
      engine.ask("count", {text, model: other}),
      engine.ask("count", {text})
    ]);
    assert.equal(scores.logprobs.length, again.count);
    assert.notEqual(counted.count, again.count);
  });
});

describe("A text of any kind", () => {
  const engine = new Engine();
  const texts: Readonly<Record<string, string>> = {
    "a lone high surrogate": "a\ud83d b",
    "a lone low surrogate": "\ude80",
    "surrogates in the wrong order": "\ude80\ud83d",
    "a surrogate at the end": "end \ud83d",
    NUL: "a\0b\0",
    emoji: "👩‍👩‍👧‍👦 🚀🇪🇺",
    CRLF: "one\r\ntwo\r\n\r\nthree\r",
    tabs: "\t\tif (a) {\t\n\t}",
    "a byte order mark": "\ufeffconst a = 1;",
    "characters beyond Unicode 16": "\u{1fffe}\u{10ffff}"
  };

  for (const [name, text] of Object.entries(texts))
    it(`with ${name} is counted, scored and completed`, async () => {
      const wellFormed = text.toWellFormed();
      const list = await engine.ask("tokenize", {text});
      assert.equal(list.ends?.at(-1), Buffer.byteLength(wellFormed));
      assert.equal((await engine.ask("count", {text})).count, list.ids.length);
      const scores = await engine.ask("score", {text, top: 2});
      assert.deepEqual(scores.ids, list.ids);
      assert.ok(scores.logprobs.every((logprob) => logprob < 0));
      const completion = await engine.ask("complete", {prefix: text, suffix: text, maxTokens: 3, extent: "unlimited"});
      assert.ok(completion.text.isWellFormed());
    });

  it("that is empty has no tokens and can't be scored", async () => {
    assert.equal((await engine.ask("count", {text: ""})).count, 0);
    const list = await engine.ask("tokenize", {text: ""});
    assert.deepEqual([list.ids.length, list.ends?.length, list.texts.length], [0, 0, 0]);
    await assert.rejects(engine.ask("score", {text: ""}), {name: "HumanError", kind: "emptyText"});
  });

  it("of 1 MB on one line is counted and tokenized, and scored until it is cancelled", async () => {
    const text = '{"key": "value 🚀 12345", "list": [1, 2, 3]}, '.repeat(25_000).slice(0, 1_000_000);
    const list = await engine.ask("tokenize", {text, texts: 10});
    assert.ok(list.ids.length > 100_000);
    assert.equal(list.ends?.at(-1), Buffer.byteLength(text.toWellFormed()));
    assert.equal(list.texts.length, 10);
    assert.equal((await engine.ask("count", {text})).count, list.ids.length);
    const abort = new AbortController();
    const score = engine.ask(
      "score",
      {text},
      {
        signal: abort.signal,
        onProgress: (progress) => {
          if (progress.stage === "score" && progress.done > 1000) abort.abort();
        }
      }
    );
    await assert.rejects(score, {name: "AbortError"});
    const part = await engine.ask("score", {text: text.slice(0, 2000)});
    assert.equal(at(part.ids, 5), at(list.ids, 5));
    const completion = await engine.ask("complete", {prefix: text, suffix: text, maxTokens: 2, extent: "line"});
    assert.ok(completion.promptTokens <= 1024);
  });
});
