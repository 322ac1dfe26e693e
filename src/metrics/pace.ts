import {count} from "./numberText";

/** How far and how fast work is, in words: "1,200 of 30,000 tokens, 420 tokens/s, 1 min 9 s left". */
export class Pace {
  private first: {readonly at: number; readonly done: number} | undefined;

  /** `now` in milliseconds, of any clock. */
  constructor(
    private readonly unit: string,
    private readonly now: () => number = () => performance.now()
  ) {}

  /** The speed is the mean since the first report, which comes after loading and has no past of its own. */
  describe(done: number, total: number): string {
    const at = this.now();
    this.first ??= {at, done};
    const position = `${count(done)} of ${count(total)} ${this.unit}`;
    const seconds = (at - this.first.at) / 1000;
    const speed = (done - this.first.done) / seconds;
    if (seconds < leastSeconds || !(speed > 0)) return position;
    const rate = speed >= 10 ? count(Math.round(speed)) : speed.toFixed(1);
    return `${position}, ${rate} ${this.unit}/s, ${duration((total - done) / speed)} left`;
  }
}

/** Before so long a speed says nothing. */
const leastSeconds = 1;

/** "45 s", "3 min 5 s", "2 h 10 min". */
export function duration(seconds: number): string {
  const whole = Math.ceil(seconds);
  if (whole < 60) return `${whole} s`;
  if (whole < 3600) return `${Math.floor(whole / 60)} min ${whole % 60} s`;
  return `${Math.floor(whole / 3600)} h ${Math.floor((whole % 3600) / 60)} min`;
}
