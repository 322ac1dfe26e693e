import {RecentSuggestions, type Typed, typedBetween} from "../../completion/suggestions";

/** The text around the cursor of a document. */
export interface CursorText {
  /** The document's URI: another file with the same text has another path and other related files. */
  readonly file: string;
  readonly prefix: string;
  readonly suffix: string;
}

export interface AskOptions {
  /** Called with each partial answer, trimmed as it will be shown. */
  readonly onText: (text: string) => void;
  readonly signal: AbortSignal;
  /** A prefetch: the answer is not needed yet. */
  readonly background: boolean;
}

/** Asks a model for a suggestion; "" if there is nothing to show. Rejects when aborted. */
export type Ask<P extends CursorText> = (place: P, options: AskOptions) => Promise<string>;

interface PendingRequest {
  readonly place: CursorText;
  readonly background: boolean;
  readonly abort: AbortController;
  /** The partial answer. */
  text: string;
  /** Callers that wait for the answer. */
  waiters: number;
  /** Resolves when the request is answered or ended, rejects when it failed. */
  ended: Promise<void>;
}

/** How long a request without waiters runs on (ms): VS Code cancels its question at each key and asks again. */
const maxOrphanTime = 100;

/**
 * Finds suggestions among the last ones, or requests them, one request at a time. A request runs on while its partial
 * answer agrees with what is typed; otherwise the next request ends it.
 */
export class SuggestionCache<P extends CursorText> {
  private readonly known = new RecentSuggestions();
  private running: PendingRequest | undefined;
  /** Where the cursor was at the last question. */
  private current: CursorText | undefined;

  constructor(private readonly ask: Ask<P>) {}

  /**
   * The suggestion for a place; "" if there is none, undefined if the cursor has moved on meanwhile. Rejects with the
   * signal's reason when aborted. A new request starts after `pause`.
   */
  async at(place: P, signal: AbortSignal, pause?: () => Promise<void>): Promise<string | undefined> {
    this.cursorMoved(place);
    let paused = pause === undefined;
    for (;;) {
      signal.throwIfAborted();
      const known = this.find(place);
      if (known !== undefined) return known;
      // Two callers for different places would end each other's requests forever.
      if (this.current === undefined || !isSame(this.current, place)) return undefined;
      if (this.running !== undefined && agrees(this.running, place)) await this.wait(this.running, signal);
      else if (paused) await this.wait(this.start(place, false), signal);
      else {
        await pause?.();
        paused = true;
      }
    }
  }

  /** Whether the text of the last suggestion may still be in use. */
  get hasAnswered(): boolean {
    return this.current !== undefined;
  }

  /**
   * The rest of the last suggestion, if its beginning was typed up to this place. Undefined from the first key on that
   * departs from it.
   */
  remaining(place: CursorText): string | undefined {
    const known = this.current !== undefined && follows(place, this.current) ? this.find(place) : undefined;
    if (known === undefined) this.current = undefined;
    return known;
  }

  /** Whether a request is under way. */
  get isRunning(): boolean {
    return this.running !== undefined;
  }

  /** The cursor is here now. Ends a request whose answer is of no use here. */
  cursorMoved(place: CursorText): void {
    this.current = place;
    if (this.running !== undefined && !mayServe(this.running, place)) this.end(this.running);
  }

  /** Requests the suggestion that follows an accepted one, if no request is running. */
  prefetch(place: P): void {
    if (this.running === undefined && this.find(place) === undefined) this.start(place, true);
  }

  /** These are the suggestions for a place from now on: the first is shown there, the others may be typed too. */
  offer({prefix, suffix, file}: P, texts: readonly string[]): void {
    this.known.keepAll(prefix, suffix, texts, file);
  }

  /** Ends the running request. */
  stop(): void {
    this.current = undefined;
    this.endRunning();
  }

  /** Forgets the last suggestions, which came from another model. Waiting callers start a new request. */
  clear(): void {
    this.endRunning();
    this.known.clear();
  }

  private find({prefix, suffix, file}: CursorText): string | undefined {
    return this.known.find(prefix, suffix, file);
  }

  private endRunning(): void {
    if (this.running !== undefined) this.end(this.running);
  }

  private start(place: P, background: boolean): PendingRequest {
    this.endRunning();
    const abort = new AbortController();
    const running: PendingRequest = {place, background, abort, text: "", waiters: 0, ended: Promise.resolve()};
    const onText = (text: string): void => {
      running.text = text;
      if (this.current !== undefined && !mayServe(running, this.current)) this.end(running);
    };
    running.ended = this.ask(place, {onText, signal: abort.signal, background})
      .then((text) => {
        if (!abort.signal.aborted) this.known.keep(place.prefix, place.suffix, text, place.file);
      })
      .catch((error: unknown) => {
        // After a failed prefetch, a waiting caller starts its own request.
        if (!abort.signal.aborted && !background) throw error;
      })
      .finally(() => this.end(running));
    // The waiters get the error. Without waiters it must not count as an unhandled rejection.
    running.ended.catch(() => undefined);
    this.running = running;
    return running;
  }

  private end(running: PendingRequest): void {
    running.abort.abort();
    if (this.running === running) this.running = undefined;
  }

  private async wait(running: PendingRequest, signal: AbortSignal): Promise<void> {
    running.waiters++;
    let leave = (): void => undefined;
    const left = new Promise<void>((resolve) => {
      leave = resolve;
      signal.addEventListener("abort", leave, {once: true});
    });
    try {
      await Promise.race([running.ended, left]);
    } finally {
      signal.removeEventListener("abort", leave);
      running.waiters--;
      if (signal.aborted) this.endUnlessAwaited(running);
    }
  }

  private endUnlessAwaited(running: PendingRequest): void {
    setTimeout(() => {
      if (running.waiters === 0) this.end(running);
    }, maxOrphanTime);
  }
}

/** Whether the partial answer agrees with what was typed up to this place. */
function agrees({place, text}: PendingRequest, now: CursorText): boolean {
  const typed = follows(now, place)?.text;
  return typed !== undefined && (text.startsWith(typed) || typed.startsWith(text));
}

/** The text typed between two places; undefined if the document was changed otherwise. */
function follows(later: CursorText, earlier: CursorText): Typed | undefined {
  return later.file === earlier.file ? typedBetween(earlier, later) : undefined;
}

/** Whether the answer may be of use here: it agrees, or it is a prefetch for a place further on. */
function mayServe(running: PendingRequest, place: CursorText): boolean {
  const {background, place: own} = running;
  const isAhead = own.file === place.file && own.suffix === place.suffix && own.prefix.startsWith(place.prefix);
  return agrees(running, place) || (background && isAhead);
}

function isSame(one: CursorText, other: CursorText): boolean {
  return one.file === other.file && one.prefix === other.prefix && one.suffix === other.suffix;
}
