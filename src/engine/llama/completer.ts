import type {
  ControlledEvaluateIndexOutput,
  ControlledEvaluateInputItem,
  LlamaContextSequence,
  LlamaModel,
  Token
} from "node-llama-cpp";
import {sureTokens, withoutHalfWord} from "../../completion/confidence";
import {AcceptanceRate, draftTokenCost, draftTokens} from "../../completion/promptLookup";
import {completionEnd} from "../../completion/stop";
import type {CompleteParams, Completion, CompletionStop} from "../../contract/completion";
import type {RequestContext} from "../backend";
import type {Turn} from "../scheduler";
import type {Prompt} from "./completionPrompt";
import {noNumbers} from "./distribution";
import {needsAllPredictions} from "./modelHeader";
import {canGoBack, keepCommonStart} from "./sequenceState";
import {asToken, type Vocabulary} from "./vocabulary";

/** The smallest and the largest batch of a prompt, in tokens. */
const minBatch = 8;
const maxBatch = 512;

/**
 * A batch of a prompt that makes good use of the processor, in tokens. A model of 0.5B parameters takes 12.7 ms per token in
 * batches of 8, 9.1 in batches of 32, 7.4 in batches of 64, 7.1 in batches of 128 and 6.9 in batches of 512
 * (docs/decisions/completion.md).
 */
const goodBatch = 128;

/** Parameters times tokens that a thread computes per millisecond, from those 6.9 ms. */
const threadSpeed = 0.5e9 / 6.9;

/**
 * The time that a batch of the prompt may take, in milliseconds: nothing is cancelled in the middle of one. A small model does
 * more than a good batch in `batchTime`; a large one may take `maxTime` for a good batch.
 */
const batchTime = 100;
const maxTime = 1000;

/** Time between two progress messages, in milliseconds: a message takes as long as a token of a small model. */
const tellingTime = 5;

/** Max draft tokens per batch. */
const maxDraft = 4;

/** What decides how fast a model is, as counts, not as measured times: the same request must give the same numbers. */
export interface Strength {
  /** Parameters that are used for a token. */
  readonly parameters: number;
  readonly threads: number;
  /** At least some layers are on a device. */
  readonly onDevice: boolean;
}

/** What a completer works with. */
interface CompleterParts {
  readonly sequence: LlamaContextSequence;
  readonly model: LlamaModel;
  readonly vocabulary: Vocabulary;
  /** Tokens of prompt and completion together. llama.cpp rounds its context up, beyond what the model has learned. */
  readonly contextSize: number;
  /** Ids of tokens that are no text, whatever their type in the file. */
  readonly marks: ReadonlySet<number>;
}

type GenerateParams = Omit<CompleteParams, "model" | "suffix" | "path" | "repository" | "files" | "background">;

/** A completion under way. */
interface Run {
  readonly params: GenerateParams;
  readonly turn: Turn;
  readonly onProgress: RequestContext["onProgress"];
  readonly started: number;
  readonly draft: {tried: number; accepted: number};
  firstTokenMilliseconds?: number;
  /** The time of the last progress message. */
  told?: number;
}

/**
 * Runs one completion after the other on one sequence, which keeps its state: the common beginning of two prompts is evaluated
 * once.
 */
export class Completer {
  private readonly sequence: LlamaContextSequence;
  private readonly model: LlamaModel;
  private readonly vocabulary: Vocabulary;
  private readonly contextSize: number;
  private readonly marks: ReadonlySet<number>;
  private readonly draftTokenCost: number;
  /** Tokens in a batch of a prompt. */
  private readonly batchSize: number;

  constructor({sequence, model, vocabulary, contextSize, marks}: CompleterParts, strength: Strength) {
    this.sequence = sequence;
    this.model = model;
    this.vocabulary = vocabulary;
    this.contextSize = contextSize;
    this.marks = marks;
    const {parameters, threads, onDevice} = strength;
    // A rejected draft token must be removed from the KV cache again.
    this.draftTokenCost = canGoBack(sequence)
      ? draftTokenCost(parameters, threads, onDevice)
      : Number.POSITIVE_INFINITY;
    this.batchSize = onDevice ? maxBatch : promptBatch(parameters, threads);
  }

  /** Generates greedily (temperature 0) until the completion ends. */
  async complete(
    {tokens, infill}: Prompt,
    params: GenerateParams,
    turn: Turn,
    onProgress: RequestContext["onProgress"]
  ): Promise<Omit<Completion, "model" | "milliseconds" | "warnings">> {
    const run: Run = {params, turn, onProgress, started: performance.now(), draft: {tried: 0, accepted: 0}};
    const written = new Written(this.vocabulary, params);
    let evaluatedPromptTokens = 0;
    let end: CompletionStop = "end";
    if (tokens.length > 0) {
      // The last token is evaluated in any case: it predicts.
      const known = await keepCommonStart(this.sequence, tokens.slice(0, -1));
      evaluatedPromptTokens = tokens.length - known;
      const waiting = await this.evaluateMost(tokens.slice(known), params.promptOnly === true, turn);
      if (params.promptOnly) end = turn.stopped ? "stopped" : "maxTokens";
      else end = await this.generate(tokens, waiting, written, run);
    }
    return {
      ...written.answer(),
      stop: end,
      infill,
      promptTokens: tokens.length,
      evaluatedPromptTokens,
      firstTokenMilliseconds: run.firstTokenMilliseconds ?? null,
      draft: run.draft
    };
  }

  /** `unevaluated`: the end of the prompt. */
  private async generate(
    prompt: readonly Token[],
    unevaluated: readonly Token[],
    written: Written,
    run: Run
  ): Promise<CompletionStop> {
    const {params, turn, draft} = run;
    const acceptance = new AcceptanceRate(this.draftTokenCost);
    const all = [...prompt];
    let waiting = unevaluated;
    while (written.ids.length < params.maxTokens) {
      if (turn.stopped) return "stopped";
      const room = this.contextSize - this.sequence.nextTokenIndex - waiting.length;
      if (room <= 0) return "context";
      const max = Math.min(maxDraft, room - 1, params.maxTokens - written.ids.length - 1);
      // The end of a prompt is computed alone.
      const drafted = written.ids.length > 0 && acceptance.pays ? this.draft(all, max) : [];
      const outputs = await this.predict(waiting, drafted, turn);
      if (outputs === undefined) return "stopped";
      run.firstTokenMilliseconds ??= performance.now() - run.started;
      const accepted = acceptedTokens(drafted, outputs);
      draft.tried += drafted.length;
      draft.accepted += accepted;
      if (accepted < drafted.length) await this.forget(drafted.length - accepted);
      acceptance.add(drafted.length, accepted);
      const ended = this.take(outputs.slice(0, accepted + 1), written, run);
      if (ended !== undefined) return ended;
      this.tell(written, run);
      all.push(...written.ids.slice(all.length - prompt.length));
      waiting = all.slice(-1);
    }
    return "maxTokens";
  }

  private tell({ids, text}: Written, run: Run): void {
    const now = performance.now();
    if (run.told !== undefined && now - run.told < tellingTime) return;
    run.onProgress({stage: "complete", done: ids.length, total: run.params.maxTokens, text});
    run.told = performance.now();
  }

  /** Evaluates a prompt except for its last batch, or its last token (`butOne`). Resolves with what is left. */
  private async evaluateMost(tokens: readonly Token[], butOne: boolean, turn: Turn): Promise<readonly Token[]> {
    let left = tokens;
    while (left.length > 1 && (butOne || left.length > this.batchSize)) {
      const batch = left.slice(0, Math.min(this.batchSize, left.length - 1));
      const evaluated = await turn.batch(() => this.sequence.controlledEvaluate([...batch]));
      if (evaluated === undefined) break;
      left = left.slice(batch.length);
    }
    return left;
  }

  /** The predictions after the last of these tokens and after each draft token; undefined if it was stopped. */
  private async predict(
    tokens: readonly Token[],
    drafted: readonly Token[],
    turn: Turn
  ): Promise<readonly (ControlledEvaluateIndexOutput | undefined)[] | undefined> {
    const before = tokens.slice(0, -1);
    const outputs = await turn.batch(() =>
      this.sequence.controlledEvaluate([
        ...(needsAllPredictions(this.model.fileInfo) ? before.map(greedily) : before),
        ...[...tokens.slice(-1), ...drafted].map(greedily)
      ])
    );
    return outputs?.slice(before.length);
  }

  private draft(ids: readonly Token[], max: number): Token[] {
    const drafted = draftTokens(ids, max).map(asToken);
    const end = drafted.findIndex((token) => this.endsText(token));
    return end === -1 ? drafted : drafted.slice(0, end);
  }

  /** A completion ends before such a token, and it is never drafted. */
  private endsText(token: Token): boolean {
    return this.marks.has(token) || this.model.isEogToken(token) || this.model.isSpecialToken(token);
  }

  /** Takes the last tokens out of the KV cache. */
  private async forget(count: number): Promise<void> {
    const end = this.sequence.nextTokenIndex;
    await this.sequence.eraseContextTokenRanges([{start: end - count, end}]);
  }

  /** Adds tokens one by one, until one ends the completion. */
  private take(
    outputs: readonly (ControlledEvaluateIndexOutput | undefined)[],
    written: Written,
    {started, params: {timeLimit}}: Run
  ): CompletionStop | undefined {
    for (const output of outputs) {
      const token = output?.next.token;
      // The selected token is the greatest: ln p = 0 - ln Σ exp(logit - max).
      const logprob = -Math.log(output?.next.totalLogitWeight ?? Number.NaN);
      // Some token is selected all the same, an end of the text for instance.
      if (Number.isNaN(logprob)) throw noNumbers();
      if (token === undefined || token === null || this.endsText(token)) return "end";
      const end = written.add(token, logprob);
      if (end !== undefined) return end;
      const late = timeLimit !== undefined && performance.now() - started > timeLimit;
      if (late && written.cutToLines()) return "time";
    }
    return undefined;
  }
}

/** What has been generated. */
class Written {
  readonly ids: Token[] = [];
  private readonly logprobs: number[] = [];
  // Holds back the bytes of a character that is not complete yet.
  private readonly decoder = new TextDecoder("utf-8", {ignoreBOM: true});
  private whole = "";
  /** Where the shown part of `whole` ends, in UTF-16 units. */
  private end: number | undefined;

  constructor(
    private readonly vocabulary: Vocabulary,
    private readonly params: GenerateParams
  ) {}

  get text(): string {
    return this.whole.slice(0, this.end);
  }

  /** Adds a token. Says how the completion ends with it, or before it; undefined if it goes on. */
  add(token: Token, logprob: number): CompletionStop | undefined {
    const {prefix, extent, minConfidence = 0} = this.params;
    this.logprobs.push(logprob);
    if (sureTokens(this.logprobs, minConfidence) < this.logprobs.length) {
      this.logprobs.pop();
      this.end = withoutHalfWord(this.whole, this.vocabulary.text(token)).length;
      return "unsure";
    }
    this.ids.push(token);
    this.whole += this.decoder.decode(this.vocabulary.bytes(token), {stream: true});
    this.end = completionEnd(this.whole, prefix, extent);
    if (this.end === undefined) return undefined;
    return extent === "line" ? "line" : "block";
  }

  /** Cuts the text to whole lines, if one of them is not blank. */
  cutToLines(): boolean {
    const end = Math.max(this.whole.lastIndexOf("\n"), this.whole.lastIndexOf("\r"));
    if (end === -1 || this.whole.slice(0, end).trim() === "") return false;
    this.end = end;
    return true;
  }

  answer(): Pick<Completion, "text" | "ids" | "logprobs" | "texts"> {
    return {
      text: this.text,
      ids: Int32Array.from(this.ids),
      logprobs: Float64Array.from(this.logprobs),
      texts: this.ids.map((id) => this.vocabulary.text(id))
    };
  }
}

/** The size of a prompt's batch on the CPU, in tokens. */
export function promptBatch(parameters: number, threads: number): number {
  const speed = (threads * threadSpeed) / Math.max(1, parameters);
  const size = Math.max(speed * batchTime, Math.min(goodBatch, speed * maxTime));
  return Math.min(Math.max(Math.floor(size), minBatch), maxBatch);
}

/** The number of draft tokens before the first that the model did not choose. */
function acceptedTokens(
  drafted: readonly Token[],
  outputs: readonly (ControlledEvaluateIndexOutput | undefined)[]
): number {
  const rejected = drafted.findIndex((token, index) => outputs[index]?.next.token !== token);
  return rejected === -1 ? drafted.length : rejected;
}

function greedily(token: Token): ControlledEvaluateInputItem {
  return [token, {generateNext: {token: true, totalLogitWeight: true}}];
}
