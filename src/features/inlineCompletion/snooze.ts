/** Minutes that a snooze may last. */
export const snoozeMinutes = [5, 15, 60] as const;

/** A rest from suggestions while typing, for some minutes. A completion on command still comes. */
export class Snooze {
  private timer: NodeJS.Timeout | undefined;
  private end: number | undefined;

  /** @param changed is called when a rest begins or ends */
  constructor(private readonly changed: () => void) {}

  /** When the rest ends (ms since the epoch); undefined without one. */
  get until(): number | undefined {
    return this.end;
  }

  begin(minutes: number): void {
    const milliseconds = minutes * 60_000;
    this.set(Date.now() + milliseconds);
    this.timer = setTimeout(() => this.stop(), milliseconds);
  }

  stop(): void {
    this.set(undefined);
  }

  dispose(): void {
    clearTimeout(this.timer);
  }

  private set(end: number | undefined): void {
    clearTimeout(this.timer);
    if (this.end === end) return;
    this.end = end;
    this.changed();
  }
}
