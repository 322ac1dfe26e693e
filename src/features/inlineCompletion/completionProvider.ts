import path from "node:path";
import {setTimeout} from "node:timers/promises";
import * as vscode from "vscode";
import {completionExtent} from "../../completion/completionMode";
import type {Spot} from "../../completion/prefill";
import {defaultPrefixLimit, defaultSuffixLimit, promptWindow} from "../../completion/promptWindow";
import {type Indentation, trimCompletion} from "../../completion/trim";
import {Rhythm} from "../../completion/typingCadence";
import type {CompleteParams, Completion} from "../../contract/completion";
import {isSameModel, type ModelRef} from "../../contract/models";
import {offsetOf, positionOf, rangeBefore, rangeBehind} from "../../host/documents/documentText";
import {isToolDocument} from "../../host/documents/toolDocument";
import {cancellationOf} from "../../host/engine/cancellation";
import type {RequestOptions} from "../../host/engine/engineClient";
import type {Host} from "../../host/host";
import {markStepDone} from "../../host/walkthroughProgress";
import {plainText} from "../../text/plainText";
import {CompletionStatus} from "./completionStatus";
import {Exclusions, ignoreFile} from "./exclusions";
import {cellsAbove, fileOf} from "./notebookCell";
import {Warming} from "./prefill";
import type {RecentEdits} from "./recentEdits";
import {Neighbours} from "./relatedFiles";
import {type AskOptions, Completions, type Place} from "./suggestionCache";

/** A cursor in a text as it was. */
export interface CursorPlace {
  readonly document: vscode.TextDocument;
  readonly version: number;
  readonly position: vscode.Position;
}

type PlaceInDocument = Place & CursorPlace;

/** Milliseconds after which the whole lines that there are are shown; the rest comes when they are accepted. */
const timeLimit = 1500;

/** Where the files of models are kept of which was said that they only continue the prefix: once, and not at each start. */
const saidPrefixOnlyKey = "tokenscope.saidPrefixOnly";

/** Asks for what is missing at the cursor, waits out the typing, and cuts the answer to what can stand there. */
export class CompletionProvider implements vscode.InlineCompletionItemProvider, vscode.Disposable {
  /** Files of which was said that they are excluded. */
  private readonly saidExcluded = new Set<string>();
  /** The last error shown while typing; it is not shown again until another one, or a success, comes. */
  private shownError: string | undefined;
  private readonly foundNothing = new vscode.EventEmitter<void>();
  private readonly rhythm = new Rhythm();
  private readonly status = new CompletionStatus();
  private readonly exclusions: Exclusions;
  private readonly neighbours: Neighbours;
  /** What comes while one types, if the model is sure of it. */
  private readonly suggested = new Completions<PlaceInDocument>((place, options) => this.ask(place, options));
  /** What a person asked for: whatever the model has to say. */
  private readonly wanted = new Completions<PlaceInDocument>((place, options) => this.ask(place, options, 0));
  /** What comes first at another place comes sooner. */
  private readonly warming: Warming;
  private readonly subscriptions: vscode.Disposable;
  /** Where VS Code asked last for what a person wants. It keeps the answer while nothing changes there. */
  askedAt: CursorPlace | undefined;
  /** Asked for, there was nothing to show: the model had nothing to say, or failed. */
  readonly onDidFindNothing = this.foundNothing.event;

  constructor(
    private readonly host: Host,
    edits: RecentEdits
  ) {
    this.exclusions = new Exclusions(host.settings);
    this.neighbours = new Neighbours(this.exclusions, edits);
    this.warming = new Warming({
      engine: host.engine,
      spot: () => this.spotToWarm(),
      prepare: () => this.warm()
    });
    this.subscriptions = vscode.Disposable.from(
      this.exclusions,
      this.status,
      this.warming,
      vscode.window.onDidChangeTextEditorSelection(() => this.cursorMoved()),
      vscode.workspace.onDidSaveTextDocument(() => this.cursorMoved()),
      host.settings.onDidChangeModel(() => this.beginAnew()),
      host.settings.onDidChangeInlineCompletion(() => this.beginAnew()),
      this.exclusions.onDidChange(() => this.beginAnew()),
      host.engine.onDidChangeState(() => {
        if (["none", "stopped"].includes(host.engine.state.process)) this.status.hide();
      }),
      vscode.window.onDidChangeActiveTextEditor(() => {
        this.stop();
        this.status.hide();
        this.cursorMoved();
      }),
      vscode.workspace.onDidChangeTextDocument(({document, contentChanges: [change]}) => {
        if (change === undefined || document !== vscode.window.activeTextEditor?.document) return;
        this.rhythm.key(performance.now());
        if (this.suggested.isRunning) void this.follow(document, change);
      })
    );
  }

  dispose(): void {
    this.stop();
    this.subscriptions.dispose();
    this.foundNothing.dispose();
  }

  async provideInlineCompletionItems(
    document: vscode.TextDocument,
    position: vscode.Position,
    context: vscode.InlineCompletionContext,
    token: vscode.CancellationToken
  ): Promise<vscode.InlineCompletionItem[]> {
    const asked = context.triggerKind === vscode.InlineCompletionTriggerKind.Invoke;
    const here = {document, version: document.version, position};
    if (asked) this.askedAt = here;
    const {enabled, delay} = this.host.settings.inlineCompletion(document);
    if (isToolDocument(document)) return [];
    // While the suggestion list is open, ghost text would fight it for the same keys.
    if (!asked && (context.selectedCompletionInfo !== undefined || hasSeveralCursors(document))) return [];
    if (!asked && !enabled && !this.wanted.hasAnswered) return [];
    if (await this.refuses(document, asked)) return this.nothing(here, asked);
    const place = {...here, ...(await placeAt(document, position))};
    const rest = asked ? undefined : this.wanted.remaining(place);
    if (rest !== undefined) return rest === "" ? [] : [itemAt(position, rest)];
    if (!asked && !enabled) return [];
    if (token.isCancellationRequested) return [];
    // Never two for one cursor.
    (asked ? this.suggested : this.wanted).stop();
    const abort = new AbortController();
    const listening = token.onCancellationRequested(() => abort.abort());
    try {
      const completion = asked
        ? this.wanted.at(place, abort.signal)
        : this.suggested.at(place, abort.signal, () => this.pause(delay, abort.signal));
      const text = await (asked ? this.showingProgress(completion) : completion);
      this.shownError = undefined;
      if (token.isCancellationRequested) return [];
      if (text !== undefined && text !== "") {
        markStepDone("completion");
        if (!asked) this.prefetch(place, text);
        return [itemAt(position, text)];
      }
      if (asked && text !== undefined)
        vscode.window.setStatusBarMessage(vscode.l10n.t("Tokenscope: the model has nothing to add here"), 4000);
    } catch (error) {
      if (!abort.signal.aborted && !(error instanceof vscode.CancellationError)) this.fail(error, asked);
    } finally {
      listening.dispose();
    }
    return this.nothing(here, asked);
  }

  /** A prompt may be evaluated ahead of the next completion. */
  cursorMoved(): void {
    this.warming.moved();
  }

  private nothing(here: CursorPlace, asked: boolean): [] {
    // When the answer is on its way. One that is asked for again meanwhile has found nothing out: what comes of the other shall stay.
    if (asked && this.askedAt === here) setImmediate(() => this.foundNothing.fire());
    return [];
  }

  /** Resolves when nobody has typed for so long that it is a pause. Rejects when aborted. */
  private async pause(delay: number, signal: AbortSignal): Promise<void> {
    await setTimeout(this.rhythm.wait(delay, performance.now()), undefined, {signal});
  }

  /** What runs for a text that is no longer there ends with the key, not with VS Code's next question. */
  private async follow(
    document: vscode.TextDocument,
    {rangeOffset, text}: vscode.TextDocumentContentChangeEvent
  ): Promise<void> {
    const {version} = document;
    const place = await placeAt(document, await positionOf(document, rangeOffset + text.length));
    // By now another key may have been followed.
    if (document.version === version) this.suggested.moved(place);
  }

  /** The model's own words, cut to what can stand there. `minConfidence` is the setting's where it is left out. */
  private async ask(
    place: PlaceInDocument,
    {onText, signal, background}: AskOptions,
    minConfidence?: number
  ): Promise<string> {
    const {prefix, suffix, document, position} = place;
    const indentation = indentationOf(document);
    const trimmed = (text: string): string => trimCompletion(text, prefix, suffix, indentation);
    this.warming.asked(spotOf(document, position));
    const request = this.request(this.params(place, background, minConfidence), signal, {
      onProgress: (progress) => {
        if (progress.stage === "complete") onText(trimmed(progress.text));
      }
    });
    const completion = await (background ? request : this.status.during(request));
    if (completion.stop === "stopped") throw new vscode.CancellationError();
    this.rhythm.answered(completion.milliseconds);
    this.sayIfPrefixOnly(completion);
    const shown = trimmed(completion.text);
    if (!background) this.report(completion, shown);
    return shown;
  }

  private async request(params: CompleteParams, signal: AbortSignal, options: RequestOptions): Promise<Completion> {
    return await this.host.engine.request("complete", params, {...options, token: cancellationOf(signal)});
  }

  private params(place: PlaceInDocument, background: boolean, minConfidence?: number): CompleteParams {
    const {prefix, suffix, document, position} = place;
    const settings = this.host.settings.inlineCompletion(document);
    return {
      model: this.modelSpec(),
      prefix,
      suffix,
      maxTokens: settings.maxTokens,
      minConfidence: minConfidence ?? settings.minConfidence,
      extent: completionExtent(prefix, suffix),
      timeLimit,
      background,
      ...this.neighbours.at(document, position)
    };
  }

  /** In a folder that nobody trusts, nothing but what came with the extension. */
  private modelSpec(): ModelRef {
    const {settings} = this.host;
    return vscode.workspace.isTrusted ? settings.completionModel() : settings.demonstrationModel();
  }

  /** What will be wanted when the suggestion is taken: by then it is there. */
  private prefetch(place: PlaceInDocument, text: string): void {
    if (this.rhythm.asksAhead) this.suggested.prefetch({...place, prefix: place.prefix + text});
  }

  /** Where a completion would come by itself, from a model that is in memory. */
  private spotToWarm(): Spot | undefined {
    const editor = vscode.window.activeTextEditor;
    if (editor === undefined || !vscode.window.state.focused) return undefined;
    const {document, selection} = editor;
    const {enabled} = this.host.settings.inlineCompletion(document);
    if (!enabled || isToolDocument(document) || hasSeveralCursors(document)) return undefined;
    const own = this.modelSpec();
    const held = this.host.engine.state.holding?.models ?? [];
    const loaded = held.some(({model, device}) => isSameModel(model, own) && device !== null);
    return loaded ? spotOf(document, selection.active) : undefined;
  }

  /** Puts together what a completion at the cursor would ask, to have the engine evaluate its prompt. */
  private async warm(): Promise<((signal: AbortSignal) => Promise<void>) | undefined> {
    const editor = vscode.window.activeTextEditor;
    if (editor === undefined || (await this.exclusions.excludedBy(fileOf(editor.document))) !== undefined)
      return undefined;
    const {document, selection} = editor;
    await this.neighbours.gatheredAt(document, selection.active);
    const here = {document, version: document.version, position: selection.active};
    const place = {...here, ...(await placeAt(document, selection.active))};
    const params = {...this.params(place, true), promptOnly: true};
    return async (signal) => {
      const {evaluatedPromptTokens, milliseconds} = await this.request(params, signal, {inPassing: true});
      this.host.log.debug(
        `ahead of a completion: ${evaluatedPromptTokens} tokens evaluated in ${milliseconds.toFixed(0)} ms`
      );
    };
  }

  /** Who asks is told why nothing comes; who types, once for each file. */
  private async refuses(document: vscode.TextDocument, asked: boolean): Promise<boolean> {
    const file = fileOf(document);
    const excludedBy = await this.exclusions.excludedBy(file);
    if (excludedBy === undefined) return false;
    this.status.hide();
    if (!asked && this.saidExcluded.has(file.toString())) return true;
    this.saidExcluded.add(file.toString());
    const name = plainText(path.posix.basename(file.path));
    // The status bar has room for some 70 letters.
    const why =
      excludedBy === "setting"
        ? vscode.l10n.t("No completions in {0}: Tokenscope's settings exclude it", name)
        : vscode.l10n.t("No completions in {0}: {1} excludes it", name, ignoreFile);
    vscode.window.setStatusBarMessage(`$(lock) ${why}`, 8000);
    return true;
  }

  private stop(): void {
    this.suggested.stop();
    this.wanted.stop();
  }

  private beginAnew(): void {
    this.shownError = undefined;
    this.neighbours.forget();
    this.warming.forget();
    this.suggested.clear();
    this.wanted.clear();
    this.status.hide();
  }

  private report(completion: Completion, shown: string): void {
    this.status.show(completion, shown);
    const {stop, promptTokens, evaluatedPromptTokens, ids, milliseconds, guessed} = completion;
    this.host.log.debug(
      `completion: ${ids.length} tokens (${guessed.right} of ${guessed.tried} guesses right), stop ${stop}, prompt ${promptTokens} (${evaluatedPromptTokens} evaluated), ${milliseconds.toFixed(0)} ms`
    );
  }

  private async showingProgress<T>(work: Promise<T>): Promise<T> {
    return await vscode.window.withProgress(
      {location: vscode.ProgressLocation.Window, title: vscode.l10n.t("Completing")},
      () => work
    );
  }

  private sayIfPrefixOnly({infill, model}: Completion): void {
    const {globalState} = this.host;
    const said = globalState.get<readonly string[]>(saidPrefixOnlyKey, []);
    if (infill || said.includes(model.file)) return;
    void globalState.update(saidPrefixOnlyKey, [...said, model.file].slice(-100));
    void vscode.window.showInformationMessage(
      vscode.l10n.t(
        "{0} has no fill-in-the-middle tokens: it continues the text before the cursor and does not see what follows.",
        plainText(model.name)
      )
    );
  }

  /** Asked for, a failure is shown every time; while typing, once: nobody wants the same message at every key. */
  private fail(error: unknown, asked: boolean): void {
    const message = error instanceof Error ? error.message : String(error);
    if (!asked && message === this.shownError) return;
    this.shownError = message;
    void this.host.errors.show(error);
  }
}

function itemAt(position: vscode.Position, text: string): vscode.InlineCompletionItem {
  return new vscode.InlineCompletionItem(text, new vscode.Range(position, position));
}

/** What the model is given of a document; a long one is not put together for it. */
async function placeAt(document: vscode.TextDocument, position: vscode.Position): Promise<Place> {
  const limits = {prefix: defaultPrefixLimit, suffix: defaultSuffixLimit};
  // A little more than the limits, for the line ends that count as two.
  const before = document.getText(rangeBefore(document, position, 2 * limits.prefix));
  const behind = document.getText(rangeBehind(document, position, 2 * limits.suffix));
  const unread = (await offsetOf(document, position)) - before.length;
  const above = unread > 0 ? "" : cellsAbove(document, 2 * limits.prefix);
  return {
    file: document.uri.toString(),
    ...promptWindow(above + before + behind, above.length + before.length, limits, unread)
  };
}

function indentationOf(document: vscode.TextDocument): Indentation | undefined {
  const editor = vscode.window.visibleTextEditors.find((one) => one.document === document);
  const {insertSpaces, tabSize} = editor?.options ?? {};
  if (typeof insertSpaces !== "boolean" || typeof tabSize !== "number") return undefined;
  return {tabs: !insertSpaces, size: tabSize};
}

function spotOf(document: vscode.TextDocument, {line}: vscode.Position): Spot {
  return {file: document.uri.toString(), version: document.version, line};
}

function hasSeveralCursors(document: vscode.TextDocument): boolean {
  const editor = vscode.window.activeTextEditor;
  return editor?.document === document && editor.selections.length > 1;
}
