import type {Duplex} from "node:stream";

/** Milliseconds between two beats, while something is asked of the process. */
const interval = 1000;

/**
 * Beats without an answer after which a process is taken for dead. They are counted, not timed: a machine that slept has
 * missed none.
 */
const maxUnanswered = 4;

/** The same before its first answer: a process may be slow to start. */
const maxUnansweredAtStart = 30;

/** Notices a process that stands still: the one at the other end of a line sends back what it gets, or is silent. */
export class Heartbeat {
  private timer: NodeJS.Timeout | undefined;
  private unanswered = 0;
  private answered = false;

  constructor(
    private readonly line: Duplex,
    private readonly onSilence: () => void
  ) {
    line.on("data", () => {
      this.answered = true;
      this.unanswered = 0;
    });
    // A broken line is no news beside the exit that comes with it.
    line.on("error", () => this.stop());
  }

  /** Listens for as long as something is asked: an idle process is not woken. */
  start(): void {
    if (this.timer !== undefined) return;
    this.unanswered = 0;
    this.timer = setInterval(() => this.beat(), interval);
    this.timer.unref();
    // Most requests are answered before the first beat. That it can answer is known before it matters.
    if (!this.answered) this.line.write(".");
  }

  stop(): void {
    clearInterval(this.timer);
    this.timer = undefined;
  }

  private beat(): void {
    if (this.unanswered >= (this.answered ? maxUnanswered : maxUnansweredAtStart)) {
      this.stop();
      this.onSilence();
      return;
    }
    this.unanswered++;
    this.line.write(".");
  }
}
