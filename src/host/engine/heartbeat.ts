import type {Duplex} from "node:stream";

/** Time between two beats while requests are pending (ms). */
const interval = 1000;

/**
 * A process counts as dead after this many unanswered beats. They are counted and not timed, because a machine may
 * sleep.
 */
const maxUnanswered = 4;

/** The limit before the first answer: a process may be slow to start. */
const maxUnansweredAtStart = 30;

/** Notices a process that hangs. A live process sends back every byte it gets. */
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
    // A broken pipe needs no report: the process's exit comes with it.
    line.on("error", () => this.stop());
  }

  /** Starts the beats. They run only while requests are pending, so that an idle process is not woken. */
  start(): void {
    if (this.timer !== undefined) return;
    this.unanswered = 0;
    this.timer = setInterval(() => this.beat(), interval);
    this.timer.unref();
    // Most requests end before the first beat. This early one shows that the process can answer.
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
