import {existsSync, readFileSync} from "node:fs";

const schedule = "/proc/self/schedstat";

/**
 * Measures how long this process's own work blocks its event loop: the longest time between two ticks (ms). On Linux,
 * time in which the thread did not run is subtracted, because other processes caused it.
 */
export class Delays {
  worst = 0;
  private last = performance.now();
  private lastWorked = worked();
  private readonly timer: NodeJS.Timeout;

  /** @param onTick gets each tick's delay, and the time since the last tick by the clock (ms). */
  constructor(private readonly onTick?: (delay: number, elapsed: number) => void) {
    this.timer = setInterval(() => this.tick(), 1);
  }

  /** Stops measuring, and returns the longest delay. */
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

/** Processor time of the main thread (ms). */
function worked(): number {
  return existsSync(schedule) ? Number(readFileSync(schedule, "utf8").split(" ")[0]) / 1e6 : performance.now();
}
