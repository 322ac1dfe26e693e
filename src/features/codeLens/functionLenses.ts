import * as vscode from "vscode";
import {commandId} from "../../host/commands";
import {runInSlices} from "../../host/cooperativeWork";
import {documentFunctions} from "../../host/documents/documentFunctions";
import {isLongerThan, readDocument, wholeRange} from "../../host/documents/documentText";
import {isToolDocument} from "../../host/documents/toolDocument";
import type {Host} from "../../host/host";
import {HostError} from "../../host/hostError";
import {LatestOnly} from "../../host/latestOnly";
import {scoreOrStop} from "../../host/scoring";
import {editedFunctions, type LensedFunction, scoredFunctions, unscored} from "./lensedFunctions";
import {lensTitle} from "./lensTitle";

/** UTF-16 units. Larger files have no lenses: they would keep the model busy after every edit. */
const maxLength = 1 << 16;

/** A document is scored again after this long without an edit (ms). */
const editDebounce = 1500;

/**
 * A language may need some seconds after a start before it knows a file's functions, and nothing says when it does: it is asked
 * again after these times (ms).
 */
const retries = [2000, 5000, 15_000];

interface LensedDocument {
  functions: readonly LensedFunction[];
  /** False if its present text was scored, or is being scored, or can't be. */
  needsScore: boolean;
  /** Why it could not be scored. */
  failure?: string | undefined;
  readonly scoring: LatestOnly;
  timer?: NodeJS.Timeout | undefined;
}

/** The code lenses of functions: their bits per byte and perplexity. A click shows their logprobs. */
export class FunctionLenses implements vscode.CodeLensProvider, vscode.Disposable {
  private readonly changed = new vscode.EventEmitter<void>();
  readonly onDidChangeCodeLenses = this.changed.event;
  private readonly documents = new Map<vscode.TextDocument, LensedDocument>();
  private readonly subscriptions: vscode.Disposable;

  constructor(private readonly host: Host) {
    this.subscriptions = vscode.Disposable.from(
      this.changed,
      vscode.languages.registerCodeLensProvider({pattern: "**"}, this),
      vscode.workspace.onDidChangeTextDocument((change) => this.onEdit(change)),
      vscode.workspace.onDidCloseTextDocument((document) => this.forget(document)),
      host.settings.onDidChangeModel(() => {
        this.forgetAll();
        this.changed.fire();
      })
    );
  }

  dispose(): void {
    this.forgetAll();
    this.subscriptions.dispose();
  }

  /** What is known now. VS Code asks only for documents that it shows, and asks again when there is more. */
  provideCodeLenses(document: vscode.TextDocument): vscode.CodeLens[] {
    if (isToolDocument(document)) return [];
    const lensed = this.documents.get(document) ?? {functions: [], needsScore: true, scoring: new LatestOnly()};
    this.documents.set(document, lensed);
    if (lensed.needsScore && lensed.timer === undefined) void this.score(document, lensed);
    return lensed.functions.map((one) => lensOf(document, one, lensed.failure));
  }

  private async score(document: vscode.TextDocument, lensed: LensedDocument, attempt = 0): Promise<void> {
    lensed.needsScore = false;
    await lensed.scoring.run(undefined, async (token) => {
      try {
        if (await isLongerThan(document, wholeRange(document), maxLength)) {
          lensed.functions = [];
          return;
        }
        const functions = await documentFunctions(document);
        if (token.isCancellationRequested) return;
        if (functions.length === 0) {
          lensed.functions = [];
          return this.askAgain(document, lensed, attempt);
        }
        if (lensed.functions.length === 0) {
          // They stand there from now on, so that the text does not jump when the numbers come.
          lensed.functions = unscored(functions);
          this.changed.fire();
        }
        const {text, toSend} = await readDocument(document);
        const params = {text: toSend, top: 0};
        const {ends, ...scores} = await scoreOrStop(this.host, params, token, () => undefined, token);
        if (ends === null) throw noSpans(scores.model.file);
        const scored = await runInSlices(scoredFunctions(text, {...scores, ends}, functions));
        if (token.isCancellationRequested) return;
        lensed.functions = scored;
        lensed.failure = undefined;
      } catch (error) {
        // An edit ended it, or the engine was restarted.
        if (token.isCancellationRequested) return;
        lensed.needsScore = error instanceof vscode.CancellationError;
        if (!lensed.needsScore) lensed.failure = this.host.errors.describe(error);
      }
    });
    if (this.documents.get(document) === lensed) this.changed.fire();
  }

  private askAgain(document: vscode.TextDocument, lensed: LensedDocument, attempt: number): void {
    const delay = retries[attempt];
    if (delay === undefined) return;
    lensed.timer = setTimeout(() => {
      lensed.timer = undefined;
      void this.score(document, lensed, attempt + 1);
    }, delay);
  }

  private onEdit({document, contentChanges}: vscode.TextDocumentChangeEvent): void {
    const lensed = this.documents.get(document);
    if (lensed === undefined || contentChanges.length === 0) return;
    lensed.functions = editedFunctions(lensed.functions, contentChanges);
    lensed.failure = undefined;
    lensed.needsScore = true;
    lensed.scoring.cancel();
    clearTimeout(lensed.timer);
    lensed.timer = setTimeout(() => {
      lensed.timer = undefined;
      // It asks for the lenses of a document that it shows, and no others are scored.
      this.changed.fire();
    }, editDebounce);
  }

  private forget(document: vscode.TextDocument): void {
    const lensed = this.documents.get(document);
    clearTimeout(lensed?.timer);
    lensed?.scoring.dispose();
    this.documents.delete(document);
  }

  private forgetAll(): void {
    for (const document of [...this.documents.keys()]) this.forget(document);
  }
}

function lensOf(document: vscode.TextDocument, one: LensedFunction, failure: string | undefined): vscode.CodeLens {
  const start = document.positionAt(one.place.start);
  const target = {uri: document.uri.toString(), start: one.whole.start, end: one.whole.end};
  return new vscode.CodeLens(new vscode.Range(start, start), {
    title: title(one, failure),
    tooltip:
      failure ??
      vscode.l10n.t(
        "The numbers are those of the function in its file, without the functions inside it. A click shows its logprobs."
      ),
    command: commandId("showLogprobs"),
    arguments: [target]
  });
}

function title({numbers, isStale}: LensedFunction, failure: string | undefined): string {
  if (failure !== undefined) return vscode.l10n.t("Tokenscope: not scored");
  return numbers === null ? vscode.l10n.t("Tokenscope: scoring…") : lensTitle(numbers, isStale);
}

function noSpans(file: string): HostError {
  return new HostError(
    "noSpans",
    vscode.l10n.t(
      'The tokenizer of "{0}" rewrites text, so its tokens have no positions in it: choose another model for the numbers above functions.',
      file
    )
  );
}
