import type {ToView} from "../../src/features/logprobs/protocol";

export type Alternatives = Extract<ToView, {type: "alternatives"}>;

export type AlternativesState =
  | {readonly type: "loading"}
  | {readonly type: "failed"; readonly message: string}
  | Alternatives;

/** The alternatives of tokens: the host is asked for them when the user looks at a token, and they are kept. */
export class AlternativesCache {
  private readonly known = new Map<number, Alternatives>();
  private readonly failed = new Map<number, string>();
  private lastRequested: number | null = null;

  constructor(private readonly ask: (token: number) => void) {}

  get(token: number): AlternativesState {
    const message = this.failed.get(token);
    if (message !== undefined) return {type: "failed", message};
    return this.known.get(token) ?? {type: "loading"};
  }

  /** Asks for a token's alternatives, unless they are known or were asked for last. The host answers only the latest request. */
  request(token: number): void {
    if (token === this.lastRequested) return;
    this.lastRequested = token;
    this.failed.delete(token);
    if (!this.known.has(token)) this.ask(token);
  }

  answer(answer: Alternatives): void {
    this.known.set(answer.token, answer);
  }

  fail(token: number, message: string): void {
    this.failed.set(token, message);
  }

  clear(): void {
    this.lastRequested = null;
    this.known.clear();
    this.failed.clear();
  }
}
