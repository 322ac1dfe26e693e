import type {Death, EngineClient} from "../../host/engine/engineClient";

export interface PastDeath extends Omit<Death, "unproven"> {
  /** Milliseconds since the epoch. */
  readonly time: number;
  /** It had been starting a model. */
  readonly starting: boolean;
}

const maxDeaths = 10;

/** What the engine process has been through in this window. */
export class EngineHistory {
  starts = 0;
  /** All of them, however many are listed. */
  deathCount = 0;
  /** The last ones, the latest last. */
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
      engine.onDidDie(({code, signal, hung, unproven}) => {
        this.ran = false;
        this.deathCount++;
        const death = {time: Date.now(), code, signal, hung, starting: unproven.length > 0};
        this.deaths = [...this.deaths, death].slice(-maxDeaths);
      })
    ];
  }

  dispose(): void {
    for (const subscription of this.subscriptions) subscription.dispose();
  }
}
