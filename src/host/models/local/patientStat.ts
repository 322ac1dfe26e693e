import type {Stats} from "node:fs";
import {stat} from "node:fs/promises";

/** Milliseconds after which a place is taken for one that can't be reached. */
const patience = 5000;

/** Node has four threads for the files of all extensions, and one that waits for a network that is gone waits for ever. */
const maxWaiting = 2;

/**
 * Looks at places that may lie on a network that is gone. What doesn't answer in time isn't there, and isn't asked again
 * before it has answered; where too much doesn't answer, nothing else is asked.
 */
export class PatientStat {
  private readonly silent = new Set<string>();
  private turn: Promise<unknown> = Promise.resolve();

  constructor(private readonly limit = patience) {}

  /** Null for what is not there, or does not answer. */
  async stat(path: string): Promise<Stats | null> {
    return await this.ask(path, () => stat(path)).catch(() => null);
  }

  /** What a question about a place is answered, its error too; null where there is no answer. One at a time. */
  ask<Answer>(path: string, question: () => Promise<Answer>): Promise<Answer | null> {
    const answer = this.turn.then(() => this.inTime(path, question));
    this.turn = answer.catch(() => undefined);
    return answer;
  }

  private async inTime<Answer>(path: string, question: () => Promise<Answer>): Promise<Answer | null> {
    if (this.silent.has(path) || this.silent.size >= maxWaiting) return null;
    let timer: NodeJS.Timeout | undefined;
    const late = new Promise<null>((resolve) => {
      timer = setTimeout(() => resolve(null), this.limit);
    });
    this.silent.add(path);
    const answer = question().finally(() => this.silent.delete(path));
    try {
      return await Promise.race([answer, late]);
    } finally {
      clearTimeout(timer);
    }
  }
}

/** One for all: each waits for two of the threads. */
export const places = new PatientStat();
