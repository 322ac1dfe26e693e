import type {LlamaContextSequence, LlamaModel} from "node-llama-cpp";
import {withLineEndsOf} from "../../completion/lines";
import type {CompleteParams, Completion} from "../../contract/completion";
import type {ModelDescription} from "../../contract/models";
import type {RequestContext} from "../backend";
import type {Turn} from "../scheduler";
import {Completer} from "./completer";
import {Prompts} from "./completionPrompt";
import type {LoadedVocabulary} from "./loadedVocabulary";
import {ropeFactorsOf} from "./longRope";
import {markTokens} from "./markTokens";
import {activeParameters} from "./modelHeader";
import type {Sequences} from "./sequences";
import {windowWarnings} from "./warnings";
import {deviceOf, type Weights} from "./weights";

/** A KV cache, and what is kept beside it from one completion to the next. */
interface Kept {
  readonly sequence: LlamaContextSequence;
  readonly completer: Completer;
  readonly prompts: Prompts;
}

/** The KV cache for completions. */
export class CompletionContext {
  private kept: Promise<Kept> | undefined;

  constructor(
    private readonly loaded: Promise<LoadedVocabulary>,
    private readonly weights: Weights,
    private readonly sequences: Sequences
  ) {}

  /** The weights that it belongs to are disposed of, and it with them. */
  forget(): void {
    this.kept = undefined;
  }

  async sequence({contextSize}: ModelDescription, context: RequestContext): Promise<LlamaContextSequence> {
    return (await this.get(await this.weights.get(context), contextSize)).sequence;
  }

  async complete(
    params: Omit<CompleteParams, "model">,
    description: ModelDescription,
    turn: Turn,
    context: RequestContext
  ): Promise<Completion> {
    const {contextSize} = description;
    const started = performance.now();
    const getWeights = () => this.weights.get(context);
    const model = await (this.weights.device === null ? turn.load(getWeights) : getWeights());
    const {completer, prompts} = await this.get(model, contextSize);
    // However long the completion may become, most of the context is for what it continues.
    const reserved = Math.min(params.maxTokens, Math.floor(contextSize / 4));
    const prompt = prompts.prompt(params, Math.max(1, contextSize - reserved));
    const ready = performance.now() - started;
    const completion = await completer.complete(prompt, params, turn, context.onProgress);
    const {warnings} = await this.loaded;
    const first = completion.firstTokenMilliseconds;
    const ropeFactors = ropeFactorsOf(model.fileInfo, contextSize);
    return {
      model: description,
      ...(ropeFactors === null ? {} : {ropeFactors}),
      ...completion,
      text: withLineEndsOf(completion.text, params.prefix, params.suffix),
      firstTokenMilliseconds: first === null ? null : ready + first,
      milliseconds: performance.now() - started,
      warnings: [
        ...warnings,
        ...windowWarnings(model.fileInfo, contextSize, completion.promptTokens + completion.ids.length)
      ]
    };
  }

  private async get(model: LlamaModel, contextSize: number): Promise<Kept> {
    if (this.kept === undefined) {
      this.kept = this.make(model, contextSize);
      this.kept.catch(() => {
        this.kept = undefined;
      });
    }
    return await this.kept;
  }

  private async make(model: LlamaModel, contextSize: number): Promise<Kept> {
    const {vocabulary} = await this.loaded;
    const sequence = await this.sequences.create(model, contextSize);
    const prompts = new Prompts(model, vocabulary);
    const marks = markTokens(model, vocabulary, prompts.marks);
    const strength = {
      parameters: activeParameters(model.fileInfo),
      threads: model.llama.maxThreads,
      onDevice: deviceOf(model) !== "cpu"
    };
    return {sequence, completer: new Completer({sequence, model, vocabulary, contextSize, marks}, strength), prompts};
  }
}
