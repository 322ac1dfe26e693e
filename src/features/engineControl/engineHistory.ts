import type {Death, EngineClient} from "../../host/engine/engineClient";

export interface PastDeath extends Omit<Death, "unproven"> {
  /** Milliseconds since the epoch. */
  readonly time: number;
  /** It was starting a model. */
  readonly starting: boolean;
}

const maxDeaths = 10;

/** Starts and deaths of the engine process in this window. */
export class EngineHistory {
  starts = 0;
  /** Counts all deaths, also those that are not listed. */
  deathCount = 0;
  /** The last deaths, the latest last. */
  deaths: readonly PastDeath[] = [];
  private ran = false;
  private readonly subscriptions: readonly {dispose(): void}[];

  constructor(engine: EngineClient) {
    this.subscriptions = [
      engine.onDidChangeState(() => {
        const {process} = engine.state;
        const runs = process === "starting" || process === "running";
        if (runs && !this.ran) this.starts++;
        this.ran = runs;
      }),
      engine.onDidDie(({unproven, ...end}) => {
        this.ran = false;
        this.deathCount++;
        const death = {time: Date.now(), ...end, starting: unproven.length > 0};
        this.deaths = [...this.deaths, death].slice(-maxDeaths);
      })
    ];
  }

  dispose(): void {
    for (const subscription of this.subscriptions) subscription.dispose();
  }
}
