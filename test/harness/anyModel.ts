import {strict as assert} from "node:assert";
import {readFileSync} from "node:fs";
import path from "node:path";
import type {Completion} from "../../src/contract/completion";
import type {ModelDescription} from "../../src/contract/models";
import type {EngineMethod, EngineRequests} from "../../src/contract/requests";
import type {Scores, TokenList} from "../../src/contract/scoring";
import {scoringBatch} from "../../src/gguf/batches";
import {modelFacts} from "../../src/gguf/facts";
import {readHeader} from "../../src/gguf/header";
import {fileSource} from "../../src/platform/fileSource";
import {Random} from "../faults/random";
import {root} from "./paths";

/** A fresh engine. A refusal is an error named "HumanError". */
export interface FreshEngine {
  /** Whether it runs in its own process: only then is the process's memory the engine's. */
  readonly ownProcess: boolean;
  ask<M extends EngineMethod>(method: M, params: Asked<M>): Promise<EngineRequests[M]["result"]>;
  stop(): void;
}

/** The parameters of a request without the model. */
export type Asked<M extends EngineMethod> = Omit<EngineRequests[M]["params"], "model">;

/**
 * llama.cpp itself (bench/judge.mjs): logprobs of tokens evaluated alone, in batches of `batch` tokens or of the best
 * size.
 */
export interface Judge {
  logprobs(ids: Int32Array, bos: boolean, batch?: number): Promise<Float64Array>;
  stop(): void;
}

/** The result of llama-perplexity for a text cut into chunks; undefined without that program. */
export type Peer = (text: string, chunk: number) => {readonly perplexity: number};

export interface Check {
  readonly name: CheckName;
  /** What was measured, in a few characters. */
  readonly figure: string;
  /** What is wrong, with what shows it; undefined where all is right. */
  readonly problem?: string;
}

export type CheckName = (typeof checkNames)[number];

/** In the order in which they are made. */
export const checkNames = [
  "refused",
  "tokens",
  "rounding",
  "whole = windows",
  "after another version",
  "alternatives",
  "completion moved",
  "prompt tokens reused",
  "same again",
  "llama-perplexity",
  "memory used",
  "window too large"
] as const;

/**
 * Maximum difference of two scores in nats. Batches of the same size give the same bits; only arithmetic on single
 * numbers may differ. A KV cache with wrong tokens is off by tenths or whole nats.
 */
export const tolerance = 5e-3;

/**
 * Completions may differ by this factor times the model's rounding, which is measured first ("rounding"), without our
 * engine. llama.cpp rounds differently in smaller batches, such as the single tokens of a completion: by up to 0.02
 * nats with the demonstration model in F16, 0.2 in Q8_0, and 0.6 with a real model in Q4_1.
 */
const roundingAllowance = 2;

/** Number of tokens to measure a model's rounding with. */
const roundingTokens = 400;

/**
 * Maximum difference of ln(perplexity) from llama-perplexity in nats. Its batches are larger, and the roundings of all
 * tokens nearly cancel out.
 */
export const meanTolerance = 1e-4;

/** Maximum difference of memory from its estimate in bytes, beside a tenth of it: JavaScript and unfreed samplers. */
const memoryTolerance = 96e6;

/** Number of alternatives to request. */
const rivals = 5;

/** Number of tokens of a completion. */
const completionLength = 12;

/** Makes all checks on one model. `start` starts an engine for it. Texts have at most `tokens` tokens. */
export async function checkModel(
  file: string,
  start: () => FreshEngine,
  startJudge: () => Judge,
  {tokens, peer}: {readonly tokens: number; readonly peer?: Peer}
): Promise<readonly Check[]> {
  const judge = startJudge();
  const checks = new Checks(start, judge, tokens, await trainedContext(file), peer);
  try {
    await checks.run();
  } finally {
    checks.engine.stop();
    judge.stop();
  }
  return checks.made;
}

class Checks {
  readonly made: Check[] = [];
  /** Gets all requests in turn: its answers must not depend on earlier ones. */
  readonly engine: FreshEngine;
  private readonly random = new Random(20261130);
  /** Nats. */
  private rounding = 0;
  /** From a fresh engine. */
  private firstCompletion: Completion | undefined;

  constructor(
    private readonly start: () => FreshEngine,
    private readonly judge: Judge,
    private readonly maxTokens: number,
    /** The context size that the model was trained on, in tokens. */
    private readonly trained: number | null,
    private readonly peer: Peer | undefined
  ) {
    this.engine = start();
  }

  async run(): Promise<void> {
    const description = await this.unlessRefused("describe", () => this.engine.ask("describe", {}));
    if (description === undefined) return;
    await this.check("tokens", () => this.tokens(description));
    const size = Math.min(this.maxTokens, Math.floor(description.contextSize * 0.9));
    const text = await this.textOf(size);
    const scores = await this.unlessRefused("score", () => this.engine.ask("score", {text}));
    if (scores === undefined) {
      await this.unlessRefused("complete", () => this.engine.ask("complete", completionAt(text, 0.5)));
      return;
    }
    const whole = await this.alone("score", {text});
    await this.check("rounding", () => this.measureRounding(whole));
    const windowed: Windows = {text, whole, window: Math.floor(size / 2), bos: description.addsBos};
    await this.check("whole = windows", () => this.windows(windowed));
    await this.check("after another version", () => this.versions(text));
    await this.check("alternatives", () => this.alternatives(text, whole));
    await this.completions(text);
    await this.check("same again", () => this.sameAgain(text, scores, whole));
    await this.check("llama-perplexity", () => this.likePeer(description.contextSize));
    if (this.engine.ownProcess) await this.check("memory used", () => this.memory());
    await this.check("window too large", () => this.tooLarge(whole, text));
  }

  /** Sends a request to a fresh engine, which gets no other. */
  private async alone<M extends EngineMethod>(method: M, params: Asked<M>): Promise<EngineRequests[M]["result"]> {
    const engine = this.start();
    try {
      return await engine.ask(method, params);
    } finally {
      engine.stop();
    }
  }

  /** Undefined if the request was refused; then a row says so. */
  private async unlessRefused<T>(what: string, ask: () => Promise<T>): Promise<T | undefined> {
    try {
      return await ask();
    } catch (error) {
      const sentence = sentenceOf(error);
      if (sentence !== undefined) this.made.push({name: "refused", figure: `${what}: ${sentence}`});
      else this.made.push({name: "refused", figure: what, problem: `${what} failed: ${String(error)}`});
      return undefined;
    }
  }

  /** Adds a row. A check throws what it finds wrong. */
  private async check(name: CheckName, work: () => Promise<string | Found>): Promise<void> {
    try {
      const found = await work();
      this.made.push(typeof found === "string" ? {name, figure: found} : {name, ...found});
    } catch (error) {
      this.made.push({name, figure: "failed", problem: error instanceof Error ? error.message : String(error)});
    }
  }

  /** The start of prose, code and other scripts, with `count` tokens or a few less. */
  private async textOf(count: number): Promise<string> {
    let text = "";
    while (text.length < count * 8) text += sourceText;
    for (;;) {
      text = text.slice(0, count * 8);
      const {count: tokens} = await this.engine.ask("count", {text});
      if (tokens <= count) return text;
      text = text.slice(0, Math.min(text.length - 1, Math.floor((text.length * count) / tokens)));
    }
  }

  /** Checks that tokens tile each text, show the text they cover, and match the count. */
  private async tokens({capabilities}: ModelDescription): Promise<string> {
    let all = 0;
    let untiled = 0;
    for (const text of [...oddTexts, ...randomTexts(this.random, 20)])
      for (const special of [false, true]) {
        const list = await this.engine.ask("tokenize", {text, special});
        const named = `${JSON.stringify(text.slice(0, 60))}${special ? " with special tokens" : ""}`;
        all += list.ids.length;
        if (!special) {
          const {count} = await this.engine.ask("count", {text});
          assert.equal(count, list.ids.length, `${named} counts ${count} tokens and has ${list.ids.length}`);
        }
        const texts = await this.engine.ask("tokenTexts", {ids: list.ids});
        assert.deepEqual(texts, list.texts, `${named}: its tokens have other texts when asked for by their ids`);
        if (list.ends === null) untiled += 1;
        else assertTiles(text, list, named);
        // Not every vocabulary has every byte, but texts of common bytes must tile.
        assert.ok(
          list.ends !== null || !capabilities.spans || !/^[ -~\n]*$/.test(text),
          `${named}: no spans, although this model's tokens tile texts`
        );
      }
    return `${all}${untiled > 0 ? `, ${untiled} texts without spans` : ""}`;
  }

  private async measureRounding({ids, windowing: {bos}}: Scores): Promise<string> {
    const first = ids.slice(0, roundingTokens);
    const [inBatches, oneByOne] = [await this.judge.logprobs(first, bos), await this.judge.logprobs(first, bos, 1)];
    const differences = inBatches.map((logprob, at) => Math.abs(logprob - (oneByOne[at] ?? 0)));
    this.rounding = Math.max(0, ...differences.filter((difference) => !Number.isNaN(difference)));
    return this.rounding.toExponential(0);
  }

  /**
   * Compares scores with those of llama.cpp itself in batches of the same size, whole and in windows that are evaluated
   * alone; after other requests and in a fresh engine.
   */
  private async windows({text, whole, window, bos}: Windows): Promise<Found> {
    const stride = Math.floor(window / 2);
    const scores = await this.engine.ask("score", {text, window, stride});
    const difference = new Difference();
    const alone = await this.alone("score", {text, window, stride});
    difference.arrays("in windows after other requests, and alone", scores, alone);
    const {ids} = whole;
    const batch = scoringBatch(whole.model.vocabularySize);
    const judged = async (what: string, judgedScores: Scores, start: number, from: number, end: number) => {
      const logprobs = await this.judge.logprobs(ids.slice(start, end), bos, batch);
      for (let at = from; at < end; at++)
        difference.numbers(`${what}, and by llama.cpp itself`, at, judgedScores.logprobs[at], logprobs[at - start]);
    };
    await judged("as a whole", whole, 0, 0, ids.length);
    const room = window - (bos ? 1 : 0);
    await judged("in the first window", alone, 0, 0, Math.min(room, ids.length));
    for (let from = room; from < ids.length; from += stride)
      await judged("in a later window", alone, from - (room - stride), from, Math.min(from + stride, ids.length));
    return difference.found();
  }

  /** Checks that an edited text gets the same scores as in a fresh engine. */
  private async versions(text: string): Promise<Found> {
    const difference = new Difference();
    const versions = [
      edited(text, 0.87),
      edited(text, 0.5),
      edited(edited(text, 0.5), 0.96).slice(0, Math.floor(text.length * 0.98))
    ];
    for (const [i, version] of versions.entries()) {
      const scores = await this.engine.ask("score", {text: version});
      difference.arrays(`version ${i + 1}, and alone`, scores, await this.alone("score", {text: version}));
    }
    return difference.found();
  }

  /**
   * Checks that alternatives agree with the scores: logprob, rank, entropy and the best token. They are requested in
   * any order, also while a text is being scored.
   */
  private async alternatives(text: string, whole: Scores): Promise<Found> {
    const difference = new Difference();
    const cut = Math.floor(text.length * 0.9);
    const end = await this.alone("score", {text: text.slice(cut), context: text.slice(0, cut), top: rivals});
    const {detail, contextIds} = end;
    assert.ok(detail !== null, "no detail although it was asked for");
    assertDetail(end, detail);
    const ids = Int32Array.from([...contextIds, ...end.ids]);
    const ask = async (scores: Scores, ids: Int32Array, position: number) => {
      return await this.engine.ask("alternatives", {
        ids,
        position,
        windowing: scores.windowing,
        sha256: scores.model.sha256,
        top: rivals
      });
    };
    const pointed = async (): Promise<void> => {
      const scored = [...whole.logprobs.keys()].filter((at) => !Number.isNaN(whole.logprobs[at]));
      for (let i = 0; i < 8; i++) {
        const at = this.random.pick(scored);
        const {logprob} = await ask(whole, whole.ids, at);
        difference.numbers(`alternatives of token ${at}, and its score`, at, logprob, whole.logprobs[at]);
        const later = this.random.below(end.ids.length);
        if (Number.isNaN(end.logprobs[later])) continue;
        const found = await ask(end, ids, contextIds.length + later);
        const where = `token ${later} behind ${contextIds.length} tokens of context`;
        difference.numbers(`alternatives of ${where}, and its score`, later, found.logprob, end.logprobs[later]);
        difference.numbers(`entropy of ${where}, pointed at and scored`, later, found.entropy, detail.entropies[later]);
        for (const [k, rival] of found.top.entries())
          difference.numbers(
            `alternative ${k + 1} of ${where}, pointed at and scored`,
            later,
            rival.logprob,
            detail.topLogprobs[later * detail.top + k]
          );
        const rank = detail.ranks[later] ?? 0;
        // One or two in a hundred of the equally probable tokens lie within the tolerance.
        if (Math.abs(found.rank - rank) > 1 + rank / 50)
          difference.wrong(`${where} has rank ${found.rank} when pointed at and ${rank} in its score`);
      }
    };
    await pointed();
    // This uses another KV cache.
    await Promise.all([this.engine.ask("score", {text: edited(text, 0.3)}), pointed()]);
    return difference.found();
  }

  /** Checks that completions are the same after others as in a fresh engine. */
  private async completions(text: string): Promise<void> {
    const difference = new Difference(tolerance + roundingAllowance * this.rounding);
    const reused: string[] = [];
    const first = completionAt(text, 0.6);
    let accepted = first;
    const places: [string, () => Asked<"complete">][] = [
      ["first", () => first],
      ["a key", () => ({...first, prefix: `${first.prefix}r`})],
      ["a jump", () => completionAt(text, 0.25)],
      ["back", () => first],
      ["again", () => first],
      ["accepted", () => accepted]
    ];
    const answers: Completion[] = [];
    const alone = new Map<Asked<"complete">, Completion>();
    await this.check("completion moved", async () => {
      for (const [name, place] of places) {
        const asked = place();
        const here = await this.engine.ask("complete", asked);
        answers.push(here);
        if (name === "first") accepted = {...first, prefix: first.prefix + here.text};
        const there = alone.get(asked) ?? (await this.alone("complete", asked));
        alone.set(asked, there);
        this.firstCompletion ??= there;
        compareCompletions(difference, `completion "${name}", and alone`, here, there);
        const {promptTokens, evaluatedPromptTokens} = here;
        assert.ok(
          evaluatedPromptTokens >= 1 && evaluatedPromptTokens <= promptTokens,
          `completion "${name}" evaluated ${evaluatedPromptTokens} of ${promptTokens} tokens`
        );
        if (name !== "first" && name !== "back") reused.push(`${promptTokens - evaluatedPromptTokens}`);
      }
      return difference.found();
    });
    const most = answers.at(0)?.promptTokens ?? 0;
    if (reused.length > 0) await this.check("prompt tokens reused", async () => `${reused.join(", ")} of ${most}`);
  }

  /** Checks that two fresh engines give the same answer to the last bit. */
  private async sameAgain(text: string, first: Scores, second: Scores): Promise<Found> {
    const difference = new Difference(0);
    difference.arrays("a score, and the same score in another engine", first, second);
    if (this.firstCompletion !== undefined)
      compareCompletions(
        difference,
        "a completion, and the same in another engine",
        this.firstCompletion,
        await this.alone("complete", completionAt(text, 0.6))
      );
    return difference.found();
  }

  private async likePeer(contextSize: number): Promise<Found | string> {
    if (this.peer === undefined) return "not asked";
    const chunk = Math.min(512, contextSize);
    // llama-perplexity rounds a context up to this many tokens.
    if (chunk % 256 !== 0) return `context of ${contextSize}`;
    const text = await this.textOf(chunk * 2 + 64);
    const {summary} = await this.engine.ask("score", {text, mode: "llama-perplexity", window: chunk});
    const here = summary.perplexity ?? Number.NaN;
    const {perplexity: there} = this.peer(text, chunk);
    const difference = Math.abs(Math.log(here / there));
    const figure = difference.toExponential(0);
    if (difference <= meanTolerance + this.rounding / (2 * Math.sqrt(summary.scored))) return figure;
    return {figure, problem: `chunks of ${chunk}: ${here.toFixed(4)} here, ${there} there`};
  }

  /** Compares memory with the estimate. */
  private async memory(): Promise<Found | string> {
    const {estimate, used} = await this.engine.ask("memory", {});
    if (used === null) return {figure: "", problem: "nothing is loaded although texts were scored"};
    const foretold = estimate.weights.ram + estimate.contexts * estimate.context.ram;
    const megabytes = (bytes: number): string => `${(bytes / 1e6).toFixed(0)} MB`;
    const figure = `${megabytes(used.ram)} of ${megabytes(foretold)}`;
    if (Math.abs(used.ram - foretold) <= memoryTolerance + foretold / 10) return figure;
    return {figure, problem: `${megabytes(used.ram)} are used, ${megabytes(foretold)} were foretold`};
  }

  /** Checks that a window beyond the trained context is refused or gives a warning, and never crashes the engine. */
  private async tooLarge(whole: Scores, text: string): Promise<Found | string> {
    if (this.trained === null) return "";
    const window = this.trained + 256;
    try {
      const scores = await this.alone("score", {text, window});
      // With LongRoPE, a text that fits the original context is scored in it.
      if (scores.windowing.window <= this.trained) return `${scores.windowing.window} taken`;
      if (scores.warnings.length > whole.warnings.length) return "warned";
      return {figure: "silent", problem: `a window of ${window} is taken without a word: ${this.trained} were trained`};
    } catch (error) {
      if (sentenceOf(error) !== undefined) return "refused";
      throw error;
    }
  }
}

interface Windows {
  readonly text: string;
  readonly whole: Scores;
  readonly window: number;
  readonly bos: boolean;
}

interface Found {
  readonly figure: string;
  readonly problem?: string;
}

/** The greatest difference between numbers that should be equal, and where it was. */
class Difference {
  private greatest = 0;
  private where = "";
  private problem: string | undefined;

  constructor(private readonly allowed = tolerance) {}

  arrays(what: string, a: Scores, b: Scores): void {
    if (!sameIds(a.ids, b.ids)) this.wrong(`${what}: other tokens`);
    else for (const at of a.ids.keys()) this.numbers(what, at, a.logprobs[at], b.logprobs[at]);
  }

  /** NaN means not scored. */
  numbers(what: string, at: number, a = Number.NaN, b = Number.NaN): void {
    if (Object.is(a, b)) return;
    const difference = Math.abs(a - b);
    if (Number.isNaN(difference)) {
      this.wrong(`${what}: ${a} and ${b} at token ${at}`);
      return;
    }
    if (difference <= this.greatest) return;
    this.greatest = difference;
    this.where = `${what}: ${a} and ${b} at token ${at}`;
  }

  wrong(problem: string): void {
    this.problem ??= problem;
  }

  found(): Found {
    const figure = this.greatest === 0 ? "0" : this.greatest.toExponential(0);
    if (this.greatest > this.allowed) return {figure, problem: this.where};
    return this.problem === undefined ? {figure} : {figure, problem: this.problem};
  }
}

/** The first position where two tokens were about equally probable: from there on, either text is right. */
function compareCompletions(difference: Difference, what: string, a: Completion, b: Completion): void {
  if (a.promptTokens !== b.promptTokens || a.infill !== b.infill)
    difference.wrong(`${what}: prompts of ${a.promptTokens} and ${b.promptTokens} tokens`);
  for (let at = 0; at < Math.max(a.ids.length, b.ids.length); at++) {
    const [one, other] = [a.logprobs[at], b.logprobs[at]];
    // One text ends here, and its probability is unknown.
    if (one === undefined || other === undefined) {
      if (Math.exp(one ?? other ?? 0) > 0.6)
        difference.wrong(`${what}: one ends at token ${at}, the other is sure not to`);
      return;
    }
    difference.numbers(what, at, one, other);
    if (a.ids[at] !== b.ids[at]) return;
  }
  if (a.text !== b.text || a.stop !== b.stop) difference.wrong(`${what}: the same tokens, another text or end`);
}

function completionAt(text: string, share: number): Asked<"complete"> {
  const at = Math.floor(text.length * share);
  // The suffix is shorter than the prefix, as usual while writing.
  const suffix = text.slice(at, Math.floor(text.length * (share + 0.1)));
  return {prefix: text.slice(0, at), suffix, maxTokens: completionLength, extent: "unlimited"};
}

/** Replaces some words by others. */
function edited(text: string, share: number): string {
  const at = Math.floor(text.length * share);
  return `${text.slice(0, at)} otherwise ${text.slice(at + 12)}`;
}

function sameIds(a: Int32Array, b: Int32Array): boolean {
  return a.length === b.length && a.every((id, at) => id === b[at]);
}

/** Checks that tokens tile the text's bytes and show the text they cover. */
function assertTiles(text: string, {ids, ends, texts}: TokenList, named: string): void {
  assert.ok(ends !== null);
  const bytes = Buffer.from(text.toWellFormed());
  assert.equal(ends.length, ids.length, `${named}: ${ends.length} spans for ${ids.length} tokens`);
  assert.equal(ends.at(-1) ?? 0, bytes.length, `${named}: spans end at ${ends.at(-1)} of ${bytes.length} bytes`);
  const decoder = new TextDecoder("utf-8", {ignoreBOM: true});
  let start = 0;
  for (const [i, end] of ends.entries()) {
    assert.ok(end >= start, `${named}: token ${i} ends before it begins`);
    const covered = decoder.decode(bytes.subarray(start, end));
    const shown = texts[i] ?? "";
    // SentencePiece puts a space in front of a text. It covers nothing.
    assert.ok(
      shown === covered || shown === ` ${covered}`,
      `${named}: token ${i} shows ${JSON.stringify(shown)} and covers ${JSON.stringify(covered)}`
    );
    start = end;
  }
}

/** Checks that rank, entropy, alternatives and logprob of a token agree. */
function assertDetail({ids, logprobs, top1}: Scores, detail: NonNullable<Scores["detail"]>): void {
  const {top, ranks, entropies, topIds, topLogprobs} = detail;
  for (const [at, id] of ids.entries()) {
    const logprob = logprobs[at] ?? Number.NaN;
    if (Number.isNaN(logprob)) continue;
    const rank = ranks[at] ?? 0;
    const first = topLogprobs.subarray(at * top, (at + 1) * top);
    assert.equal(top1[at] === 1, rank === 1, `token ${at}: rank ${rank}, first choice: ${top1[at]}`);
    assert.ok((entropies[at] ?? -1) >= -1e-6, `token ${at}: entropy ${entropies[at]}`);
    assert.ok(
      first.every((value, k) => k === 0 || value <= (first[k - 1] ?? 0)),
      `token ${at}: alternatives out of order`
    );
    assert.ok(first.reduce((sum, value) => sum + Math.exp(value), 0) <= 1 + 1e-6, `token ${at}: alternatives above 1`);
    const among = topIds.subarray(at * top, (at + 1) * top).indexOf(id);
    // More tokens may be equally probable than are listed.
    if (among >= 0) assert.ok(Math.abs((first[among] ?? 0) - logprob) < 1e-6, `token ${at}: two logprobs`);
    else assert.ok(logprob <= (first[top - 1] ?? 0) + 1e-6, `token ${at} should be among its alternatives`);
  }
}

function sentenceOf(error: unknown): string | undefined {
  return error instanceof Error && error.name === "HumanError" ? error.message : undefined;
}

/** Prose, code and other scripts, the texts of the tests of llama-perplexity mode. */
const sourceText = ["prose", "code", "unicode"]
  .map((name) => readFileSync(path.join(root, `test/fixtures/llamaPerplexity/${name}.txt`), "utf8"))
  .join("\n");

const oddTexts: readonly string[] = [
  "",
  " ",
  "\n",
  "a",
  " a  b   c\t\td\r\n\r\n  e\n\n\n\nf ",
  "\ufeffmark",
  "e\u0301 \u00e9 \ufb01 \u212b \u1e9e \u0130 \u3000 \u2028 \u200b",
  "日本語 и кириллица, العربية, हिन्दी, 한국어",
  "👩‍👩‍👧 🚀🇩🇪",
  "\ud83d alone \ude80",
  "\0\u0001\u007f",
  "<s>some</s> <unk><|endoftext|><|im_start|>x<0x41> <bos>",
  "don't I'LL 12345678 3.14 0x1F",
  "   ".repeat(200),
  "a".repeat(500),
  "\n".repeat(300),
  sourceText.slice(0, 3000)
];

function randomTexts(random: Random, count: number): string[] {
  const pieces = [
    ...oddTexts.filter(({length}) => length > 0 && length < 60),
    ..." .,;:!?'\"()[]{}<>|_-+*/\\\n\t",
    "word",
    "Word",
    "WORD"
  ];
  return Array.from({length: count}, () => Array.from({length: 12}, () => random.pick(pieces)).join(""));
}

/** The trained context size in tokens; null if the header can't be read or doesn't say. */
async function trainedContext(file: string): Promise<number | null> {
  const source = await fileSource(file);
  try {
    return modelFacts(await readHeader(source, {depth: "brief"}), null).contextLength;
  } catch {
    return null;
  } finally {
    await source.close();
  }
}
