import type {ToView} from "../../src/features/logprobs/protocol";

export type Alternatives = Extract<ToView, {type: "alternatives"}>;

export type AlternativesState =
  | {readonly type: "loading"}
  | {readonly type: "failed"; readonly message: string}
  | Alternatives;

/** Debounce in milliseconds before the model is asked: a pointer crosses many tokens on its way. */
const delay = 150;

/** The alternatives of tokens: asked for when the user looks at a token, and cached. */
export class AlternativesCache {
  private readonly known = new Map<number, Alternatives>();
  private readonly failed = new Map<number, string>();
  private lastRequested: number | null = null;
  private timer: ReturnType<typeof setTimeout> | undefined;

  constructor(private readonly ask: (token: number) => void) {}

  get(token: number): AlternativesState {
    const message = this.failed.get(token);
    if (message !== undefined) return {type: "failed", message};
    return this.known.get(token) ?? {type: "loading"};
  }

  /** Asks for a token's alternatives, unless they are known or were asked for last. The host answers only the latest request. */
  request(token: number): void {
    if (token === this.lastRequested) return;
    clearTimeout(this.timer);
    this.lastRequested = token;
    this.failed.delete(token);
    if (this.known.has(token)) return;
    this.timer = setTimeout(() => this.ask(token), delay);
  }

  answer(answer: Alternatives): void {
    this.known.set(answer.token, answer);
  }

  fail(token: number, message: string): void {
    this.failed.set(token, message);
  }

  clear(): void {
    clearTimeout(this.timer);
    this.lastRequested = null;
    this.known.clear();
    this.failed.clear();
  }
}
