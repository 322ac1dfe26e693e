import type {Stats} from "node:fs";
import {stat} from "node:fs/promises";

/** A path counts as unreachable after this long without an answer (ms). */
const defaultTimeout = 5000;

/**
 * Maximum calls without an answer. All extensions share Node's four file threads, and a call to a lost network blocks
 * one.
 */
const maxUnanswered = 2;

/**
 * Looks at paths that may lie on a lost network drive. A path that doesn't answer in time counts as missing, and is not
 * asked again until it answers. If too many don't answer, no further path is asked.
 */
export class TimedStat {
  private readonly unanswered = new Set<string>();
  private queue: Promise<unknown> = Promise.resolve();

  constructor(private readonly limit = defaultTimeout) {}

  /** The status of a path; null if it does not exist or does not answer. */
  async stat(path: string): Promise<Stats | null> {
    return await this.ask(path, () => stat(path)).catch(() => null);
  }

  /**
   * Asks about a path, one question at a time. Settles like the question, or resolves with null if there is no answer.
   */
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

/** One instance for all callers, because each may block two threads. */
export const timedStat = new TimedStat();
