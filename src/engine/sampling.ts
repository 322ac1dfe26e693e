import * as l10n from "@vscode/l10n";
import {withLineEndsOf} from "../completion/lines";
import {EngineError} from "../contract/errors";
import type {ModelDescription} from "../contract/models";
import type {NextDistribution, NextParams, Sample, SampleParams, Samples, SamplingPrompt} from "../contract/sampling";
import type {Warned} from "../contract/scoring";
import {applySamplers} from "../sampling/chain";
import {describeNext} from "../sampling/describeNext";
import {type DryBreakers, dryIsOn} from "../sampling/dry";
import {dryBreakers} from "../sampling/dryBreakers";
import type {SamplerSettings} from "../sampling/settings";
import type {Backend, PromptTask, PromptTokens, RequestContext} from "./backend";
import {requireCompleting} from "./capabilities";
import {Constraints} from "./constraints";
import {Continuation, type ContinuationParts} from "./continuation";
import {checkNext, checkSample} from "./samplingChecks";
import {ropeFactors} from "./scoringWindows";

/** Milliseconds between two progress messages. */
const tellingTime = 50;

interface PreparedPrompt extends PromptTask, PromptTokens {
  readonly about: Pick<Samples, "model" | "promptTokens" | "cut" | "ropeFactors"> & Warned;
}

/** What a model would write next, whatever computes its logits: prompts, samplers, and where a continuation ends. */
export class Sampling {
  /** The last logits that were asked for: other samplers need no other evaluation. */
  private last: (PromptTask & {readonly logits: Float32Array}) | undefined;

  private dry: {readonly key: string; readonly breakers: DryBreakers} | undefined;

  constructor(
    private readonly backend: Backend,
    private readonly constraints = new Constraints(backend)
  ) {}

  async next(params: NextParams, context: RequestContext): Promise<NextDistribution> {
    const {backend} = this;
    checkNext(params);
    const model = await this.describe();
    const {prompt, samplers, draws} = params;
    const {about, ...task} = await this.prepare(prompt, model, {maxTokens: 1, reserved: 1}, context.signal);
    const logits = await this.logits(task, context);
    const table = await backend.tokenTable();
    const distribution = applySamplers(logits, samplers, task.prompt, {breakers: await this.breakers(samplers)});
    const {top, ...described} = describeNext(logits, distribution, {top: params.top, ...(draws && {draws})});
    return {
      ...about,
      ...described,
      // A copy of the bytes: the vocabulary keeps its own.
      top: top.map((token) => ({...token, text: table.text(token.id), bytes: table.bytes(token.id).slice()}))
    };
  }

  async sample(params: SampleParams, context: RequestContext): Promise<Samples> {
    const {backend} = this;
    checkSample(params);
    const model = await this.describe();
    const {prompt, count, maxTokens, constraint} = params;
    const constrained = constraint && (await this.constraints.of(constraint));
    // However long a continuation may become, most of the context is for what it continues.
    const reserved = Math.min(maxTokens, Math.floor(model.contextSize / 4));
    const {about, ...task} = await this.prepare(prompt, model, {maxTokens, reserved}, context.signal);
    const written: Continuation[] = [];
    const parts: ContinuationParts = {
      params,
      prompt: task.prompt,
      prefix: await this.prefixOf(prompt),
      room: task.window - task.prompt.length,
      table: await backend.tokenTable(),
      breakers: await this.breakers(params.samplers),
      filter: constrained && (() => constrained.begin()),
      onToken: progressTeller(params, context)
    };
    const begin = (index: number) => {
      const continuation = new Continuation(index, parts);
      written.splice(index, written.length, continuation);
      return continuation;
    };
    await backend.writeContinuations({...task, count, begin}, context);
    return {
      ...about,
      samples: written.map((continuation) => inDocument(continuation.sample(), prompt)),
      warnings: [...about.warnings, ...(constrained?.warnings ?? [])]
    };
  }

  private async describe(): Promise<ModelDescription> {
    const model = await this.backend.describe();
    requireCompleting(model);
    return model;
  }

  private async logits(task: PromptTask, context: RequestContext): Promise<Float32Array> {
    const {last} = this;
    if (last !== undefined && last.window === task.window && isSame(last.prompt, task.prompt)) return last.logits;
    const logits = await this.backend.logits(task, context);
    this.last = {...task, logits};
    return logits;
  }

  private async prepare(
    prompt: SamplingPrompt,
    model: ModelDescription,
    {maxTokens, reserved}: {readonly maxTokens: number; readonly reserved: number},
    signal: AbortSignal
  ): Promise<PreparedPrompt> {
    const {backend} = this;
    const {contextSize, addsBos: bos} = model;
    const isCursor = prompt.kind === "cursor";
    const asked = isCursor ? Math.min(prompt.maxTokens ?? 0, Math.floor(contextSize / 4)) : 0;
    const room = Math.max(1, contextSize - Math.max(reserved, asked));
    const {ids, cut} = await backend.prompt(isCursor ? prompt : await this.idsOf(prompt, model, signal), room);
    if (ids.length === 0)
      throw new EngineError(
        "emptyText",
        l10n.t("There is no text to go on from, and this model has no token for the beginning of one.")
      );
    const limits = await backend.windowLimits();
    const {shortWindow} = limits;
    // As a score of the text with its continuation (inShortWindow). A completion goes by the size of the context.
    const fits = !isCursor && shortWindow !== null && ids.length + maxTokens <= shortWindow;
    const window = fits ? Math.min(contextSize, shortWindow) : contextSize;
    const factors = ropeFactors(limits, window);
    const windowing = {mode: "document", bos, window, stride: Math.max(1, Math.floor(window / 2))} as const;
    const warnings = await backend.warnings({ids: ids.subarray(bos ? 1 : 0), windowing});
    return {
      ids,
      cut,
      prompt: ids,
      window,
      isCompletion: isCursor,
      about: {
        model,
        promptTokens: ids.length,
        cut,
        ...(factors === null ? {} : {ropeFactors: factors}),
        warnings
      }
    };
  }

  private async idsOf(
    prompt: Exclude<SamplingPrompt, {kind: "cursor"}>,
    {vocabularySize}: ModelDescription,
    signal: AbortSignal
  ): Promise<Int32Array> {
    if (prompt.kind === "text")
      return (await this.backend.tokenize(prompt.text.toWellFormed(), {special: false, behind: false}, signal)).ids;
    if (prompt.ids.every((id) => id >= 0 && id < vocabularySize)) return prompt.ids;
    throw new EngineError("invalidRequest", l10n.t("There is no such token in this model: score the text again."));
  }

  /** The text before a continuation. */
  private async prefixOf(prompt: SamplingPrompt): Promise<string> {
    if (prompt.kind === "text") return prompt.text;
    if (prompt.kind === "cursor") return prompt.prefix;
    return new TextDecoder("utf-8", {ignoreBOM: true}).decode((await this.backend.tokenBytes(prompt.ids)).bytes);
  }

  /** DRY's breakers as tokens. They are looked for in the whole vocabulary: only where DRY is on. */
  private async breakers({order, dry}: SamplerSettings): Promise<DryBreakers> {
    if (!order.includes("dry") || !dryIsOn(dry)) return new Map();
    const key = JSON.stringify(dry.breakers);
    if (this.dry?.key !== key) this.dry = {key, breakers: dryBreakers(dry.breakers, await this.backend.tokenTable())};
    return this.dry.breakers;
  }
}

function isSame(one: Int32Array, other: Int32Array): boolean {
  return one.length === other.length && one.every((id, i) => id === other[i]);
}

/** With the line ends of the document that it continues. */
function inDocument(sample: Sample, prompt: SamplingPrompt): Sample {
  if (prompt.kind !== "cursor") return sample;
  return {...sample, text: withLineEndsOf(sample.text, prompt.prefix, prompt.suffix)};
}

/** Tells of the text of the continuation that is written, and how many tokens there are at most. */
function progressTeller({count, maxTokens}: SampleParams, {onProgress}: RequestContext): ContinuationParts["onToken"] {
  let told = Number.NEGATIVE_INFINITY;
  return (index, text, tokens) => {
    const now = performance.now();
    if (now - told < tellingTime) return;
    told = now;
    onProgress({stage: "complete", done: index * maxTokens + tokens, total: count * maxTokens, text});
  };
}
