import * as vscode from "vscode";
import type {DocumentCount, DocumentTokens, OfDocument, RangesCount} from "../../contract/documents";
import {modelKey} from "../../contract/models";
import type {EngineRequests} from "../../contract/requests";
import type {EngineClient} from "../engine/engineClient";
import type {Settings} from "../settings";
import {offsetsOf} from "./documentText";
import {type AskOptions, LiveDocument} from "./liveDocument";

/** Methods that ask about an open document. */
type DocumentMethod = "countRanges" | "documentTokens" | "tokenEnd";

/** What a request about a document says beside the document. */
type Asked<M extends DocumentMethod> = Omit<EngineRequests[M]["params"], "model" | "document" | "version">;

/** An answer about a document at the version that it has in the editor. */
type Answer<M extends DocumentMethod> = NonNullable<EngineRequests[M]["result"]>;

/** The engine may lose a document between two requests, because it was ended. Not so often. */
const maxLosses = 3;

/**
 * Documents whose tokens the engine keeps (contract/documents.ts). The first question about a document opens it; from then
 * on its edits are sent with the next question, until the document is closed. A document is opened again by itself, by the
 * next question, after the engine has ended, or another model was chosen. A document that nobody has asked about costs nothing.
 */
export class LiveDocuments implements vscode.Disposable {
  private readonly documents = new Map<vscode.TextDocument, LiveDocument>();
  /** Whose first count a person has stopped. */
  private readonly stopped = new WeakSet<vscode.TextDocument>();
  private readonly subscriptions: vscode.Disposable;

  constructor(
    private readonly engine: EngineClient,
    private readonly settings: Settings
  ) {
    this.subscriptions = vscode.Disposable.from(
      vscode.workspace.onDidChangeTextDocument(({document, contentChanges}) =>
        this.documents.get(document)?.edited(contentChanges)
      ),
      vscode.workspace.onDidCloseTextDocument((document) => this.close(document))
    );
  }

  /** The engine keeps the document: its count is there a moment after each edit. */
  keeps(document: vscode.TextDocument): boolean {
    return this.documents.get(document)?.isKept ?? false;
  }

  /** The count of the present text is known. */
  isCounted(document: vscode.TextDocument): boolean {
    return this.documents.get(document)?.presentCount !== undefined;
  }

  /**
   * Ends the first count of a document, for all who wait for it. It is not begun again before a person asks for it
   * ({@link AskOptions.asked}): questions are cancelled until then. What the engine keeps already stays.
   */
  stop(document: vscode.TextDocument): void {
    if (this.keeps(document)) return;
    this.stopped.add(document);
    this.documents.get(document)?.dispose();
    this.documents.delete(document);
  }

  isStopped(document: vscode.TextDocument): boolean {
    return this.stopped.has(document);
  }

  /** The count of a document, as it is when the answer comes. */
  async count(
    document: vscode.TextDocument,
    token: vscode.CancellationToken,
    options: AskOptions = {}
  ): Promise<DocumentCount> {
    for (;;) {
      const {presentCount} = await this.synced(document, token, options);
      if (presentCount !== undefined) return presentCount;
    }
  }

  /**
   * The counts of ranges of a document, each as a text by itself, and their sums.
   *
   * @param ranges is called again where the document was edited meanwhile
   */
  async countRanges(
    document: vscode.TextDocument,
    ranges: () => readonly vscode.Range[],
    token: vscode.CancellationToken,
    options: AskOptions = {}
  ): Promise<RangesCount> {
    const asked = async (): Promise<Asked<"countRanges">> => {
      const now = ranges();
      const offsets = await offsetsOf(
        document,
        now.flatMap(({start, end}) => [start, end])
      );
      return {
        starts: offsets.filter((_, i) => i % 2 === 0),
        ends: offsets.filter((_, i) => i % 2 === 1)
      };
    };
    return await this.ask("countRanges", document, asked, token, options);
  }

  /** The document's tokens in a range of UTF-16 offsets. */
  async tokens(
    document: vscode.TextDocument,
    start: number,
    end: number,
    token: vscode.CancellationToken,
    options: AskOptions = {}
  ): Promise<DocumentTokens> {
    return await this.ask("documentTokens", document, async () => ({start, end}), token, options);
  }

  /** The UTF-16 offset at which the first `tokens` tokens end. Null where there are fewer, or where tokens have no place. */
  async tokenEnd(
    document: vscode.TextDocument,
    tokens: number,
    token: vscode.CancellationToken,
    options: AskOptions = {}
  ): Promise<number | null> {
    return (await this.ask("tokenEnd", document, async () => ({tokens}), token, options)).offset;
  }

  dispose(): void {
    for (const live of this.documents.values()) live.dispose();
    this.documents.clear();
    this.subscriptions.dispose();
  }

  /** Asks until the answer is about the version that the document has when it comes. */
  private async ask<M extends DocumentMethod>(
    method: M,
    document: vscode.TextDocument,
    asked: () => Promise<Asked<M>>,
    token: vscode.CancellationToken,
    options: AskOptions
  ): Promise<Answer<M>> {
    for (let losses = 0; losses < maxLosses; ) {
      const live = await this.synced(document, token, options);
      const {version} = document;
      if (live.presentCount === undefined) continue;
      const params = {...(await asked()), model: live.model, document: document.uri.toString(), version};
      if (document.version !== version) continue;
      const answer: OfDocument<Answer<M>> = await this.engine.request(
        method,
        params as unknown as EngineRequests[M]["params"],
        {token, inPassing: options.inPassing ?? false}
      );
      if (document.version !== version) continue;
      if (answer !== null) return answer;
      live.lose();
      losses++;
    }
    throw new Error("The engine has lost a document again and again");
  }

  /** The document in the engine, at a version that was the present one when it was sent. */
  private async synced(
    document: vscode.TextDocument,
    token: vscode.CancellationToken,
    options: AskOptions
  ): Promise<LiveDocument> {
    if (options.asked) this.stopped.delete(document);
    for (;;) {
      const live = this.liveOf(document);
      try {
        await live.synced(token, options);
        return live;
      } catch (error) {
        // Another model was chosen meanwhile, or the count was stopped.
        if (!live.isDisposed || document.isClosed || token.isCancellationRequested) throw error;
      }
    }
  }

  private liveOf(document: vscode.TextDocument): LiveDocument {
    if (document.isClosed || this.stopped.has(document)) throw new vscode.CancellationError();
    const model = this.settings.scoringModel();
    const known = this.documents.get(document);
    if (known !== undefined && modelKey(known.model) === modelKey(model)) return known;
    if (known !== undefined) this.forget(known);
    const live = new LiveDocument(document, model, this.engine);
    this.documents.set(document, live);
    return live;
  }

  /** A change of language is told as a close too, of a document that stays. */
  private close(document: vscode.TextDocument): void {
    const live = this.documents.get(document);
    if (live === undefined || !document.isClosed) return;
    this.documents.delete(document);
    this.forget(live);
  }

  /** The engine forgets it, if it still has it. */
  private forget(live: LiveDocument): void {
    live.dispose();
    const {model, document} = live;
    const {scoringModel, completionModel} = {
      scoringModel: modelKey(this.settings.scoringModel()),
      completionModel: modelKey(this.settings.completionModel())
    };
    // Nothing is started or loaded only to forget a document.
    if (!live.isInProcess || ![scoringModel, completionModel].includes(modelKey(model))) return;
    const params = {model, document: document.uri.toString()};
    this.engine.request("closeDocument", params, {inPassing: true}).catch(() => undefined);
  }
}
