import * as vscode from "vscode";
import type {DocumentCount} from "../../contract/documents";
import type {ModelRef} from "../../contract/models";
import type {Progress} from "../../contract/progress";
import type {EngineClient} from "../engine/engineClient";
import {offsetOf, readDocument, wholeRange} from "./documentText";
import {PendingEdits} from "./pendingEdits";

/** After so many changes the engine's length of the text is held against the editor's, which would show a lost edit. */
const changesBetweenChecks = 64;

export interface AskOptions {
  /** Told only of what takes a while: a model that is loaded, a long document that is opened. */
  readonly onProgress?: (progress: Progress) => void;
  /** As in the engine's requests: the question does not keep an idle engine alive. */
  readonly inPassing?: boolean;
  /** A person asks for this, by a command: also where the first count of the document was stopped. */
  readonly asked?: boolean;
}

/** The engine is being given the present text. */
interface Sync {
  done: Promise<DocumentCount>;
  readonly abandon: vscode.CancellationTokenSource;
  /** The whole text is read and sent. It ends where nobody waits for it any more; a change goes on. */
  isOpening: boolean;
  waiting: number;
  readonly listeners: Set<(progress: Progress) => void>;
}

/** A document that the engine keeps, or is to keep: sends it, then its edits. One request at a time. */
export class LiveDocument implements vscode.Disposable {
  /** The count of the version that the engine has; undefined where nobody knows what it has. */
  private counted: DocumentCount | undefined;
  /** Edits since the version that the engine has, or was sent. */
  private readonly edits = new PendingEdits();
  private eol: vscode.EndOfLine;
  private sync: Sync | undefined;
  /** The process that has it. */
  private process: number | undefined;
  private unchecked = 0;
  private disposed = false;

  constructor(
    readonly document: vscode.TextDocument,
    readonly model: ModelRef,
    private readonly engine: EngineClient
  ) {
    this.eol = document.eol;
  }

  get isDisposed(): boolean {
    return this.disposed;
  }

  /** The engine has some version of it, so that a count costs what the edits since then change. */
  get isKept(): boolean {
    return this.isInProcess && (this.counted !== undefined || this.sync?.isOpening === false);
  }

  /** The process that has it is the one that runs. */
  get isInProcess(): boolean {
    return this.process !== undefined && this.process === this.engine.processId;
  }

  /** What the engine has found in it, if that is about the present text. */
  get presentCount(): DocumentCount | undefined {
    const {counted, document, edits} = this;
    return counted?.version === document.version && !edits.isOverflown ? counted : undefined;
  }

  edited(changes: readonly vscode.TextDocumentContentChangeEvent[]): void {
    // Nobody knows what the engine has: the next question sends the whole text.
    if (this.counted === undefined && this.sync === undefined) return;
    this.edits.add(changes);
    // Other line ends move all that stands behind them.
    if (this.document.eol !== this.eol) this.edits.giveUp();
  }

  /** The engine does not have what it was thought to have. */
  lose(): void {
    if (this.sync === undefined) this.counted = undefined;
    else this.edits.giveUp();
  }

  /**
   * Resolves when the engine has a version that was the present one while it was sent. A sync is shared by all who wait. Rejects
   * as soon as `token` is cancelled.
   */
  async synced(token: vscode.CancellationToken, {onProgress, inPassing = false}: AskOptions): Promise<DocumentCount> {
    if (token.isCancellationRequested) throw new vscode.CancellationError();
    const {presentCount} = this;
    if (presentCount !== undefined) return presentCount;
    const sync = this.sync ?? this.begin(inPassing);
    sync.waiting++;
    if (onProgress !== undefined) sync.listeners.add(onProgress);
    try {
      return await unlessCancelled(sync.done, token);
    } finally {
      sync.waiting--;
      if (onProgress !== undefined) sync.listeners.delete(onProgress);
      if (sync.waiting === 0 && sync.isOpening && this.sync === sync) this.abandon(sync);
    }
  }

  dispose(): void {
    this.disposed = true;
    if (this.sync !== undefined) this.abandon(this.sync);
    this.counted = undefined;
  }

  /** Gives a sync up. The next question begins another one. */
  private abandon(sync: Sync): void {
    this.sync = undefined;
    sync.abandon.cancel();
  }

  private begin(inPassing: boolean): Sync {
    const sync: Sync = {
      done: Promise.reject(new vscode.CancellationError()),
      abandon: new vscode.CancellationTokenSource(),
      isOpening: false,
      waiting: 0,
      listeners: new Set()
    };
    sync.done.catch(() => undefined);
    this.sync = sync;
    sync.done = this.run(sync, inPassing).finally(() => {
      if (this.sync === sync) this.sync = undefined;
      sync.abandon.dispose();
    });
    sync.done.catch(() => undefined);
    return sync;
  }

  private async run(sync: Sync, inPassing: boolean): Promise<DocumentCount> {
    // A caller may be told of an edit, and ask, before this object is told of it.
    await Promise.resolve();
    const before = this.counted;
    // Until the answer is there: a request that fails may have been carried out, or not.
    this.counted = undefined;
    const canChange = before !== undefined && this.isInProcess && !this.edits.isOverflown;
    const changed = canChange ? await this.change(sync, before.version, inPassing) : null;
    const counted = changed ?? (await this.open(sync, inPassing));
    if (this.sync !== sync) throw new vscode.CancellationError();
    this.counted = counted;
    return counted;
  }

  /** Null: the whole text has to be sent again. */
  private async change(sync: Sync, from: number, inPassing: boolean): Promise<DocumentCount | null> {
    const {version} = this.document;
    const params = {...this.named, version, from, ...this.edits.take()};
    const changed = await this.engine.request("changeDocument", params, this.options(sync, inPassing));
    return changed === null || (await this.hasDiffered(changed)) ? null : changed;
  }

  private async hasDiffered({version, length}: DocumentCount): Promise<boolean> {
    const {document} = this;
    if (++this.unchecked < changesBetweenChecks) return false;
    this.unchecked = 0;
    const there = await offsetOf(document, wholeRange(document).end);
    return document.version === version && there !== length;
  }

  private async open(sync: Sync, inPassing: boolean): Promise<DocumentCount> {
    const {document} = this;
    sync.isOpening = true;
    const {toSend} = await readDocument(document);
    if (sync.waiting === 0) {
      // At once: a question that comes now must not join this sync, which is cancelled.
      if (this.sync === sync) this.sync = undefined;
      throw new vscode.CancellationError();
    }
    // The document is as it was read: no event comes between the last look at its version and here.
    const {version} = document;
    this.edits.clear();
    this.eol = document.eol;
    const params = {...this.named, version, text: toSend};
    const opened = this.engine.request("openDocument", params, this.options(sync, inPassing));
    this.process = this.engine.processId;
    return await opened;
  }

  private options({abandon, listeners}: Sync, inPassing: boolean) {
    const onProgress = (progress: Progress): void => {
      for (const listener of listeners) listener(progress);
    };
    return {token: abandon.token, onProgress, inPassing};
  }

  private get named() {
    return {model: this.model, document: this.document.uri.toString()};
  }
}

/** Rejects as soon as the token is cancelled; the work goes on. */
async function unlessCancelled<T>(work: Promise<T>, token: vscode.CancellationToken): Promise<T> {
  let listening: vscode.Disposable | undefined;
  const cancelled = new Promise<never>((_, reject) => {
    listening = token.onCancellationRequested(() => reject(new vscode.CancellationError()));
  });
  try {
    return await Promise.race([work, cancelled]);
  } finally {
    listening?.dispose();
  }
}
