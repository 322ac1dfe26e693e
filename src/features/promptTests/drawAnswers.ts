import * as vscode from "vscode";
import type {Sendable} from "../../contract/chunkedTransport";
import type {ModelDescription} from "../../contract/models";
import type {Progress} from "../../contract/progress";
import type {Sample, SampleParams, Samples} from "../../contract/sampling";
import type {Scores} from "../../contract/scoring";
import type {Host} from "../../host/host";
import {type Consistency, consistency} from "../../metrics/consistency";
import {noSamplers} from "../../sampling/settings";
import {editDistance, editSimilarity} from "../../text/editDistance";
import {type PromptChange, promptChanges} from "../../text/promptChanges";
import {errorOfOneText} from "./oneText";
import {textAt} from "./places";
import type {ConsistencyTest} from "./protocol";
import {samplersOf} from "./samplers";
import {synonyms} from "./synonyms";

/** One answer that was drawn. */
export interface Answer extends Pick<Sample, "text" | "stop"> {
  readonly seed: number;
  readonly tokens: number;
  /** Sum over its tokens in the model's own distribution, nats. */
  readonly logprob: number;
}

/** What a small change of the prompt does. */
export interface TriedChange {
  readonly change: PromptChange;
  readonly outcome:
    | {readonly message: string}
    | {
        /** The greedy answer to the changed prompt, and how far it is from the one to the prompt itself. */
        readonly answer: string;
        readonly edits: number;
        readonly similarity: number;
        /** Of the greedy answer to the prompt itself, behind the changed one: nats; null for an answer without tokens. */
        readonly logprob: number | null;
      };
}

export interface ConsistencyResult {
  readonly kind: "consistency";
  readonly test: ConsistencyTest;
  readonly prompt: string;
  /** Null until something has been drawn. */
  readonly drawnWith: {readonly model: ModelDescription; readonly promptTokens: number} | null;
  readonly warnings: readonly string[];
  readonly answers: readonly Answer[];
  /** How much they agree; null without answers. */
  readonly agreement: Consistency | null;
  /** The greedy answer to the prompt itself: its text, and its logprob as a score has it (null without tokens). */
  readonly greedy: {readonly text: string; readonly logprob: number | null; readonly tokens: number} | null;
  /** Of the greedy answer's score. */
  readonly scoredWith: Pick<Scores, "model" | "windowing"> | null;
  readonly changes: readonly TriedChange[];
  readonly allChanges: number;
}

/** What is told while it goes on: what there is so far, or how far the answers are. */
export interface Steps {
  onStep(result: ConsistencyResult): void;
  /** Answers that are done. */
  onDrawn(done: number): void;
}

/**
 * Draws answers to the prompt as it is now, and then tries small changes of it. If `stop` is cancelled, the answers that are
 * done are told before it rejects.
 */
export async function drawAnswers(
  host: Host,
  test: ConsistencyTest,
  stop: vscode.CancellationToken,
  {onStep, onDrawn}: Steps
): Promise<void> {
  const prompt = await textAt(test.prompt);
  const changes = promptChanges(prompt, {synonyms, translations: await otherWordings(test)});
  let result: ConsistencyResult = {
    kind: "consistency",
    test,
    prompt,
    drawnWith: null,
    warnings: [],
    answers: [],
    agreement: null,
    greedy: null,
    scoredWith: null,
    changes: [],
    allChanges: changes.length
  };
  const tell = (more: Partial<ConsistencyResult>): void => {
    result = {...result, ...more};
    onStep(result);
  };
  tell({});
  const {settings} = test;
  const asking = new Asking(host, settings, stop);
  const drawn = await asking.samples(prompt, samplersOf(settings), settings.count, (progress) => {
    if (progress.stage === "complete") onDrawn(Math.floor(progress.done / settings.maxTokens));
  });
  const {model, promptTokens, warnings} = drawn;
  const answers = finished(drawn, settings.seed);
  const agreement = answers.length === 0 ? null : consistency(answers.map(({text}) => text));
  tell({drawnWith: {model, promptTokens}, warnings, answers, agreement});
  const greedy = await asking.greedy(prompt);
  const own = await asking.score(prompt, greedy, greedy.ids.length);
  const stride = own?.ids.length ?? 1;
  tell({
    greedy: {text: greedy.text, logprob: own && sumOf(own.logprobs), tokens: own?.ids.length ?? 0},
    scoredWith: own,
    warnings: [...new Set([...warnings, ...(own?.warnings ?? [])])]
  });
  for (const change of changes) {
    const outcome = await asking.outcome(change, greedy, stride).catch((error: unknown) => {
      if (!errorOfOneText(error)) throw error;
      return {message: host.errors.describe(error)};
    });
    tell({changes: [...result.changes, {change, outcome}]});
  }
}

async function otherWordings({others}: ConsistencyTest): Promise<{language: string; text: string}[]> {
  return await Promise.all(others.map(async (place) => ({language: place.title, text: await textAt(place)})));
}

/** An answer that was stopped is not one. */
function finished({samples}: Samples, seed: number): Answer[] {
  return samples.flatMap(({text, stop, ids, logprobs}, i) =>
    stop === "stopped" ? [] : [{seed: seed + i, text, stop, tokens: ids.length, logprob: sumOf(logprobs)}]
  );
}

function sumOf(logprobs: Float64Array): number {
  return logprobs.reduce((sum, logprob) => sum + logprob, 0);
}

/** The engine's requests of one test, all with the same model. */
class Asking {
  private readonly model;

  constructor(
    private readonly host: Host,
    private readonly settings: ConsistencyTest["settings"],
    private readonly stop: vscode.CancellationToken
  ) {
    this.model = host.settings.scoringModel();
  }

  /** Answers to a prompt. Once there are some, `stop` leaves those that are done. */
  async samples(
    text: string,
    samplers: SampleParams["samplers"],
    count: number,
    onProgress: (progress: Progress) => void = () => undefined
  ): Promise<Samples> {
    const {model, settings} = this;
    const {seed, maxTokens, extent} = settings;
    const prompt = {kind: "text", text} as const;
    const params: Sendable<SampleParams> = {
      ...{model, prompt, samplers, count, seed, maxTokens, extent: "unlimited"},
      // Not the extent "line" of completions, which knows code: answers are any text.
      ...(extent === "line" && {stopTexts: ["\n"]})
    };
    const abandoning = new vscode.CancellationTokenSource();
    const stopping = new vscode.CancellationTokenSource();
    let hasBegun = false;
    const listening = this.stop.onCancellationRequested(() => (hasBegun ? stopping : abandoning).cancel());
    try {
      if (this.stop.isCancellationRequested) throw new vscode.CancellationError();
      return await this.host.engine.request("sample", params, {
        token: abandoning.token,
        stop: stopping.token,
        onProgress: (progress) => {
          hasBegun ||= progress.stage === "complete";
          onProgress(progress);
        }
      });
    } finally {
      listening.dispose();
      abandoning.dispose();
      stopping.dispose();
    }
  }

  /** The answer that always takes the first choice. */
  async greedy(prompt: string): Promise<Sample> {
    const {samples} = await this.samples(prompt, {...noSamplers, temperature: 0}, 1);
    const [sample] = samples;
    if (sample === undefined || sample.stop === "stopped") throw new vscode.CancellationError();
    return sample;
  }

  /**
   * The score of an answer behind a prompt, each cut into tokens by itself, as when it was written: so that it has the same tokens
   * behind every prompt. `stride`: its tokens, so that the prompt has the rest of the window. Null for an answer without tokens.
   */
  async score(context: string, {text}: Pick<Sample, "text">, stride: number): Promise<Scores | null> {
    if (text === "") return null;
    const {model, stop} = this;
    return await this.host.engine.request(
      "score",
      {model, text, context, stride: Math.max(1, stride), top: 0},
      {token: stop}
    );
  }

  async outcome({text}: PromptChange, greedy: Sample, stride: number): Promise<TriedChange["outcome"]> {
    const {text: answer} = await this.greedy(text);
    const scores = await this.score(text, greedy, stride);
    return {
      answer,
      edits: editDistance(greedy.text, answer),
      similarity: editSimilarity(greedy.text, answer),
      logprob: scores && sumOf(scores.logprobs)
    };
  }
}
