import * as l10n from "@vscode/l10n";
import {count, withDecimalSeparator} from "./numberText";

/** Words the progress and speed of work: "1,200 of 30,000 tokens, 420 tokens/s, 1 min 9 s left". */
export class Pace {
  private first: {readonly at: number; readonly done: number} | undefined;

  /** `now` returns milliseconds of any clock. */
  constructor(
    private readonly unit: keyof typeof words,
    private readonly now: () => number = () => performance.now()
  ) {}

  describe(done: number, total: number): string {
    const {position, pace} = words[this.unit];
    const speed = this.perSecond(done);
    if (speed === null) return position(count(done), count(total));
    const rate = speed >= 10 ? count(Math.round(speed)) : withDecimalSeparator(speed.toFixed(1));
    return pace(count(done), count(total), rate, duration((total - done) / speed));
  }

  /** The speed: the mean since the first report, which comes after the model is loaded. Null while it means little. */
  perSecond(done: number): number | null {
    const at = this.now();
    this.first ??= {at, done};
    const seconds = (at - this.first.at) / 1000;
    const speed = (done - this.first.done) / seconds;
    return seconds < minSeconds || !(speed > 0) ? null : speed;
  }
}

const words = {
  tokens: {
    position: (done: string, total: string) => l10n.t("{0} of {1} tokens", done, total),
    pace: (done: string, total: string, rate: string, left: string) =>
      l10n.t("{0} of {1} tokens, {2} tokens/s, {3} left", done, total, rate, left)
  }
};

/** A speed is shown only after this many seconds: earlier ones mean little. */
const minSeconds = 1;

/** A duration: "45 s", "3 min 5 s", "2 h 10 min". */
export function duration(seconds: number): string {
  const whole = Math.ceil(seconds);
  if (whole < 60) return l10n.t("{0} s", whole);
  if (whole < 3600) return l10n.t("{0} min {1} s", Math.floor(whole / 60), whole % 60);
  return l10n.t("{0} h {1} min", count(Math.floor(whole / 3600)), Math.floor((whole % 3600) / 60));
}
