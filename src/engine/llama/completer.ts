import type {LlamaModel} from "node-llama-cpp";
import {sureTokens, withoutHalfWord} from "../../completion/confidence";
import {AcceptanceRate, draftTokenCost, draftTokens, smallModel} from "../../completion/promptLookup";
import {completionEnd} from "../../completion/stop";
import type {CompleteParams, Completion, CompletionStop} from "../../contract/completion";
import type {RequestContext} from "../backend";
import type {Turn} from "../scheduler";
import {promptBatch, type Strength} from "./batchSizes";
import type {Prompt} from "./completionPrompt";
import {type EvaluationContext, firstChoice, type Predictions} from "./evaluator/evaluator";
import {endsText} from "./markTokens";
import type {Vocabulary} from "./vocabulary";

/** Time between two progress messages, in milliseconds: a message takes as long as a token of a small model. */
const tellingTime = 5;

/** Max draft tokens per batch. */
const maxDraft = 4;

/** Predictions of a batch that are read, at most: behind the last token, and behind each draft token. */
export const maxPredictions = 1 + maxDraft;

/** Tokens at the end of a prompt that the next key may change: a word that goes on is cut into other tokens. */
const unstableTokens = 8;

/** A new checkpoint saves this many tokens, at least. */
const minCheckpointDistance = 8;

const noTargets = new Int32Array();

/** Tokens that a small model goes on for before anybody has looked at the first of them: some are for nothing at the end. */
const maxAhead = 3;

/** What a completer works with. */
interface CompleterParts {
  readonly context: EvaluationContext;
  /** The model without its weights. */
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
  readonly signal: AbortSignal;
  readonly onProgress: RequestContext["onProgress"];
  readonly started: number;
  readonly draft: {tried: number; accepted: number};
  firstTokenMilliseconds?: number;
  /** The time of the last progress message. */
  told?: number;
}

/**
 * Runs one completion after the other on one context, which keeps its state: the common beginning of two prompts is evaluated
 * once.
 */
export class Completer {
  private readonly context: EvaluationContext;
  private readonly model: LlamaModel;
  private readonly vocabulary: Vocabulary;
  private readonly contextSize: number;
  private readonly marks: ReadonlySet<number>;
  private readonly draftTokenCost: number;
  /** Tokens in a batch of a prompt. */
  private readonly batchSize: number;
  private readonly maxGoesOn: number;

  constructor({context, model, vocabulary, contextSize, marks}: CompleterParts, strength: Strength) {
    this.context = context;
    this.model = model;
    this.vocabulary = vocabulary;
    this.contextSize = contextSize;
    this.marks = marks;
    const {parameters, threads, onDevice} = strength;
    // A rejected draft token must be removed from the KV cache again.
    this.draftTokenCost = context.goesBack ? draftTokenCost(parameters, threads, onDevice) : Number.POSITIVE_INFINITY;
    this.batchSize = promptBatch(strength);
    this.maxGoesOn = context.goesBack && parameters < smallModel ? maxAhead : 0;
  }

  /** Generates greedily (temperature 0) until the completion ends. */
  async complete(
    {tokens, infill}: Prompt,
    params: GenerateParams,
    turn: Turn,
    {signal, onProgress}: RequestContext
  ): Promise<Omit<Completion, "model" | "milliseconds" | "warnings">> {
    const run: Run = {params, turn, signal, onProgress, started: performance.now(), draft: {tried: 0, accepted: 0}};
    const written = new Written(this.vocabulary, params);
    const prompt = Int32Array.from(tokens);
    let evaluatedPromptTokens = 0;
    let end: CompletionStop = "end";
    if (prompt.length > 0) {
      // The last token is evaluated in any case: it predicts.
      const known = await this.context.keepStart(prompt.subarray(0, -1));
      evaluatedPromptTokens = prompt.length - known;
      await this.evaluateMost(prompt, run);
      if (params.promptOnly) end = turn.stopped ? "stopped" : "maxTokens";
      else end = await this.generate(prompt, written, run);
    }
    return {
      ...written.answer(),
      stop: end,
      infill,
      promptTokens: prompt.length,
      evaluatedPromptTokens,
      firstTokenMilliseconds: run.firstTokenMilliseconds ?? null,
      draft: run.draft
    };
  }

  /** Goes on from what the context holds of the prompt. */
  private async generate(prompt: Int32Array, written: Written, run: Run): Promise<CompletionStop> {
    const {params, turn, draft} = run;
    const acceptance = new AcceptanceRate(this.draftTokenCost);
    const all = Array.from(prompt);
    while (written.ids.length < params.maxTokens) {
      if (turn.stopped) return "stopped";
      const room = this.contextSize - all.length;
      if (room <= 0) return "context";
      const left = Math.min(room, params.maxTokens - written.ids.length) - 1;
      // The end of a prompt is computed alone.
      const drafted = written.ids.length > 0 && acceptance.pays ? this.draft(all, Math.min(maxDraft, left)) : [];
      const waiting = all.slice(this.context.length);
      // The first text is shown as soon as it is there.
      const goesOn = drafted.length > 0 || written.ids.length === 0 ? 0 : Math.min(this.maxGoesOn, left);
      const predictions = await this.predict(waiting, drafted, goesOn, run);
      if (predictions === undefined) return "stopped";
      run.firstTokenMilliseconds ??= performance.now() - run.started;
      const accepted = acceptedTokens(drafted, predictions);
      draft.tried += drafted.length;
      draft.accepted += accepted;
      acceptance.add(drafted.length, accepted);
      const known = drafted.length > 0 ? accepted + 1 : predictions.logprobs.length;
      const ended = this.take(predictions, known, written, run);
      if (ended !== undefined) return ended;
      this.tell(written, run);
      all.push(...written.ids.slice(all.length - prompt.length));
      // Draft tokens that were rejected.
      if (accepted < drafted.length) await this.context.keepStart(Int32Array.from(all.slice(0, -1)));
    }
    return "maxTokens";
  }

  private tell({ids, text}: Written, run: Run): void {
    const now = performance.now();
    if (run.told !== undefined && now - run.told < tellingTime) return;
    run.onProgress({stage: "complete", done: ids.length, total: run.params.maxTokens, text});
    run.told = performance.now();
  }

  /**
   * Evaluates a prompt except for its last batch, or its last token if that is all that is asked for. Where the memory can't go back
   * by itself, it gets a checkpoint before the prompt's last tokens, which the next key may change.
   */
  private async evaluateMost(prompt: Int32Array, {params, turn, signal}: Run): Promise<void> {
    const {context, batchSize} = this;
    const stable = prompt.length - unstableTokens;
    const last = prompt.length - 1;
    const takesCheckpoint = !context.goesBack && stable - context.length >= minCheckpointDistance;
    for (;;) {
      const at = context.length;
      const beforeCheckpoint = takesCheckpoint && at < stable;
      const isLastBatch = !beforeCheckpoint && params.promptOnly !== true && prompt.length - at <= batchSize;
      if (at >= last || isLastBatch) return;
      const end = Math.min(at + batchSize, beforeCheckpoint ? stable : last);
      const batch = {
        tokens: prompt.slice(at, end),
        targets: noTargets,
        top: 1,
        checkpoint: beforeCheckpoint && end === stable
      };
      if ((await turn.batch(() => context.evaluate(batch, signal))) === undefined) return;
    }
  }

  /**
   * The predictions after the last of these tokens and after each draft token, and after those that it goes on for; undefined if it was
   * stopped.
   */
  private async predict(
    tokens: readonly number[],
    drafted: readonly number[],
    goesOn: number,
    {turn, signal}: Run
  ): Promise<Predictions | undefined> {
    const targets = new Int32Array(1 + drafted.length).fill(firstChoice);
    return await turn.batch(async () => {
      const batch = {tokens: Int32Array.from([...tokens, ...drafted]), targets, top: 1, goesOn};
      return await (await this.context.evaluate(batch, signal)).predictions;
    });
  }

  private draft(ids: readonly number[], max: number): readonly number[] {
    const drafted = draftTokens(ids, max);
    const end = drafted.findIndex((token) => this.endsText(token));
    return end === -1 ? drafted : drafted.slice(0, end);
  }

  /** A completion ends before such a token, and it is never drafted. */
  private endsText(id: number): boolean {
    return endsText(this.model, this.marks, id);
  }

  /** Adds the first choices of the first `count` predictions one by one, until one ends the completion. */
  private take(
    {topIds, logprobs}: Predictions,
    count: number,
    written: Written,
    {started, params: {timeLimit}}: Run
  ): CompletionStop | undefined {
    for (let i = 0; i < count; i++) {
      const id = topIds[i] as number;
      if (this.endsText(id)) return "end";
      const end = written.add(id, logprobs[i] as number);
      if (end !== undefined) return end;
      const late = timeLimit !== undefined && performance.now() - started > timeLimit;
      if (late && written.cutToLines()) return "time";
    }
    return undefined;
  }
}

/** What has been generated. */
class Written {
  readonly ids: number[] = [];
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
  add(token: number, logprob: number): CompletionStop | undefined {
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

/** The number of draft tokens before the first that the model did not choose. */
function acceptedTokens(drafted: readonly number[], {topIds}: Predictions): number {
  const rejected = drafted.findIndex((token, index) => topIds[index] !== token);
  return rejected === -1 ? drafted.length : rejected;
}
