import * as vscode from "vscode";
import {candidates, ranked, tokensOfShown, type WrittenCompletion} from "../../completion/bestOf";
import {trimCompletion} from "../../completion/trim";
import type {CompleteParams} from "../../contract/completion";
import type {Progress} from "../../contract/progress";
import type {Sample} from "../../contract/sampling";
import {cancellationOf} from "../../host/engine/cancellation";
import type {Host} from "../../host/host";
import {presets} from "../../sampling/presets";
import {noSamplers, type SamplerSettings} from "../../sampling/settings";
import {type DocumentCursorText, indentationOf} from "./cursorPlace";
import type {CursorText} from "./suggestionCache";

/** What alternatives are drawn with: llama.cpp's own, which people know. */
export const alternativeSamplers: SamplerSettings = presets.find(({id}) => id === "llamaCpp")?.settings ?? noSamplers;

/** The same text gets the same alternatives. */
export const firstSeed = 1;

/** After this long (ms) the alternatives that there are are enough. There is at least one sample. */
const timeLimit = 5000;

interface SampleOptions {
  readonly count: number;
  readonly seed: number;
  readonly signal: AbortSignal;
  /** Told to stop, the engine answers with the samples that are finished. */
  readonly stop?: AbortSignal;
  readonly onProgress?: (progress: Progress) => void;
}

/** Completions that are drawn instead of the most probable one. */
export class Alternatives {
  private known: {readonly place: CursorText; readonly texts: readonly string[]} | undefined;

  /** @param params What a completion at a place asks for. */
  constructor(
    private readonly host: Host,
    private readonly params: (place: DocumentCursorText) => CompleteParams
  ) {}

  /** Other texts than the first choice, the one with the highest mean logprob first. None where sampling failed, which is said. */
  async at(place: DocumentCursorText, first: string, token: vscode.CancellationToken): Promise<readonly string[]> {
    if (this.known !== undefined && isSame(this.known.place, place))
      return this.known.texts.filter((text) => text !== first);
    const count = this.host.settings.completionAlternatives - 1;
    if (count === 0) return [];
    const abort = new AbortController();
    const listening = token.onCancellationRequested(() => abort.abort());
    try {
      const written = await vscode.window.withProgress(
        {location: vscode.ProgressLocation.Window, title: vscode.l10n.t("Drawing alternatives")},
        () => this.inTime(place, count, abort.signal)
      );
      const texts = ranked(candidates(written), "mean").map(({text}) => text);
      this.keep(place, texts);
      return texts.filter((text) => text !== first);
    } catch (error) {
      if (!abort.signal.aborted && !(error instanceof vscode.CancellationError)) void this.host.errors.show(error);
      return [];
    } finally {
      listening.dispose();
    }
  }

  /** These are the alternatives at a place from now on. */
  keep({file, prefix, suffix}: CursorText, texts: readonly string[]): void {
    this.known = {place: {file, prefix, suffix}, texts};
  }

  /** They came from another model, or were drawn otherwise. */
  forget(): void {
    this.known = undefined;
  }

  /** Samples at a place, as they would be inserted. Sample i has the random numbers of `seed + i`. */
  async write(
    place: DocumentCursorText,
    {count, seed, signal, stop, onProgress}: SampleOptions
  ): Promise<readonly WrittenCompletion[]> {
    const {model, maxTokens, extent, prefix, suffix, path, repository, files} = this.params(place);
    const prompt = {
      kind: "cursor",
      prefix,
      suffix,
      maxTokens,
      ...(path !== undefined && {path}),
      ...(repository !== undefined && {repository}),
      ...(files !== undefined && {files})
    } as const;
    const {samples} = await this.host.engine.request(
      "sample",
      {model, prompt, samplers: alternativeSamplers, count, seed, maxTokens, extent},
      {
        token: cancellationOf(signal),
        ...(stop && {stop: cancellationOf(stop)}),
        ...(onProgress && {onProgress})
      }
    );
    const indentation = indentationOf(place.document);
    return samples.filter(isFinished).map(({text, texts, logprobs}) => {
      const shown = trimCompletion(text, prefix, suffix, indentation);
      return {text: shown, logprobs: logprobs.subarray(0, tokensOfShown(texts, shown))};
    });
  }

  /** One request, which ends early where it takes long, but not without a sample. */
  private async inTime(
    place: DocumentCursorText,
    count: number,
    signal: AbortSignal
  ): Promise<readonly WrittenCompletion[]> {
    const stop = new AbortController();
    const end = performance.now() + timeLimit;
    const onProgress = (progress: Progress): void => {
      if (progress.stage !== "complete" || performance.now() < end) return;
      const isFirst = progress.done <= progress.total / count;
      if (!isFirst) stop.abort();
    };
    return await this.write(place, {count, seed: firstSeed, signal, stop: stop.signal, onProgress});
  }
}

function isFinished({stop}: Sample): boolean {
  return stop !== "stopped";
}

function isSame(one: CursorText, other: CursorText): boolean {
  return one.file === other.file && one.prefix === other.prefix && one.suffix === other.suffix;
}
