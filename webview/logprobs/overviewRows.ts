import {unknownLevel} from "../../src/metrics/colourScale";

/**
 * The mean level of each row's tokens: row `r` of `rows` has the tokens from `r / rows` to `(r + 1) / rows` of the text, and one at
 * least. Tokens that are not known or not shown don't count; NaN if a row has no others.
 */
export function meanLevels(levels: Uint8Array, shows: (level: number) => boolean, rows: number): Float64Array {
  const means = new Float64Array(rows);
  const shown = Array.from({length: unknownLevel + 1}, (_, level) => level !== unknownLevel && shows(level));
  for (let row = 0; row < rows; row++) {
    const start = Math.floor((row * levels.length) / rows);
    const end = Math.max(start + 1, Math.floor(((row + 1) * levels.length) / rows));
    let sum = 0;
    let known = 0;
    for (let token = start; token < end; token++) {
      const level = levels[token] ?? unknownLevel;
      if (!shown[level]) continue;
      sum += level;
      known++;
    }
    means[row] = known === 0 ? 0 : sum / known;
  }
  return means;
}
