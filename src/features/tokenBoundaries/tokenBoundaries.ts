import path from "node:path";
import * as vscode from "vscode";
import {HumanError} from "../../contract/errors";
import {isToolDocument} from "../../host/documents/toolDocument";
import type {Host} from "../../host/host";
import {kindOf} from "../../host/hostError";
import {plainText} from "../../text/plainText";
import {BoundaryColours} from "./boundaryColours";
import {BoundaryStatus} from "./boundaryStatus";
import {type PaintEvents, PaintedDocument} from "./paintedDocument";
import {type BoundarySource, TokenHover} from "./tokenHover";

/** Work is shown after this long (ms): most takes less, and a sign that flickers at each key helps nobody. */
const workShownAfter = 400;

/** How the last painting of a document went. */
interface Painting {
  readonly painted: PaintedDocument;
  slow?: NodeJS.Timeout | undefined;
  isSlow: boolean;
  failure?: string | undefined;
}

/**
 * Token boundaries while they are on: the tokens of all visible texts, painted in two alternating colours. The model is not run.
 * Disposing it removes all of this.
 */
export class TokenBoundaries implements vscode.Disposable, BoundarySource {
  private readonly paintings = new Map<vscode.TextDocument, Painting>();
  private readonly colours = new BoundaryColours();
  private readonly status = new BoundaryStatus();
  private readonly subscriptions: vscode.Disposable;
  /** Why the model is not asked again: its tokens have no place in a text. */
  private noSpans: string | undefined;
  /** The last error shown. The same error is not shown again until another error or a success. */
  private shownError: string | undefined;

  constructor(private readonly host: Host) {
    this.subscriptions = vscode.Disposable.from(
      this.colours,
      this.status,
      vscode.languages.registerHoverProvider({pattern: "**"}, new TokenHover(host, this)),
      vscode.window.onDidChangeVisibleTextEditors(() => this.syncVisibleDocuments()),
      vscode.window.onDidChangeActiveTextEditor(() => this.updateStatus()),
      vscode.window.onDidChangeTextEditorVisibleRanges(({textEditor}) => this.schedule(textEditor.document)),
      vscode.workspace.onDidChangeTextDocument(({document, contentChanges}) => {
        this.paintings.get(document)?.painted.lineStarts.edit(contentChanges);
        this.schedule(document);
      }),
      // A change of language closes a document and opens it again.
      vscode.workspace.onDidOpenTextDocument(() => this.syncVisibleDocuments()),
      vscode.workspace.onDidCloseTextDocument((document) => this.forget(document)),
      host.settings.onDidChangeModel(() => this.beginAnew())
    );
    this.syncVisibleDocuments();
  }

  dispose(): void {
    for (const document of [...this.paintings.keys()]) this.forget(document);
    this.subscriptions.dispose();
  }

  async offsetOf(document: vscode.TextDocument, position: vscode.Position): Promise<number | undefined> {
    if (this.noSpans !== undefined) return undefined;
    return await this.paintings.get(document)?.painted.lineStarts.offsetOf(position);
  }

  private syncVisibleDocuments(): void {
    const visible = visibleDocuments();
    for (const document of this.paintings.keys()) if (!visible.includes(document)) this.forget(document);
    for (const document of visible) {
      if (!this.paintings.has(document)) this.paintings.set(document, this.paintingOf(document));
      this.schedule(document);
    }
    this.updateStatus();
  }

  private paintingOf(document: vscode.TextDocument): Painting {
    const events: PaintEvents = {
      onStart: () => {
        painting.slow ??= setTimeout(() => this.update(painting, {isSlow: true}), workShownAfter);
      },
      onEnd: () => {
        this.shownError = undefined;
        this.settle(painting, undefined);
      },
      onError: (error) => this.fail(painting, error)
    };
    const painting: Painting = {
      painted: new PaintedDocument(this.host, document, this.colours, events),
      isSlow: false
    };
    return painting;
  }

  private fail(painting: Painting, error: unknown): void {
    if (error instanceof vscode.CancellationError) {
      // The engine was restarted, for a reason that has nothing to do with this text.
      painting.painted.schedule();
      return;
    }
    const message = this.host.errors.describe(error);
    if (kindOf(error) === "noSpans") this.noSpans = message;
    painting.painted.clear();
    this.settle(painting, message);
    if (message === this.shownError) return;
    this.shownError = message;
    // The status bar says what happened; the notification also has a button.
    if (error instanceof HumanError) void this.host.errors.show(error);
  }

  private settle(painting: Painting, failure: string | undefined): void {
    clearTimeout(painting.slow);
    this.update(painting, {slow: undefined, isSlow: false, failure});
  }

  private update(painting: Painting, change: Partial<Painting>): void {
    Object.assign(painting, change);
    this.updateStatus();
  }

  private schedule(document: vscode.TextDocument): void {
    if (this.noSpans === undefined) this.paintings.get(document)?.painted.schedule();
  }

  private forget(document: vscode.TextDocument): void {
    const painting = this.paintings.get(document);
    clearTimeout(painting?.slow);
    painting?.painted.dispose();
    this.paintings.delete(document);
  }

  /** Another model cuts texts in other places. */
  private beginAnew(): void {
    this.noSpans = undefined;
    this.shownError = undefined;
    for (const {document} of [...this.paintings.values()].map(({painted}) => painted)) {
      this.paintings.get(document)?.painted.clear();
      this.forget(document);
    }
    this.syncVisibleDocuments();
  }

  private updateStatus(): void {
    const [document] = visibleDocuments();
    const painting = document && this.paintings.get(document);
    const failure = this.noSpans ?? painting?.failure;
    if (painting === undefined) this.status.show({type: "nothing"});
    else if (failure !== undefined) this.status.show({type: "failed", message: failure});
    else if (painting.isSlow) this.status.show({type: "working"});
    else {
      const model = path.basename(this.host.settings.scoringModel().path);
      this.status.show({type: "painted", model: plainText(model)});
    }
  }
}

/** The visible texts, the active one first. A notebook cell is a document of its own. */
function visibleDocuments(): vscode.TextDocument[] {
  const {activeTextEditor, visibleTextEditors} = vscode.window;
  const editors = activeTextEditor ? [activeTextEditor, ...visibleTextEditors] : visibleTextEditors;
  const documents = editors.map(({document}) => document);
  return [...new Set(documents)].filter((document) => !isToolDocument(document) && !document.isClosed);
}
