import type {Stats} from "node:fs";
import {stat} from "node:fs/promises";

/** Milliseconds after which a place is taken for one that can't be reached. */
const patience = 5000;

/** Node has four threads for the files of all extensions, and one that waits for a network that is gone waits for ever. */
const mostWaiting = 2;

/**
 * Looks at places that may lie on a network that is gone. What doesn't answer in time isn't there, and isn't asked again
 * before it has answered; where too much doesn't answer, nothing else is asked.
 */
export class PatientStat {
  private readonly silent = new Set<string>();
  private turn: Promise<unknown> = Promise.resolve();

  constructor(
    private readonly ask: (path: string) => Promise<Stats> = stat,
    private readonly limit = patience
  ) {}

  /** Null for what is not there, or does not answer. One at a time. */
  stat(path: string): Promise<Stats | null> {
    const answer = this.turn.then(() => this.inTime(path));
    this.turn = answer;
    return answer;
  }

  private async inTime(path: string): Promise<Stats | null> {
    if (this.silent.has(path) || this.silent.size >= mostWaiting) return null;
    let timer: NodeJS.Timeout | undefined;
    const late = new Promise<null>((resolve) => {
      timer = setTimeout(() => resolve(null), this.limit);
    });
    this.silent.add(path);
    const answer = this.ask(path)
      .catch(() => null)
      .finally(() => this.silent.delete(path));
    const first = await Promise.race([answer, late]);
    clearTimeout(timer);
    return first;
  }
}
