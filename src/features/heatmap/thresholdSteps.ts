import type {ColourMeasure} from "../../metrics/colourChoice";
import {colourScales} from "../../metrics/colourScale";

const steps: Readonly<Record<ColourMeasure, readonly number[]>> = {
  probability: [0.5, 0.1, 0.05, 0.01, 0.005, 0.001, 0.0001],
  surprisal: [1, 2, 3, 4, 6, 8, 10, 14],
  rank: [1, 3, 10, 30, 100, 1000],
  entropy: [1, 2, 3, 4, 5, 6, 8],
  excess: [1, 2, 3, 4, 6, 8],
  relative: [0.5, 0.3, 0.2, 0.1, 0.05, 0.02]
};

/** Thresholds to choose from, from the one that colours most on, with the measure's own and the one in use. */
export function thresholdSteps(by: ColourMeasure, current: number): number[] {
  const {preset, min, max, isLow} = colourScales[by];
  const all = new Set([...steps[by], preset, current].filter((step) => step >= min && step <= max));
  return [...all].sort((a, b) => (isLow ? b - a : a - b));
}
