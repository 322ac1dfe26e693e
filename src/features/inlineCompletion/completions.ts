import {Suggestions, typedBetween} from "../../completion/suggestions";

/** Where a completion goes: the text before the cursor, and the text after it. */
export interface Place {
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
export type Ask = (place: Place, options: AskOptions) => Promise<string>;

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
export class Completions {
  private readonly known = new Suggestions();
  private running: Running | undefined;
  /** Where a suggestion was last asked for. */
  private wanted: Place | undefined;

  constructor(private readonly ask: Ask) {}

  /**
   * What to show at a place; "" for nothing. Rejects with the signal's reason when aborted. What is neither known nor on its
   * way is asked for after the pause, if there is to be one.
   */
  async at(place: Place, signal: AbortSignal, pause?: () => Promise<void>): Promise<string> {
    this.moved(place);
    let paused = pause === undefined;
    for (;;) {
      signal.throwIfAborted();
      const known = this.known.find(place.prefix, place.suffix);
      if (known !== undefined) return known;
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
    const follows = this.wanted !== undefined && typedBetween(this.wanted, place) !== undefined;
    const known = follows ? this.known.find(place.prefix, place.suffix) : undefined;
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
  prefetch(place: Place): void {
    if (this.running === undefined && this.known.find(place.prefix, place.suffix) === undefined)
      this.start(place, true);
  }

  /** Ends what is under way. */
  stop(): void {
    this.running?.abort.abort();
    this.running = undefined;
  }

  /** Forgets the last suggestions too: another model would make others. */
  clear(): void {
    this.stop();
    this.known.clear();
  }

  private start(place: Place, background: boolean): Running {
    this.stop();
    const abort = new AbortController();
    const running: Running = {place, background, abort, text: "", waiting: 0, ended: Promise.resolve()};
    const onText = (text: string): void => {
      running.text = text;
      if (this.wanted !== undefined && !mayServe(running, this.wanted)) this.end(running);
    };
    running.ended = this.ask(place, {onText, signal: abort.signal, background})
      .then((text) => {
        if (!abort.signal.aborted) this.known.keep(place.prefix, place.suffix, text);
      })
      .catch((error: unknown) => {
        if (!abort.signal.aborted) throw error;
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
  const typed = typedBetween(place, now);
  return typed !== undefined && (text.startsWith(typed.text) || typed.text.startsWith(text));
}

/** It agrees, or was asked for beforehand, and what is typed may lead to where. */
function mayServe(running: Running, place: Place): boolean {
  const ahead = running.background && running.place.suffix === place.suffix;
  return agrees(running, place) || (ahead && running.place.prefix.startsWith(place.prefix));
}
