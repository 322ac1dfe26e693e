import type {
  ChangeDocumentParams,
  CloseDocumentParams,
  DocumentCount,
  DocumentRangesParams,
  DocumentRef,
  DocumentTokens,
  DocumentTokensParams,
  OfDocument,
  OpenDocumentParams,
  RangesCount,
  TokenEnd,
  TokenEndParams
} from "../contract/documents";
import type {Backend, RequestContext} from "./backend";
import {LiveText} from "./liveText";
import {Turns} from "./turns";

interface OpenDocument {
  version: number;
  readonly text: LiveText;
  /** Resolves when the last request about it has been answered. */
  busy: Promise<void>;
}

/** Documents that are kept, and their UTF-16 units in all: those that were used longest ago are forgotten first. */
const maxDocuments = 50;
const maxUnits = 1 << 26;

/** The open documents of a model, with their tokens. Requests about one document are answered one after the other. */
export class OpenDocuments {
  /** Used longest ago first. */
  private readonly documents = new Map<string, OpenDocument>();

  constructor(
    private readonly backend: Backend,
    /** UTF-16 units of the parts in which texts are tokenized; a test takes smaller ones. */
    private readonly chunkLength?: number
  ) {}

  async open({document, version, text}: OpenDocumentParams, context: RequestContext): Promise<DocumentCount> {
    const parts = await this.backend.partTokenizer();
    context.signal.throwIfAborted();
    const opened: OpenDocument = {version, text: new LiveText(parts, text, this.chunkLength), busy: Promise.resolve()};
    this.documents.delete(document);
    this.documents.set(document, opened);
    this.forgetSome();
    try {
      return await this.inLine(opened, context, (turns) => this.counted(opened, turns, context));
    } catch (error) {
      // Cancelled: the host does not know that the document is here. A text that can't be tokenized stays: an edit may mend it.
      if (context.signal.aborted && this.documents.get(document) === opened) this.documents.delete(document);
      throw error;
    }
  }

  async change(params: ChangeDocumentParams, context: RequestContext): Promise<OfDocument<DocumentCount>> {
    const open = this.use(params);
    return (
      open &&
      (await this.inLine(open, context, async (turns) => {
        if (open.version !== params.from || !open.text.edit(params)) return null;
        open.version = params.version;
        return await this.counted(open, turns, context);
      }))
    );
  }

  close({document}: CloseDocumentParams): null {
    this.documents.delete(document);
    return null;
  }

  async count(ref: DocumentRef, context: RequestContext): Promise<OfDocument<DocumentCount>> {
    return await this.ask(ref, context, (open, turns) => this.counted(open, turns, context));
  }

  async countRanges(params: DocumentRangesParams, context: RequestContext): Promise<OfDocument<RangesCount>> {
    const {starts, ends} = params;
    return await this.ask(params, context, async ({text}, turns) => {
      const sums = {count: 0, characters: 0, bytes: 0};
      const counts = new Uint32Array(starts.length);
      for (const [i, start] of starts.entries()) {
        const {count, characters, bytes} = text.ofRange(start, ends[i] ?? start);
        counts[i] = count;
        sums.count += count;
        sums.characters += characters;
        sums.bytes += bytes;
        if (turns.over) await turns.next();
      }
      return {...sums, counts, ...(await this.said())};
    });
  }

  async tokens(params: DocumentTokensParams, context: RequestContext): Promise<OfDocument<DocumentTokens>> {
    return await this.ask(params, context, ({text}, turns) => text.tokens(params.start, params.end, turns));
  }

  async tokenEnd(params: TokenEndParams, context: RequestContext): Promise<OfDocument<TokenEnd>> {
    return await this.ask(params, context, async ({text}, {signal}) => ({
      offset: await text.tokenEnd(params.tokens, signal)
    }));
  }

  /** Answers about a version of a document, all of which is tokenized. */
  private async ask<T>(
    ref: DocumentRef,
    context: RequestContext,
    answer: (open: OpenDocument, turns: Turns) => Promise<T>
  ): Promise<OfDocument<T>> {
    const open = this.use(ref);
    return (
      open &&
      (await this.inLine(open, context, async (turns) => {
        if (open.version !== ref.version) return null;
        await this.settle(open, turns, context);
        return await answer(open, turns);
      }))
    );
  }

  /** Runs work on a document when what was asked about it before has been answered. */
  private async inLine<T>(
    open: OpenDocument,
    {signal}: RequestContext,
    work: (turns: Turns) => Promise<T>
  ): Promise<T> {
    const before = open.busy;
    let done: () => void = () => undefined;
    const mine = new Promise<void>((resolve) => {
      done = resolve;
    });
    open.busy = before.then(() => mine);
    try {
      await before;
      signal.throwIfAborted();
      return await work(new Turns((stop) => this.backend.idle(stop), signal));
    } finally {
      done();
    }
  }

  private async settle({text}: OpenDocument, turns: Turns, {onProgress}: RequestContext): Promise<void> {
    await text.settle(turns, (done, total) => onProgress({stage: "count", done, total}));
  }

  private async counted(open: OpenDocument, turns: Turns, context: RequestContext): Promise<DocumentCount> {
    await this.settle(open, turns, context);
    return {...open.text.total, version: open.version, length: open.text.length, ...(await this.said())};
  }

  private async said(): Promise<Pick<DocumentCount, "warnings" | "model">> {
    return {warnings: await this.backend.warnings({}), model: await this.backend.describe()};
  }

  /** The document, which is now the one used last. */
  private use({document}: {readonly document: string}): OpenDocument | null {
    const open = this.documents.get(document);
    if (open === undefined) return null;
    this.documents.delete(document);
    this.documents.set(document, open);
    return open;
  }

  /** Makes room for the document used last. */
  private forgetSome(): void {
    let units = 0;
    for (const {text} of this.documents.values()) units += text.length;
    for (const [name, {text}] of this.documents) {
      const isLast = this.documents.size === 1;
      if (isLast || (this.documents.size <= maxDocuments && units <= maxUnits)) return;
      this.documents.delete(name);
      units -= text.length;
    }
  }
}
