import type {ToView} from "../../src/features/logprobs/protocol";

export type Alternatives = Extract<ToView, {type: "alternatives"}>;

export type AlternativesState =
  | {readonly type: "loading"}
  | {readonly type: "failed"; readonly message: string}
  | Alternatives;

/** Milliseconds a token has to be looked at before the model is asked: a pointer crosses many on its way. */
const delay = 150;

/** What the model would have written instead, token by token: asked when looked at, and kept. */
export class AlternativesCache {
  private readonly known = new Map<number, Alternatives>();
  private readonly failed = new Map<number, string>();
  private wanted: number | null = null;
  private timer: ReturnType<typeof setTimeout> | undefined;

  constructor(private readonly ask: (token: number) => void) {}

  get(token: number): AlternativesState {
    const message = this.failed.get(token);
    if (message !== undefined) return {type: "failed", message};
    return this.known.get(token) ?? {type: "loading"};
  }

  /** Asks for a token unless it is known or already asked for. Of several in a row the host answers the last one. */
  want(token: number): void {
    if (token === this.wanted) return;
    clearTimeout(this.timer);
    this.wanted = token;
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
    this.wanted = null;
    this.known.clear();
    this.failed.clear();
  }
}
