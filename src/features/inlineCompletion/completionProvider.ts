import path from "node:path";
import {setTimeout} from "node:timers/promises";
import * as vscode from "vscode";
import {stopGranularity} from "../../completion/completionMode";
import type {Spot} from "../../completion/prefill";
import {trimCompletion} from "../../completion/trim";
import {TypingCadence} from "../../completion/typingCadence";
import type {CompleteParams, Completion} from "../../contract/completion";
import {isSameModel, type ModelRef} from "../../contract/models";
import {positionOf} from "../../host/documents/documentText";
import {isToolDocument} from "../../host/documents/toolDocument";
import {cancellationOf} from "../../host/engine/cancellation";
import type {RequestOptions} from "../../host/engine/engineClient";
import type {Host} from "../../host/host";
import {markStepDone} from "../../host/walkthroughProgress";
import {plainText} from "../../text/plainText";
import {Alternatives} from "./alternatives";
import {CompletionStatus} from "./completionStatus";
import {
  type CursorPlace,
  type DocumentCursorText,
  hasSeveralCursors,
  indentationOf,
  isSamePlace,
  itemAt,
  obstacleAt,
  placeAt,
  spotOf
} from "./cursorPlace";
import {Exclusions, ignoreFile} from "./exclusions";
import {fileOf} from "./notebookCell";
import {Prefill} from "./prefill";
import type {RecentEdits} from "./recentEdits";
import {RelatedFiles} from "./relatedFiles";
import {type AskOptions, SuggestionCache} from "./suggestionCache";

/** After this long (ms) the complete lines are shown; the rest comes once they are accepted. */
const timeLimit = 1500;

/**
 * Stored names of the model files whose missing fill-in-the-middle tokens were reported, once and not at each start.
 */
const notedPrefixOnlyKey = "tokenscope.saidPrefixOnly";

/** Requests a completion at the cursor once typing pauses, and trims it to what fits there. */
export class CompletionProvider implements vscode.InlineCompletionItemProvider, vscode.Disposable {
  /** Files whose exclusion was reported while typing. */
  private readonly reportedExclusions = new Set<string>();
  /** The last error shown. While typing it is shown again only after another error or a success. */
  private shownError: string | undefined;
  private readonly foundNothing = new vscode.EventEmitter<void>();
  private readonly hasMore = new vscode.EventEmitter<void>();
  private readonly cadence = new TypingCadence();
  readonly status: CompletionStatus;
  private readonly exclusions: Exclusions;
  private readonly relatedFiles: RelatedFiles;
  /** Suggestions while typing (VS Code's Automatic), if the model is sure enough. */
  private readonly automatic = new SuggestionCache<DocumentCursorText>((place, options) => this.ask(place, options));
  /** Suggestions on command (VS Code's Invoke), whatever the model's confidence. */
  private readonly explicit = new SuggestionCache<DocumentCursorText>((place, options) => this.ask(place, options, 0));
  private readonly prefill: Prefill;
  readonly alternatives: Alternatives;
  /** Where the last suggestion was given. Asked once more there, the person wants to see others. */
  private given: CursorPlace | undefined;
  private readonly subscriptions: vscode.Disposable;
  /** The place of the last explicit request. VS Code keeps its answer while nothing changes there. */
  lastExplicitRequest: CursorPlace | undefined;
  /** An explicit request ended without a suggestion: the model returned none, or failed. */
  readonly onDidFindNothing = this.foundNothing.event;
  /** VS Code is to ask again where it is asked explicitly, though it has an answer: there is more. */
  readonly onDidGiveFirst = this.hasMore.event;

  constructor(
    private readonly host: Host,
    edits: RecentEdits
  ) {
    this.status = new CompletionStatus(host);
    this.exclusions = new Exclusions(host.settings);
    this.relatedFiles = new RelatedFiles(this.exclusions, edits);
    this.alternatives = new Alternatives(host, (place) => this.params(place, false, 0));
    this.prefill = new Prefill({
      engine: host.engine,
      spot: () => this.prefillSpot(),
      prepare: () => this.preparePrefill()
    });
    this.subscriptions = vscode.Disposable.from(
      this.exclusions,
      this.status,
      this.prefill,
      vscode.window.onDidChangeTextEditorSelection(() => this.cursorMoved()),
      vscode.workspace.onDidSaveTextDocument(() => this.cursorMoved()),
      host.settings.onDidChangeModel(() => this.reset()),
      host.settings.onDidChangeInlineCompletion(() => this.reset()),
      this.exclusions.onDidChange(() => this.reset()),
      host.engine.onDidChangeState(() => {
        if (["none", "stopped"].includes(host.engine.state.process)) this.status.forget();
      }),
      vscode.window.onDidChangeActiveTextEditor(() => {
        this.stop();
        this.status.forget();
        this.cursorMoved();
      }),
      vscode.workspace.onDidChangeTextDocument(({document, contentChanges: [change]}) => {
        if (change === undefined || document !== vscode.window.activeTextEditor?.document) return;
        this.cadence.keyPressed(performance.now());
        if (this.automatic.isRunning) void this.followTyping(document, change);
      })
    );
  }

  dispose(): void {
    this.stop();
    this.subscriptions.dispose();
    this.foundNothing.dispose();
    this.hasMore.dispose();
  }

  async provideInlineCompletionItems(
    document: vscode.TextDocument,
    position: vscode.Position,
    context: vscode.InlineCompletionContext,
    token: vscode.CancellationToken
  ): Promise<vscode.InlineCompletionItem[]> {
    const isExplicit = context.triggerKind === vscode.InlineCompletionTriggerKind.Invoke;
    const here = {document, version: document.version, position};
    if (isExplicit) this.lastExplicitRequest = here;
    const {enabled, delay} = this.host.settings.inlineCompletion(document);
    if (isToolDocument(document)) return [];
    const suggests = enabled && this.status.snooze.until === undefined;
    const obstacle = isExplicit ? undefined : obstacleAt(document, context);
    if (obstacle !== undefined && suggests) this.status.silent({why: obstacle});
    if (obstacle !== undefined) return [];
    if (!isExplicit && !suggests && !this.explicit.hasAnswered) return [];
    if (await this.isExcluded(document, isExplicit)) return this.nothing(here, isExplicit);
    const place = {...here, ...(await placeAt(document, position))};
    const rest = isExplicit ? undefined : this.explicit.remaining(place);
    if (rest !== undefined) return rest === "" ? [] : this.give(here, rest);
    if (!isExplicit && !suggests) return [];
    if (token.isCancellationRequested) return [];
    // Only one request per cursor.
    (isExplicit ? this.automatic : this.explicit).stop();
    const abort = new AbortController();
    const listening = token.onCancellationRequested(() => abort.abort());
    try {
      const completion = isExplicit
        ? this.explicit.at(place, abort.signal)
        : this.automatic.at(place, abort.signal, () => this.pause(delay, abort.signal));
      const text = await (isExplicit ? this.showingProgress(completion) : completion);
      this.shownError = undefined;
      if (token.isCancellationRequested) return [];
      if (text !== undefined && text !== "") {
        markStepDone("completion");
        if (!isExplicit) this.prefetch(place, text);
        if (!isExplicit) return this.give(here, text);
        return await this.withAlternatives(place, text, token);
      }
      if (isExplicit && text !== undefined)
        vscode.window.setStatusBarMessage(vscode.l10n.t("Tokenscope: the model has nothing to add here"), 4000);
    } catch (error) {
      if (!abort.signal.aborted && !(error instanceof vscode.CancellationError)) this.showError(error, isExplicit);
    } finally {
      listening.dispose();
    }
    return this.nothing(here, isExplicit);
  }

  /**
   * What completions at the editor's cursor go by; undefined where nothing is to be completed, which the status bar says.
   */
  async placeOf({document, selection}: vscode.TextEditor): Promise<DocumentCursorText | undefined> {
    if (isToolDocument(document) || (await this.isExcluded(document, true))) return undefined;
    const position = selection.active;
    return {document, version: document.version, position, ...(await placeAt(document, position))};
  }

  /** The next explicit request at this place is answered with the first of these texts, and the one behind it with all. */
  offer(place: DocumentCursorText, [first = "", ...others]: readonly string[]): void {
    this.explicit.offer(place, [first, ...others]);
    this.alternatives.keep(place, others);
    this.expectFirst();
  }

  /** The next explicit request is for one suggestion, as soon as may be, wherever it is. */
  expectFirst(): void {
    this.given = undefined;
    this.hasMore.fire();
  }

  /** The cursor or the text has changed: the next prompt may be evaluated ahead of time. */
  cursorMoved(): void {
    this.prefill.cursorMoved();
  }

  private give(here: CursorPlace, text: string): vscode.InlineCompletionItem[] {
    this.given = here;
    return [itemAt(here.position, text)];
  }

  /**
   * At first one suggestion by itself, because no sample is to delay it. VS Code asks again at the same place when the person goes
   * to the next one (`showNext`), or points at the ghost text: then with others.
   */
  private async withAlternatives(
    place: DocumentCursorText,
    text: string,
    token: vscode.CancellationToken
  ): Promise<vscode.InlineCompletionItem[]> {
    const {given} = this;
    const first = this.give(place, text);
    if (given === undefined || !isSamePlace(given, place)) {
      setImmediate(() => this.hasMore.fire());
      return first;
    }
    const others = await this.alternatives.at(place, text, token);
    if (token.isCancellationRequested) return [];
    this.explicit.offer(place, [text, ...others]);
    return [text, ...others].map((one) => itemAt(place.position, one));
  }

  private nothing(here: CursorPlace, isExplicit: boolean): [] {
    // Fire after VS Code has our empty answer. Skip it if the user has asked again since: registering again would drop that answer.
    if (isExplicit && this.lastExplicitRequest === here) setImmediate(() => this.foundNothing.fire());
    return [];
  }

  /** Resolves when typing pauses. Rejects when aborted. */
  private async pause(delay: number, signal: AbortSignal): Promise<void> {
    await setTimeout(this.cadence.debounce(delay, performance.now()), undefined, {signal});
  }

  /** Ends a request for a text that has changed at the key itself, and not only at VS Code's next question. */
  private async followTyping(
    document: vscode.TextDocument,
    {rangeOffset, text}: vscode.TextDocumentContentChangeEvent
  ): Promise<void> {
    const {version} = document;
    const place = await placeAt(document, await positionOf(document, rangeOffset + text.length));
    // Another key may have been typed meanwhile.
    if (document.version === version) this.automatic.cursorMoved(place);
  }

  /** Requests a completion and trims it. `minConfidence` defaults to the setting's. */
  private async ask(
    place: DocumentCursorText,
    {onText, signal, background}: AskOptions,
    minConfidence?: number
  ): Promise<string> {
    const {prefix, suffix, document, position} = place;
    const indentation = indentationOf(document);
    const trimmed = (text: string): string => trimCompletion(text, prefix, suffix, indentation);
    this.prefill.completionRequested(spotOf(document, position));
    const request = this.request(this.params(place, background, minConfidence), signal, {
      onProgress: (progress) => {
        if (progress.stage === "complete") onText(trimmed(progress.text));
      }
    });
    const completion = await (background ? request : this.status.during(request));
    if (completion.stop === "stopped") throw new vscode.CancellationError();
    this.cadence.addCost(completion.milliseconds);
    this.noteMissingInfill(completion);
    const shown = trimmed(completion.text);
    if (!background) this.report(completion, shown);
    return shown;
  }

  private async request(params: CompleteParams, signal: AbortSignal, options: RequestOptions): Promise<Completion> {
    return await this.host.engine.request("complete", params, {...options, token: cancellationOf(signal)});
  }

  private params(place: DocumentCursorText, background: boolean, minConfidence?: number): CompleteParams {
    const {prefix, suffix, document, position} = place;
    const settings = this.host.settings.inlineCompletion(document);
    return {
      model: this.model(),
      prefix,
      suffix,
      maxTokens: settings.maxTokens,
      minConfidence: minConfidence ?? settings.minConfidence,
      extent: stopGranularity(prefix, suffix),
      timeLimit,
      background,
      ...this.relatedFiles.at(document, position)
    };
  }

  /** In Restricted Mode only the demonstration model is used. */
  private model(): ModelRef {
    const {settings} = this.host;
    return vscode.workspace.isTrusted ? settings.completionModel() : settings.demonstrationModel();
  }

  /** Requests the suggestion that follows this one, so that it is there when this one is accepted. */
  private prefetch(place: DocumentCursorText, text: string): void {
    if (this.cadence.allowsPrefetch) this.automatic.prefetch({...place, prefix: place.prefix + text});
  }

  /** Where the next suggestion would come by itself; undefined if its model is not loaded. */
  private prefillSpot(): Spot | undefined {
    const editor = vscode.window.activeTextEditor;
    if (editor === undefined || !vscode.window.state.focused) return undefined;
    const {document, selection} = editor;
    const {enabled} = this.host.settings.inlineCompletion(document);
    if (!enabled || this.status.snooze.until !== undefined) return undefined;
    if (isToolDocument(document) || hasSeveralCursors(document)) return undefined;
    const own = this.model();
    const held = this.host.engine.state.holding?.models ?? [];
    const loaded = held.some(({model, device}) => isSameModel(model, own) && device !== null);
    return loaded ? spotOf(document, selection.active) : undefined;
  }

  /** Builds the prompt of a completion at the cursor, for {@link Prefill}. */
  private async preparePrefill(): Promise<((signal: AbortSignal) => Promise<void>) | undefined> {
    const editor = vscode.window.activeTextEditor;
    if (editor === undefined || (await this.exclusions.excludedBy(fileOf(editor.document))) !== undefined)
      return undefined;
    const {document, selection} = editor;
    await this.relatedFiles.gatheredAt(document, selection.active);
    const here = {document, version: document.version, position: selection.active};
    const place = {...here, ...(await placeAt(document, selection.active))};
    const params = {...this.params(place, true), promptOnly: true};
    return async (signal) => {
      const {evaluatedPromptTokens, milliseconds} = await this.request(params, signal, {inPassing: true});
      this.host.log.debug(`prefill: ${evaluatedPromptTokens} tokens evaluated in ${milliseconds.toFixed(0)} ms`);
    };
  }

  /** Whether the file is excluded. Says so at each explicit request, and while typing once per file. */
  private async isExcluded(document: vscode.TextDocument, isExplicit: boolean): Promise<boolean> {
    const file = fileOf(document);
    const excludedBy = await this.exclusions.excludedBy(file);
    if (excludedBy === undefined) return false;
    this.status.silent({why: "excluded", by: excludedBy});
    if (!isExplicit && this.reportedExclusions.has(file.toString())) return true;
    this.reportedExclusions.add(file.toString());
    const name = plainText(path.posix.basename(file.path));
    // The status bar has room for about 70 letters.
    const why =
      excludedBy === "setting"
        ? vscode.l10n.t("No completions in {0}: Tokenscope's settings exclude it", name)
        : vscode.l10n.t("No completions in {0}: {1} excludes it", name, ignoreFile);
    vscode.window.setStatusBarMessage(`$(lock) ${why}`, 8000);
    return true;
  }

  private stop(): void {
    this.automatic.stop();
    this.explicit.stop();
  }

  private reset(): void {
    this.shownError = undefined;
    this.relatedFiles.forget();
    this.prefill.forget();
    this.automatic.clear();
    this.explicit.clear();
    this.alternatives.forget();
    this.status.forget();
  }

  private report(completion: Completion, shown: string): void {
    this.status.show(completion, shown);
    const {stop, promptTokens, evaluatedPromptTokens, ids, milliseconds, draft} = completion;
    this.host.log.debug(
      `completion: ${ids.length} tokens (${draft.accepted} of ${draft.tried} draft tokens accepted), stop ${stop}, prompt ${promptTokens} (${evaluatedPromptTokens} evaluated), ${milliseconds.toFixed(0)} ms`
    );
  }

  private async showingProgress<T>(work: Promise<T>): Promise<T> {
    return await vscode.window.withProgress(
      {location: vscode.ProgressLocation.Window, title: vscode.l10n.t("Completing")},
      () => work
    );
  }

  private noteMissingInfill({infill, model}: Completion): void {
    const {globalState} = this.host;
    const noted = globalState.get<readonly string[]>(notedPrefixOnlyKey, []);
    if (infill || noted.includes(model.file)) return;
    void globalState.update(notedPrefixOnlyKey, [...noted, model.file].slice(-100));
    void vscode.window.showInformationMessage(
      vscode.l10n.t(
        "{0} has no fill-in-the-middle tokens: it continues the text before the cursor and does not see what follows.",
        plainText(model.name)
      )
    );
  }

  /** Shows an error: at each explicit request, and while typing only once instead of at every key. */
  private showError(error: unknown, isExplicit: boolean): void {
    const message = error instanceof Error ? error.message : String(error);
    this.status.silent({why: "failed", sentence: plainText(message)});
    if (!isExplicit && message === this.shownError) return;
    this.shownError = message;
    void this.host.errors.show(error);
  }
}
