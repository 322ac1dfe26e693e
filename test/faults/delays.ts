import {existsSync, readFileSync} from "node:fs";

const schedule = "/proc/self/schedstat";

/**
 * How long this process's event loop was held up by its own work: the longest time between two ticks, in milliseconds. Where
 * the system tells it (Linux), time in which the thread was not running is left out: that is other processes' work.
 */
export class Delays {
  worst = 0;
  private last = performance.now();
  private lastWorked = worked();
  private readonly timer: NodeJS.Timeout;

  /** @param onTick Told of each: how long it was held up, and how long it took by the clock. */
  constructor(private readonly onTick?: (delay: number, elapsed: number) => void) {
    this.timer = setInterval(() => this.tick(), 1);
  }

  /** Ends the watch, and says what was worst. */
  end(): number {
    this.tick();
    clearInterval(this.timer);
    return this.worst;
  }

  private tick(): void {
    const [now, work] = [performance.now(), worked()];
    const elapsed = now - this.last;
    const delay = Math.min(elapsed, work - this.lastWorked);
    this.worst = Math.max(this.worst, delay);
    this.onTick?.(delay, elapsed);
    this.last = now;
    this.lastWorked = work;
  }
}

/** Milliseconds of processor time that the main thread has used. */
function worked(): number {
  return existsSync(schedule) ? Number(readFileSync(schedule, "utf8").split(" ")[0]) / 1e6 : performance.now();
}
