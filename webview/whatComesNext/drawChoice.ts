import {type Draws, maxSeed} from "../../src/features/whatComesNext/protocol";

/** How many are drawn, and with which seed; also while nothing is drawn. */
export class DrawChoice {
  private chosen: Draws = {count: 100, seed: 1};

  get value(): Draws {
    return this.chosen;
  }

  follow(draws: Draws | null): void {
    if (draws !== null) this.chosen = draws;
  }

  /** What is drawn then: the same again if there is something drawn already. */
  choose(chosen: Draws, draws: Draws | null): Draws | null {
    this.chosen = chosen;
    return draws === null ? null : chosen;
  }

  /** Drawing again takes the next seed. */
  draw(draws: Draws | null): Draws {
    const {count, seed} = this.chosen;
    if (draws !== null) this.chosen = {count, seed: seed === maxSeed ? 0 : seed + 1};
    return this.chosen;
  }
}
