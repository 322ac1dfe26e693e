import * as l10n from "@vscode/l10n";
import {byteSize} from "./numberText";
import {duration} from "./pace";

/** The speed is the mean over this many seconds: networks change, and bytes from before a resume don't count. */
const windowSeconds = 10;

/** A speed is shown only after this many seconds: earlier ones mean little. */
const minSeconds = 1;

/** Words the progress and speed of a download: "1.2 GB of 4.0 GB, 12 MB/s, 3 min 5 s left". */
export class BytePace {
  private readonly seen: {readonly at: number; readonly done: number}[] = [];

  /** `now` returns milliseconds of any clock. */
  constructor(private readonly now: () => number = () => performance.now()) {}

  describe(done: number, total: number): string {
    const at = this.now();
    this.seen.push({at, done});
    while (this.seen.length > 2 && at - (this.seen[1]?.at ?? at) > windowSeconds * 1000) this.seen.shift();
    const first = this.seen[0] ?? {at, done};
    const seconds = (at - first.at) / 1000;
    const speed = (done - first.done) / seconds;
    if (seconds < minSeconds || !(speed > 0)) return l10n.t("{0} of {1}", byteSize(done), byteSize(total));
    return l10n.t(
      "{0} of {1}, {2}/s, {3} left",
      byteSize(done),
      byteSize(total),
      byteSize(Math.round(speed)),
      duration((total - done) / speed)
    );
  }
}
