import {strict as assert} from "node:assert";
import {writeFileSync} from "node:fs";
import path from "node:path";
import fc from "fast-check";
import type {Completion} from "../../src/contract/completion";
import type {ModelRef} from "../../src/contract/models";
import type {Alternatives, Scores} from "../../src/contract/scoring";
import {Random} from "../faults/random";
import {tinyModels} from "../faults/tinyModels";
import {cases} from "../harness/thorough";
import {at, Engine, spec} from "./engine";
import {temporaryFolder} from "./modelCopies";

/** One model of each kind of memory, by name in test/faults/tinyModels.ts. */
const memories = [
  {memory: "all positions", name: "llama"},
  {memory: "a sliding window of 96 positions", name: "gemma3"},
  {memory: "a recurrent state", name: "mamba"},
  {memory: "a recurrent state and all positions", name: "hybrid"},
  {memory: "all positions, turned with long or short factors", name: "phi"}
];

/**
 * Maximum difference in nats of a completion's tokens, whose batches depend on what is known of the prompt: up to 0.004 was
 * measured. With a part of its window lost, a token was off by 0.3 and more. Scores are the same to the last bit.
 */
const rounding = 0.02;

const words = ["const ", "text ", "some ", "= ", "a", "\n", "ab;", "st "];

type Request =
  | {readonly kind: "score"; readonly text: string; readonly window?: number; readonly top?: number}
  | {readonly kind: "alternatives"; readonly text: string; readonly position: number}
  | {readonly kind: "complete"; readonly prefix: string; readonly suffix: string};

type Answer = Scores | Alternatives | Completion;

/** An edit: characters are replaced, or the text is cut. */
const edits = fc.record({
  place: fc.integer({min: 0, max: 1000}),
  instead: fc.constantFrom("", "x", "const ab", "\n"),
  removed: fc.constantFrom(0, 1, 7, 100, 2000)
});

const asked = fc.record({
  kind: fc.constantFrom("score", "score", "alternatives", "complete"),
  window: fc.constantFrom(undefined, undefined, 200, 600),
  top: fc.constantFrom(undefined, 3)
});

type Step = readonly [
  edit: {readonly place: number; readonly instead: string; readonly removed: number},
  asked: {readonly kind: string; readonly window: number | undefined; readonly top: number | undefined}
];

function requestsOf(text: string, steps: readonly Step[]): Request[] {
  let now = text;
  return steps.map(([{place, instead, removed}, {kind, window, top}]) => {
    const start = Math.floor((place / 1000) * now.length);
    now = now.slice(0, start) + instead + now.slice(start + removed);
    // The text is restored, so that each edit is made to a long text.
    if (now.length < 300) now += text.slice(now.length);
    if (kind === "complete") return {kind, prefix: now.slice(0, start + 20), suffix: now.slice(start + 20)};
    if (kind === "alternatives") return {kind, text: now, position: start};
    return {kind: "score", text: now, ...(window && {window}), ...(top && {top})};
  });
}

async function answer(engine: Engine, request: Request): Promise<Answer> {
  if (request.kind === "score") {
    const {kind: _, ...params} = request;
    return await engine.ask("score", params);
  }
  if (request.kind === "complete")
    return await engine.ask("complete", {
      prefix: request.prefix,
      suffix: request.suffix,
      maxTokens: 6,
      extent: "unlimited"
    });
  const {ids, model} = await engine.ask("tokenize", {text: request.text});
  const position = Math.min(1 + request.position, ids.length - 1);
  const {contextSize, addsBos: bos} = model;
  const windowing = {mode: "document", bos, window: contextSize, stride: contextSize / 2} as const;
  return await engine.ask("alternatives", {ids, position, windowing, top: 3});
}

/** The numbers of an answer, in the same order for the same request. */
function numbersOf(given: Answer): number[] {
  if ("summary" in given) return [...given.logprobs, ...(given.detail?.entropies ?? [])];
  if ("top" in given) return [given.logprob, given.entropy, ...given.top.map(({logprob}) => logprob)];
  return [...given.logprobs];
}

function assertSame(actual: Answer, expected: Answer, tolerance: number, what: string): void {
  const one = numbersOf(actual);
  const other = numbersOf(expected);
  if ("stop" in actual && "stop" in expected) {
    // If two tokens are equally probable, rounding decides, and the text differs from there on.
    const same = [...actual.ids].findIndex((id, i) => id !== expected.ids[i]);
    if (same !== -1) one.length = other.length = same;
  }
  assert.equal(one.length, other.length, what);
  const worst = one.reduce((most, value, i) => {
    const difference = Math.abs(value - at(other, i));
    // Both are unscored.
    return Number.isNaN(value) && Number.isNaN(at(other, i)) ? most : Math.max(most, difference);
  }, 0);
  assert.ok(worst <= tolerance, `${what}: off by ${worst}`);
}

describe("An answer does not depend on what was asked before, on a model that keeps", () => {
  const folder = temporaryFolder();

  for (const {memory, name} of memories) {
    it(memory, async () => {
      const file = path.join(folder.path, `${name}.gguf`);
      writeFileSync(file, tinyModels[name]?.(new Random(7)) ?? "");
      const model: ModelRef = spec(file);
      const random = new Random(11);
      const text = Array.from({length: 300}, () => random.pick(words)).join("");
      const steps = fc.array(fc.tuple(edits, asked), {minLength: 4, maxLength: 8});
      await fc.assert(
        fc.asyncProperty(steps, async (taken) => {
          const engine = new Engine(model);
          for (const [i, request] of requestsOf(text, taken).entries()) {
            const given = await answer(engine, request);
            const fresh = await answer(new Engine(model), request);
            const tolerance = request.kind === "complete" ? rounding : 0;
            assertSame(given, fresh, tolerance, `request ${i} of ${taken.length}, ${request.kind}`);
          }
        }),
        {numRuns: cases(2, 8), seed: 2026, endOnFailure: true}
      );
    });
  }
});
