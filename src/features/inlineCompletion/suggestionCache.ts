import {Suggestions, type Typed, typedBetween} from "../../completion/suggestions";

/** Where a completion goes: the text before the cursor, and the text after it. */
export interface Place {
  /** The document's URI: another file with the same text has another path and other neighbours. */
  readonly file: string;
  readonly prefix: string;
  readonly suffix: string;
}

export interface AskOptions {
  /** Told of what there is, again and again, as it is going to be shown. */
  readonly onText: (text: string) => void;
  readonly signal: AbortSignal;
  /** Nobody waits for it yet. */
  readonly background: boolean;
}

/** Asks a model what to show at a place; "" for nothing. Rejects when aborted. */
export type Ask<P extends Place> = (place: P, options: AskOptions) => Promise<string>;

interface Running {
  readonly place: Place;
  readonly background: boolean;
  readonly abort: AbortController;
  /** What there is of its answer. */
  text: string;
  /** How many wait for it. */
  waiting: number;
  /** Resolves when it has been answered, or ended; rejects when it failed. */
  ended: Promise<void>;
}

/** Milliseconds. So long a request that nobody waits for goes on: VS Code takes back its question at each key and asks again. */
const grace = 100;

/**
 * One request at a time. A place is first looked up among the last suggestions; a running request goes on while its answer
 * agrees with what is typed; any other is ended by the next one.
 */
export class Completions<P extends Place> {
  private readonly known = new Suggestions();
  private running: Running | undefined;
  /** Where a suggestion was last asked for. */
  private wanted: Place | undefined;

  constructor(private readonly ask: Ask<P>) {}

  /**
   * What to show at a place; "" for nothing, undefined where another place is wanted by now, or none. Rejects with the signal's
   * reason when aborted. What is neither known nor on its way is asked for after the pause, if there is to be one.
   */
  async at(place: P, signal: AbortSignal, pause?: () => Promise<void>): Promise<string | undefined> {
    this.moved(place);
    let paused = pause === undefined;
    for (;;) {
      signal.throwIfAborted();
      const known = this.find(place);
      if (known !== undefined) return known;
      // Two that wait for different places would end each other's requests for ever.
      if (this.wanted === undefined || !isSame(this.wanted, place)) return undefined;
      if (this.running !== undefined && agrees(this.running, place)) await this.wait(this.running, signal);
      else if (paused) await this.wait(this.start(place, false), signal);
      else {
        await pause?.();
        paused = true;
      }
    }
  }

  /** Something was asked for, and nothing else has been typed since. */
  get hasAnswered(): boolean {
    return this.wanted !== undefined;
  }

  /**
   * What is left of the last suggestion where its text was typed up to this place; "" for nothing. Anything else ends it:
   * undefined from then on.
   */
  remaining(place: Place): string | undefined {
    const known = this.wanted !== undefined && follows(place, this.wanted) ? this.find(place) : undefined;
    if (known === undefined) this.wanted = undefined;
    return known;
  }

  /** Whether a request is under way. */
  get isRunning(): boolean {
    return this.running !== undefined;
  }

  /** The cursor is at this place now. Ends at once what has become of no use by that. */
  moved(place: Place): void {
    this.wanted = place;
    if (this.running !== undefined && !mayServe(this.running, place)) this.end(this.running);
  }

  /** Asks for what will be wanted when a suggestion is accepted, if there is nothing else to do. */
  prefetch(place: P): void {
    if (this.running === undefined && this.find(place) === undefined) this.start(place, true);
  }

  /** Ends what is under way. */
  stop(): void {
    this.wanted = undefined;
    this.endRunning();
  }

  /** Forgets the last suggestions too: another model would make others. What is waited for is asked for anew. */
  clear(): void {
    this.endRunning();
    this.known.clear();
  }

  private find({prefix, suffix, file}: Place): string | undefined {
    return this.known.find(prefix, suffix, file);
  }

  private endRunning(): void {
    if (this.running !== undefined) this.end(this.running);
  }

  private start(place: P, background: boolean): Running {
    this.endRunning();
    const abort = new AbortController();
    const running: Running = {place, background, abort, text: "", waiting: 0, ended: Promise.resolve()};
    const onText = (text: string): void => {
      running.text = text;
      if (this.wanted !== undefined && !mayServe(running, this.wanted)) this.end(running);
    };
    running.ended = this.ask(place, {onText, signal: abort.signal, background})
      .then((text) => {
        if (!abort.signal.aborted) this.known.keep(place.prefix, place.suffix, text, place.file);
      })
      .catch((error: unknown) => {
        // Whoever has come to wait for what was fetched before it was wanted asks again.
        if (!abort.signal.aborted && !background) throw error;
      })
      .finally(() => this.end(running));
    // Whoever waits gets the failure; where nobody does, it is no crash.
    running.ended.catch(() => undefined);
    this.running = running;
    return running;
  }

  private end(running: Running): void {
    running.abort.abort();
    if (this.running === running) this.running = undefined;
  }

  private async wait(running: Running, signal: AbortSignal): Promise<void> {
    running.waiting++;
    let leave = (): void => undefined;
    const left = new Promise<void>((resolve) => {
      leave = resolve;
      signal.addEventListener("abort", leave, {once: true});
    });
    try {
      await Promise.race([running.ended, left]);
    } finally {
      signal.removeEventListener("abort", leave);
      running.waiting--;
      if (signal.aborted) this.endUnlessWanted(running);
    }
  }

  private endUnlessWanted(running: Running): void {
    setTimeout(() => {
      if (running.waiting === 0) this.end(running);
    }, grace);
  }
}

/** The request's answer, as far as it is known, may be what is typed at the place. */
function agrees({place, text}: Running, now: Place): boolean {
  const typed = follows(now, place)?.text;
  return typed !== undefined && (text.startsWith(typed) || typed.startsWith(text));
}

/** What was typed to get from one place to the other; undefined where something else was done. */
function follows(later: Place, earlier: Place): Typed | undefined {
  return later.file === earlier.file ? typedBetween(earlier, later) : undefined;
}

/** It agrees, or was asked for beforehand, and what is typed may lead to where. */
function mayServe(running: Running, place: Place): boolean {
  const {background, place: own} = running;
  const isAhead = own.file === place.file && own.suffix === place.suffix && own.prefix.startsWith(place.prefix);
  return agrees(running, place) || (background && isAhead);
}

function isSame(one: Place, other: Place): boolean {
  return one.file === other.file && one.prefix === other.prefix && one.suffix === other.suffix;
}
