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
import type {Prompt} from "./completionPrompt";
import {needsAllPredictions} from "./modelHeader";
import {noNumbers} from "./scorer";
import {canGoBack, keepCommonStart} from "./sequenceState";
import {asToken, type Vocabulary} from "./vocabulary";

/** Tokens in a batch of a prompt. */
const minBatch = 8;
const maxBatch = 512;

/**
 * Tokens. Fewer cost as much as more: a model of 0.5B parameters takes 12.7 ms a token in batches of 8, 9.1 in batches of 32,
 * 7.4 in batches of 64, 7.1 in batches of 128 and 6.9 in batches of 512 (docs/decisions/completion.md).
 */
const goodBatch = 128;

/** Parameters times tokens that a thread computes in a millisecond, by those 6.9 ms. */
const threadSpeed = 0.5e9 / 6.9;

/**
 * Milliseconds that a batch of the prompt may take: nothing is cancelled in the middle of one. A small model does more than a
 * good batch in `batchTime`; a large one may take `maxTime` for it.
 */
const batchTime = 100;
const maxTime = 1000;

/** Milliseconds between two times of telling what there is: a message takes as long as a small model takes for a token. */
const tellingTime = 5;

/** Max draft tokens per batch. */
const maxDraft = 4;

/** What decides how fast a model is, as counts: a number must not depend on how fast the machine was when it was computed. */
export interface Strength {
  /** Those that take part in a token. */
  readonly parameters: number;
  readonly threads: number;
  /** Its layers are on a device, or some of them. */
  readonly onDevice: boolean;
}

type GenerateParams = Omit<CompleteParams, "model" | "suffix" | "path" | "repository" | "files" | "background">;

/**
 * One completion after the other on one sequence, which keeps its state: what two prompts have in common at their start is
 * evaluated once.
 */
export class Completer {
  private readonly draftTokenCost: number;
  /** Tokens in a batch of a prompt. */
  private readonly batchSize: number;

  constructor(
    private readonly sequence: LlamaContextSequence,
    private readonly model: LlamaModel,
    private readonly vocabulary: Vocabulary,
    /** Tokens that prompt and completion may have together: llama.cpp's context is rounded up, beyond what a model has learned. */
    private readonly contextSize: number,
    /** What is no text, whatever its type in the file. */
    private readonly marks: ReadonlySet<number>,
    {parameters, threads, onDevice}: Strength
  ) {
    // A rejected draft token must be removed from the KV cache again.
    this.draftTokenCost = canGoBack(sequence)
      ? draftTokenCost(parameters, threads, onDevice)
      : Number.POSITIVE_INFINITY;
    this.batchSize = onDevice ? maxBatch : promptBatch(parameters, threads);
  }

  /** Generates greedily (temperature 0) until the completion ends. */
  async complete(
    prompt: Prompt,
    params: GenerateParams,
    {signal, stop, onProgress}: RequestContext
  ): Promise<Omit<Completion, "model" | "milliseconds" | "warnings">> {
    const started = performance.now();
    const {tokens, infill} = prompt;
    const written = new Written(this.vocabulary, params);
    const draft = {tried: 0, accepted: 0};
    let evaluatedPromptTokens = 0;
    let firstTokenMilliseconds: number | null = null;
    let end: CompletionStop = "end";
    if (tokens.length > 0) {
      // The last token is evaluated in any case: it predicts.
      const known = await keepCommonStart(this.sequence, tokens.slice(0, -1));
      evaluatedPromptTokens = tokens.length - known;
      // Not yet evaluated: the end of the prompt, and later the last token.
      let waiting = await this.evaluateMost(tokens.slice(known), params.promptOnly === true, signal, stop);
      end = stop?.aborted ? "stopped" : "maxTokens";
      const all = [...tokens];
      const acceptance = new AcceptanceRate(this.draftTokenCost);
      let told = Number.NEGATIVE_INFINITY;
      while (!params.promptOnly && written.ids.length < params.maxTokens) {
        signal.throwIfAborted();
        if (stop?.aborted) {
          end = "stopped";
          break;
        }
        const room = this.contextSize - this.sequence.nextTokenIndex - waiting.length;
        if (room <= 0) {
          end = "context";
          break;
        }
        const most = Math.min(maxDraft, room - 1, params.maxTokens - written.ids.length - 1);
        // What a prompt ends with is computed alone.
        const drafted = written.ids.length > 0 && acceptance.pays ? this.draft(all, most) : [];
        const outputs = await this.predict(waiting, drafted);
        firstTokenMilliseconds ??= performance.now() - started;
        const accepted = acceptedTokens(drafted, outputs);
        draft.tried += drafted.length;
        draft.accepted += accepted;
        if (accepted < drafted.length) await this.forget(drafted.length - accepted);
        acceptance.add(drafted.length, accepted);
        const ended = this.take(outputs.slice(0, accepted + 1), written, started, params);
        if (ended !== undefined) {
          end = ended;
          break;
        }
        if (performance.now() - told >= tellingTime) {
          onProgress({stage: "complete", done: written.ids.length, total: params.maxTokens, text: written.text});
          told = performance.now();
        }
        all.push(...written.ids.slice(all.length - tokens.length));
        waiting = all.slice(-1);
      }
    }
    return {
      ...written.answer(),
      stop: end,
      infill,
      promptTokens: tokens.length,
      evaluatedPromptTokens,
      firstTokenMilliseconds,
      draft
    };
  }

  /** Evaluates a prompt but for its last batch, or but for its last token. Resolves with what is left. */
  private async evaluateMost(
    tokens: readonly Token[],
    butOne: boolean,
    signal: AbortSignal,
    stop: AbortSignal | undefined
  ): Promise<readonly Token[]> {
    let left = tokens;
    while (left.length > 1 && (butOne || left.length > this.batchSize) && !stop?.aborted) {
      signal.throwIfAborted();
      const batch = left.slice(0, Math.min(this.batchSize, left.length - 1));
      await this.sequence.controlledEvaluate([...batch]);
      left = left.slice(batch.length);
    }
    return left;
  }

  /** Predictions after the last of these tokens, and after each draft token behind them. */
  private async predict(
    tokens: readonly Token[],
    drafted: readonly Token[]
  ): Promise<readonly (ControlledEvaluateIndexOutput | undefined)[]> {
    const before = tokens.slice(0, -1);
    const outputs = await this.sequence.controlledEvaluate([
      ...(needsAllPredictions(this.model.fileInfo) ? before.map(greedily) : before),
      ...[...tokens.slice(-1), ...drafted].map(greedily)
    ]);
    return outputs.slice(before.length);
  }

  private draft(ids: readonly Token[], max: number): Token[] {
    const drafted = draftTokens(ids, max).map(asToken);
    const end = drafted.findIndex((token) => this.endsText(token));
    return end === -1 ? drafted : drafted.slice(0, end);
  }

  /** Tokens before which a completion ends; never drafted. */
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
    started: number,
    {timeLimit}: GenerateParams
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
  /** UTF-16 units of `whole` that are shown. */
  private end: number | undefined;

  constructor(
    private readonly vocabulary: Vocabulary,
    private readonly params: GenerateParams
  ) {}

  get text(): string {
    return this.whole.slice(0, this.end);
  }

  /** Says how the completion ends with this token, or before it. */
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

  /** Leaves the whole lines, if there is one that says something. */
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

/** Tokens in a batch of a prompt on the CPU. */
export function promptBatch(parameters: number, threads: number): number {
  const speed = (threads * threadSpeed) / Math.max(1, parameters);
  const size = Math.max(speed * batchTime, Math.min(goodBatch, speed * maxTime));
  return Math.min(Math.max(Math.floor(size), minBatch), maxBatch);
}

/** How many draft tokens, from the first on, the model chose too. */
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
