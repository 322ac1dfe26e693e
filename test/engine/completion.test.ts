import {strict as assert} from "node:assert";
import {readFileSync} from "node:fs";
import path from "node:path";
import {mock} from "node:test";
import {setImmediate} from "node:timers/promises";
import fc from "fast-check";
import type {LlamaModel} from "node-llama-cpp";
import {sureTokens, withoutHalfWord} from "../../src/completion/confidence";
import type {Completion} from "../../src/contract/completion";
import type {Progress} from "../../src/contract/progress";
import {Prompts} from "../../src/engine/llama/completionPrompt";
import {Vocabulary} from "../../src/engine/llama/vocabulary";
import {root} from "../harness/paths";
import {at, demonstration, Engine, engineInProcess, f16, spec} from "./engine";
import {Judge} from "./judge";
import {temporaryFolder, withoutInfill} from "./modelCopies";
import {vocabularyFile} from "./vocabularyFiles";

/** The demonstration model's special tokens. */
const bos = 8185;
const fimPrefix = 8186;
const fimSuffix = 8187;
const fimMiddle = 8188;

/**
 * Maximum difference in nats. A prompt is evaluated in batches and a completion token by token, with kernels that round
 * differently: on F16 weights up to 0.006 was measured (scorer.test.ts).
 */
const tolerated = 0.012;

const python = readFileSync(path.join(root, "test/fixtures/reference/python.txt"), "utf8");
const typescript = readFileSync(path.join(root, "test/fixtures/reference/typescript.txt"), "utf8");
/** A text longer than the context. */
const long = [python, typescript].join("\n").repeat(4);

const shared = {suffix: "", maxTokens: 16, extent: "unlimited"} as const;

/** A prompt with only the text around the cursor. */
function infillPrompt(model: LlamaModel, vocabulary: Vocabulary, prefix: string, suffix: string, room: number) {
  return new Prompts(model, vocabulary).prompt({...shared, prefix, suffix}, room);
}

describe("A prompt for completing", () => {
  let judge: Judge;
  let model: LlamaModel;
  let vocabulary: Vocabulary;
  before(async () => {
    judge = await Judge.open(demonstration);
    model = judge.model;
    vocabulary = new Vocabulary(model);
  });
  after(() => judge.close());

  const idsOf = (text: string): number[] => [...vocabulary.tokenize(text, false)];

  it("is BOS, the lines above, what comes after, and the last lines, each behind its token", () => {
    const above = "let b;\n".repeat(16);
    const {tokens, infill} = infillPrompt(model, vocabulary, `${above.repeat(2)}const a = `, ";\n", 1000);
    assert.ok(infill);
    assert.deepEqual(tokens, [
      bos,
      fimPrefix,
      ...idsOf(above),
      fimSuffix,
      ...idsOf(";\n"),
      fimMiddle,
      ...idsOf(`${above}const a = `)
    ]);
  });

  it("leaves a line without end where it is, before the cursor", () => {
    const line = "a, ".repeat(300);
    const {tokens} = infillPrompt(model, vocabulary, line, "", 2000);
    assert.deepEqual(tokens, [bos, fimPrefix, ...idsOf(line), fimSuffix, fimMiddle]);
  });

  it("has its order without text too", () => {
    assert.deepEqual(infillPrompt(model, vocabulary, "", "", 1000).tokens, [bos, fimPrefix, fimSuffix, fimMiddle]);
  });

  it("has line feeds, whatever line ends the text has (Tabby #3279)", () => {
    const [prefix, suffix] = ["a()\n".repeat(20), "\n\nb()\n"];
    const files = [{path: "c.py", text: "c()\nd()\n"}];
    const crLf = (text: string): string => text.replaceAll("\n", "\r\n");
    const prompts = new Prompts(model, vocabulary);
    assert.deepEqual(
      prompts.prompt(
        {
          ...shared,
          prefix: crLf(prefix),
          suffix: crLf(suffix),
          path: "e.py",
          files: files.map((file) => ({...file, text: crLf(file.text)}))
        },
        1000
      ),
      prompts.prompt({...shared, prefix, suffix, path: "e.py", files}, 1000)
    );
  });

  it("takes special tokens written in the text for characters", () => {
    const {tokens} = infillPrompt(model, vocabulary, "<|fim_middle|>", "<|endoftext|>", 1000);
    const special = tokens.filter((token) => token >= bos);
    assert.deepEqual(special, [bos, fimPrefix, fimSuffix, fimMiddle]);
  });

  it("stays in its room and keeps what is near the cursor", () => {
    const words = (count: number) => " word".repeat(count);
    const count = fc.nat(100);
    fc.assert(
      fc.property(count, count, count, fc.integer({min: 8, max: 150}), (rows, on, below, room) => {
        // Lines of four tokens, so that the total number is known.
        const lines = `${words(3)}\n`.repeat(rows);
        const [above, after] = [idsOf(lines + words(on)), idsOf(words(below))];
        const {tokens} = infillPrompt(model, vocabulary, lines + words(on), words(below), room);
        const ids: readonly number[] = tokens;
        assert.ok(ids.length <= room, `${ids.length} tokens in room for ${room}`);
        assert.deepEqual(ids.slice(0, 2), [bos, fimPrefix]);
        const [suffixAt, middleAt] = [ids.indexOf(fimSuffix), ids.indexOf(fimMiddle)];
        const keptAbove = [...ids.slice(2, suffixAt), ...ids.slice(middleAt + 1)];
        const keptAfter = ids.slice(suffixAt + 1, middleAt);
        assert.deepEqual(keptAbove, above.slice(above.length - keptAbove.length));
        assert.deepEqual(keptAfter, after.slice(0, keptAfter.length));
        const textRoom = room - 4;
        // Text is left out only to make room for the middle.
        if (keptAbove.length === above.length)
          assert.ok(ids.length >= Math.min(above.length + after.length + 4, room - textRoom / 4 - 1));
        // The suffix gets at most its quarter. The prefix is cut in steps, to whole lines.
        else assert.ok(keptAbove.length >= Math.floor(textRoom * 0.75 * 0.75 * 0.75) - 5, `${keptAbove.length}`);
      }),
      {seed: 20261122, numRuns: 300}
    );
  });
});

describe("A completion", () => {
  const engine = new Engine(spec(f16));
  let judge: Judge;
  before(async () => {
    judge = await Judge.open(f16);
  });
  after(() => judge.close());

  /** Checks that every token is the most probable one after its context, with the right probability. */
  async function assertGreedy(prompt: readonly number[], {ids, logprobs}: Completion): Promise<void> {
    for (const [i, id] of ids.entries()) {
      const truth = await judge.after([...prompt, ...ids.slice(0, i)]);
      assert.ok(Math.abs(at(logprobs, i) - truth.logprob(id)) <= tolerated, `token ${i}`);
      // If two are nearly equal, rounding decides.
      assert.ok(truth.logprob(id) >= truth.ranked(1) - 2 * tolerated, `token ${i} is not the most probable`);
    }
  }

  it("is what the model holds most probable, token by token", async () => {
    for (const [prefix, suffix] of [
      ["def add(a, b):\n    return ", "\n\nprint(add(1, 2))\n"],
      ["const names = people.", "\nconsole.log(names);\n"],
      ["", ""]
    ] as const) {
      const completion = await engine.ask("complete", {...shared, prefix, suffix});
      const vocabulary = new Vocabulary(judge.model);
      const {tokens} = infillPrompt(judge.model, vocabulary, prefix, suffix, 1000);
      assert.ok(completion.infill);
      assert.equal(completion.promptTokens, tokens.length);
      await assertGreedy(tokens, completion);
      assert.equal(completion.texts.length, completion.ids.length);
      assert.equal(completion.texts.join(""), completion.text);
    }
  });

  it("has no more tokens than asked for", async () => {
    const prefix = "for (let i = 0; i < 10; i";
    const most = await engine.ask("complete", {...shared, prefix, maxTokens: 10});
    assert.ok(most.ids.length > 5 && most.ids.length <= 12);
    for (const maxTokens of [1, 5]) {
      const fewer = await engine.ask("complete", {...shared, prefix, maxTokens});
      assert.equal(fewer.stop, "maxTokens");
      assert.deepEqual([...fewer.ids], [...most.ids.slice(0, maxTokens)]);
    }
    const none = await engine.ask("complete", {...shared, prefix, maxTokens: 0});
    assert.deepEqual([none.text, none.ids.length, none.stop], ["", 0, "maxTokens"]);
  });

  it("keep most of the context for what they continue, however long they may become", async () => {
    const {promptTokens} = await engine.ask("complete", {
      ...shared,
      prefix: "const a = 1;\n".repeat(500),
      maxTokens: 5000,
      extent: "line"
    });
    // Three quarters of the context, minus what the steps leave out.
    assert.ok(promptTokens > 500, `${promptTokens}`);
  });

  it("has the line ends of the text around it (Tabby #3279)", async () => {
    const crLf = (text: string): string => text.replaceAll("\n", "\r\n");
    const [prefix, suffix] = [python.slice(0, 200), python.slice(240)];
    const completion = await engine.ask("complete", {...shared, prefix, suffix, maxTokens: 48});
    assert.match(completion.text, /\n/);
    const inCrLf = await engine.ask("complete", {
      ...shared,
      prefix: crLf(prefix),
      suffix: crLf(suffix),
      maxTokens: 48
    });
    assert.equal(inCrLf.text, crLf(completion.text));
    assert.deepEqual(inCrLf.ids, completion.ids);
  });

  it("of a line has no line break", async () => {
    for (const end of [0, 20, 77, 150, 200, 290, 350, 400]) {
      const text = at([python, typescript], end % 2);
      const completion = await engine.ask("complete", {
        prefix: text.slice(0, end),
        suffix: text.slice(end + 40),
        maxTokens: 48,
        extent: "line"
      });
      assert.doesNotMatch(completion.text, /[\r\n]/);
      // A completion that ends because it repeats itself is cut to nothing.
      if (completion.stop === "line" && completion.text !== "") assert.match(completion.texts.join(""), /[\r\n]/);
    }
  });

  it("ends with the model's end of text, which is no part of it", async () => {
    const completion = await engine.ask("complete", {
      prefix: "function add(a, b) {\n  return a +",
      suffix: ";\n}\n",
      maxTokens: 200,
      extent: "unlimited"
    });
    assert.equal(completion.stop, "end");
    assert.doesNotMatch(completion.text, /<\|/);
  });

  it("fits into the context, however long the text around it is", async () => {
    const small = new Engine(spec(f16, 128));
    const completion = await small.ask("complete", {
      prefix: long,
      suffix: long,
      maxTokens: 100,
      extent: "unlimited"
    });
    assert.ok(completion.promptTokens <= 128);
    assert.ok(completion.promptTokens + completion.ids.length <= 128);
    const greedy = await small.ask("complete", {prefix: long, suffix: long, maxTokens: 1000, extent: "unlimited"});
    assert.ok(greedy.promptTokens >= 4 && greedy.promptTokens + greedy.ids.length <= 128);
  });

  it("evaluates only what is new since the last one, and is the same as a fresh one", async () => {
    const model = new Engine(spec(f16));
    const vocabulary = new Vocabulary(judge.model);
    const promptOf = (prefix: string, suffix: string) =>
      infillPrompt(judge.model, vocabulary, prefix, suffix, 1000).tokens;
    let before: readonly number[] = [];
    // Types on, goes back, changes the suffix, and repeats a request.
    for (const [prefix, suffix] of [
      [typescript.slice(0, 300), ""],
      [typescript.slice(0, 303), ""],
      [typescript.slice(0, 340), ""],
      [typescript.slice(0, 200), ""],
      [typescript.slice(0, 200), typescript.slice(230, 300)],
      [typescript.slice(0, 200), typescript.slice(230, 300)]
    ] as const) {
      const request = {...shared, prefix, suffix, maxTokens: 8};
      const completion = await model.ask("complete", request);
      const prompt: readonly number[] = promptOf(prefix, suffix);
      let common = 0;
      while (common < prompt.length - 1 && prompt[common] === before[common]) common++;
      assert.equal(completion.promptTokens, prompt.length);
      assert.equal(completion.evaluatedPromptTokens, prompt.length - common);
      await assertGreedy(prompt, completion);
      const fresh = await new Engine(spec(f16)).ask("complete", request);
      assert.equal(fresh.evaluatedPromptTokens, prompt.length);
      assert.equal(completion.text, fresh.text);
      before = [...prompt, ...completion.ids];
    }
  });

  it("that is aborted at any moment rejects, and the next one is right", async () => {
    const request = {...shared, prefix: python, suffix: typescript, maxTokens: 40};
    const whole = await engine.ask("complete", request);
    // Cancels before the start, after some turns of the event loop while the prompt is evaluated, and at the first
    // tokens.
    for (const turns of [-1, 0, 2, 20, Number.POSITIVE_INFINITY]) {
      const abort = new AbortController();
      if (turns < 0) abort.abort();
      let over = false;
      // Another text, so that the next one must rebuild the KV cache.
      const asked = {...request, prefix: `${typescript}import path from`, suffix: ""};
      const outcome = engine
        .ask("complete", asked, {signal: abort.signal, onProgress: ({stage}) => stage === "complete" && abort.abort()})
        .catch((error: Error) => error.name)
        .finally(() => {
          over = true;
        });
      for (let turn = 0; turn < turns && !over; turn++) await setImmediate();
      abort.abort();
      assert.equal(await outcome, "AbortError");
      const next = await engine.ask("complete", request);
      assert.equal(next.text, whole.text);
      assert.equal(next.promptTokens, whole.promptTokens);
    }
  });

  it("that is aborted before it starts decodes nothing", async () => {
    await assert.rejects(engine.ask("complete", {...shared, prefix: "a"}, {signal: AbortSignal.abort()}), {
      name: "AbortError"
    });
  });

  it("asked for during a long score is answered before the score ends, and both are right", async () => {
    const request = {...shared, prefix: python, maxTokens: 8};
    const alone = await engine.ask("complete", request);
    const scoredAlone = await new Engine(spec(f16)).ask("score", {text: long});
    let progress = 0;
    let underWay: Promise<void> | undefined;
    const answers: {readonly text: string; readonly at: number}[] = [];
    const scores = await engine.ask(
      "score",
      {text: long},
      {
        onProgress: (scored) => {
          if (scored.stage !== "score") return;
          progress = scored.done / scored.total;
          underWay ??= engine.ask("complete", request).then(({text}) => {
            answers.push({text, at: progress});
            underWay = undefined;
          });
        }
      }
    );
    await underWay;
    assert.deepEqual(new Set(answers.map(({text}) => text)), new Set([alone.text]));
    assert.ok(at(answers, 0).at < 1, "none was answered before the score ended");
    for (const [i, logprob] of scores.logprobs.entries())
      assert.ok(Math.abs(logprob - at(scoredAlone.logprobs, i)) < tolerated, `token ${i}`);
  });

  it("waits for one batch of a long score, however many windows are under way", async () => {
    const fresh = new Engine(spec(f16));
    const stop = new AbortController();
    let scoring: Promise<unknown> | undefined;
    let batches = 0;
    const begun = new Promise<void>((resolve) => {
      scoring = fresh.ask(
        "score",
        {text: long.repeat(8), window: 256},
        {
          stop: stop.signal,
          onProgress: ({stage}) => {
            if (stage === "score" && ++batches === 6) resolve();
          }
        }
      );
    });
    await begun;
    const first: number[] = [];
    for (let asked = 0; asked < 4; asked++) {
      const before = batches;
      await fresh.ask("complete", {...shared, prefix: python, suffix: `${asked}`, maxTokens: 8});
      first.push(batches - before);
    }
    // At least the batch being evaluated and the batch being read; more if the disk was slow to confirm that the
    // model's file is unchanged.
    assert.ok(Math.min(...first) <= 2, `${first} batches went first`);
    stop.abort();
    await scoring;
  });

  it("is what the model holds most probable also where tokens were drafted", async () => {
    const lines = "    self.alpha = alpha\n    self.beta = beta\n    self.gamma = gamma\n";
    const start = `class A:\n  def set(self, alpha, beta, gamma):\n${lines}\n  def reset(self):\n${lines}`;
    const vocabulary = new Vocabulary(judge.model);
    let rejected = 0;
    let accepted = 0;
    for (const end of ["    self.al", "    self.gamma = ", `\n${typescript.slice(0, 300)}`]) {
      // A new engine drafts from its second token on, whatever drafting turns out to cost.
      const completion = await new Engine(spec(f16)).ask("complete", {...shared, prefix: start + end, maxTokens: 12});
      accepted += completion.draft.accepted;
      rejected += completion.draft.tried - completion.draft.accepted;
      await assertGreedy(infillPrompt(judge.model, vocabulary, start + end, "", 1000).tokens, completion);
    }
    assert.ok(accepted > 0 && rejected > 0, `${accepted} accepted, ${rejected} rejected`);
  });

  it("ends before the token of which the model is not sure, and is else the same", async () => {
    const request = {...shared, prefix: "for (let i = 0; i < 10; i", maxTokens: 24};
    const whole = await engine.ask("complete", request);
    const lengths = new Set<number>();
    for (const minConfidence of [0.9, 0.5, 0.2, 0.01, 1e-6]) {
      const sure = sureTokens(whole.logprobs, minConfidence);
      const {ids, stop, text} = await engine.ask("complete", {...request, minConfidence});
      assert.deepEqual([...ids], [...whole.ids.subarray(0, sure)], `${minConfidence}`);
      assert.equal(stop, sure < whole.ids.length ? "unsure" : whole.stop);
      const kept = whole.texts.slice(0, sure).join("");
      assert.equal(text, sure < whole.ids.length ? withoutHalfWord(kept, at(whole.texts, sure)) : whole.text);
      lengths.add(sure);
    }
    assert.ok(lengths.size > 2, `${[...lengths]} tokens`);
  });

  it("is the whole lines that there are when its time is up", async () => {
    const request = {...shared, prefix: python.slice(0, 200), maxTokens: 48};
    const whole = await engine.ask("complete", request);
    assert.match(whole.text, /\S.*\n/);
    const {stop, text} = await engine.ask("complete", {...request, timeLimit: 0});
    assert.equal(stop, "time");
    assert.notEqual(text.trim(), "");
    assert.ok(whole.text.startsWith(`${text}\n`), JSON.stringify(text));
  });

  it("that nobody waits for gives way to another, which goes on with what was evaluated", async () => {
    const fresh = new Engine(spec(f16));
    // The model repeats this line until it is stopped.
    const request = {...shared, prefix: "import path from", maxTokens: 24};
    const wanted: Promise<Completion>[] = [];
    const background = await fresh.ask(
      "complete",
      {...request, maxTokens: 700, background: true},
      {
        onProgress: ({stage}) => {
          if (stage === "complete" && wanted.length === 0) wanted.push(fresh.ask("complete", request));
        }
      }
    );
    assert.equal(background.stop, "stopped");
    assert.ok(background.ids.length > 0, `${background.ids.length} tokens`);
    const completion = await at(wanted, 0);
    assert.equal(completion.evaluatedPromptTokens, 1);
    const both = Math.min(completion.ids.length, background.ids.length);
    assert.deepEqual(completion.ids.subarray(0, both), background.ids.subarray(0, both));
  });

  it("whose prompt was evaluated ahead evaluates one token of it, and is the same", async () => {
    const fresh = new Engine(spec(f16));
    // Longer than the context: the maximum length of the completion decides what is left out.
    const request = {...shared, prefix: long, suffix: typescript, maxTokens: 24};
    const ahead = await fresh.ask("complete", {...request, background: true, promptOnly: true});
    assert.deepEqual([ahead.text, ahead.ids.length, ahead.stop], ["", 0, "maxTokens"]);
    assert.equal(ahead.evaluatedPromptTokens, ahead.promptTokens);
    const completion = await fresh.ask("complete", request);
    assert.deepEqual([completion.promptTokens, completion.evaluatedPromptTokens], [ahead.promptTokens, 1]);
    assert.deepEqual(completion.ids, (await new Engine(spec(f16)).ask("complete", request)).ids);
  });

  it("has whole characters: more tokens add to its text and change nothing of it", async () => {
    for (const prefix of ['const s = "🚀🚀🚀', "# ─────────────────────\n# ──", "éèàù éè"]) {
      let before = "";
      for (let maxTokens = 1; maxTokens <= 12; maxTokens++) {
        const {text} = await engine.ask("complete", {...shared, prefix, maxTokens});
        assert.ok(text.isWellFormed());
        assert.ok(text.startsWith(before), `${JSON.stringify(text)} after ${JSON.stringify(before)}`);
        before = text;
      }
    }
  });
});

describe("The first completion of a model", () => {
  it("has waited for the model when its first token comes, not between its tokens", async () => {
    const engine = new Engine();
    // A mocked clock, which advances only while the model is loaded.
    let now = 0;
    const clock = mock.method(performance, "now", () => now);
    const onProgress = ({stage}: Progress) => {
      if (stage === "load") now += 1000;
    };
    try {
      const asked = {...shared, prefix: "a = ", maxTokens: 1};
      const {milliseconds, firstTokenMilliseconds} = await engine.ask("complete", asked, {onProgress});
      assert.ok(milliseconds >= 1000, `${milliseconds} ms`);
      assert.equal(firstTokenMilliseconds, milliseconds);
    } finally {
      clock.mock.restore();
    }
  });
});

describe("The tokens to fill in with, of real vocabularies,", () => {
  const families = {
    "deepseek-coder": {order: "psm", prefix: 32_016, suffix: 32_015, middle: 32_017, repository: null, file: null},
    // The tokens of StarCoder, and of StarCoder 2.
    refact: {order: "psm", prefix: 1, suffix: 3, middle: 2, repository: 18, file: 5},
    starcoder: {order: "psm", prefix: 1, suffix: 3, middle: 2, repository: 5, file: 6},
    "llama-spm": null,
    "gpt-2": null
  } as const;

  for (const [name, expected] of Object.entries(families))
    it(`are ${expected === null ? "none" : "found"}: ${name}`, async () => {
      const llama = await engineInProcess.llamaRuntime("off", 0, () => undefined);
      const model = await llama.loadModel({modelPath: vocabularyFile(name), vocabOnly: true});
      try {
        assert.deepEqual(new Prompts(model, new Vocabulary(model)).infill, expected);
      } finally {
        await model.dispose();
      }
    });
});

describe("The tokens of a text that something stands before", () => {
  const texts = ["\n    return result\n", "\n", "\n\n\nx", " a", "   a", "a", "\t", "\r\n", "\0", "🚀", "</s>", " "];

  for (const name of ["llama-spm", "phi-3", "baichuan", "gpt-2"])
    it(`are that text and no space in front of it: ${name}`, async () => {
      const llama = await engineInProcess.llamaRuntime("off", 0, () => undefined);
      const model = await llama.loadModel({modelPath: vocabularyFile(name), vocabOnly: true});
      try {
        const vocabulary = new Vocabulary(model);
        for (const text of texts) {
          const bytes = Buffer.concat(vocabulary.tokenizeOn(text).map((id) => vocabulary.bytes(id)));
          assert.equal(bytes.toString(), text);
        }
        // As CodeLlama's own code has them (llama.cpp #3503).
        if (name === "llama-spm")
          assert.deepEqual(vocabulary.tokenizeOn("\n    return result\n"), [13, 1678, 736, 1121, 13]);
      } finally {
        await model.dispose();
      }
    });
});

describe("A model without fill-in-the-middle tokens", () => {
  const folder = temporaryFolder();
  after(() => folder.remove());

  it("continues the prefix, says so, and leaves the suffix out", async () => {
    const file = withoutInfill(f16, folder.path);
    const engine = new Engine(spec(file));
    const description = await engine.ask("describe", {});
    assert.deepEqual(description.capabilities, {
      generate: true,
      purpose: "generates",
      infill: false,
      spans: true,
      promptLogprobs: true,
      ranks: true,
      entropy: true,
      detailIsFree: true,
      maxAlternatives: 256
    });
    const completion = await engine.ask("complete", {...shared, prefix: python, suffix: "anything", maxTokens: 6});
    assert.equal(completion.infill, false);
    const judge = await Judge.open(file);
    const ids = [...new Vocabulary(judge.model).tokenize(python, false)];
    assert.equal(completion.promptTokens, ids.length + 1);
    for (const [i, id] of completion.ids.entries()) {
      const truth = await judge.after([bos, ...ids, ...completion.ids.slice(0, i)]);
      assert.ok(truth.logprob(id) >= truth.ranked(1) - 2 * tolerated, `token ${i}`);
    }
    await judge.close();
    const other = await engine.ask("complete", {...shared, prefix: python, suffix: "something else", maxTokens: 6});
    assert.equal(other.text, completion.text);
    assert.equal(other.evaluatedPromptTokens, 1);
  });
});
