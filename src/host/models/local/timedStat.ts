import type {Stats} from "node:fs";
import {stat} from "node:fs/promises";

/** Milliseconds after which a place is taken for one that can't be reached. */
const defaultTimeout = 5000;

/** Node has four threads for the files of all extensions, and one that waits for a network that is gone waits for ever. */
const maxUnanswered = 2;

/**
 * Looks at places that may lie on a network that is gone. What doesn't answer in time isn't there, and isn't asked again
 * before it has answered; where too much doesn't answer, nothing else is asked.
 */
export class TimedStat {
  private readonly unanswered = new Set<string>();
  private queue: Promise<unknown> = Promise.resolve();

  constructor(private readonly limit = defaultTimeout) {}

  /** Null for what is not there, or does not answer. */
  async stat(path: string): Promise<Stats | null> {
    return await this.ask(path, () => stat(path)).catch(() => null);
  }

  /** What a question about a place is answered, its error too; null where there is no answer. One at a time. */
  ask<Answer>(path: string, question: () => Promise<Answer>): Promise<Answer | null> {
    const answer = this.queue.then(() => this.askWithTimeout(path, question));
    this.queue = answer.catch(() => undefined);
    return answer;
  }

  private async askWithTimeout<Answer>(path: string, question: () => Promise<Answer>): Promise<Answer | null> {
    if (this.unanswered.has(path) || this.unanswered.size >= maxUnanswered) return null;
    let timer: NodeJS.Timeout | undefined;
    const late = new Promise<null>((resolve) => {
      timer = setTimeout(() => resolve(null), this.limit);
    });
    this.unanswered.add(path);
    const answer = question().finally(() => this.unanswered.delete(path));
    try {
      return await Promise.race([answer, late]);
    } finally {
      clearTimeout(timer);
    }
  }
}

/** One for all: each waits for two of the threads. */
export const timedStat = new TimedStat();
