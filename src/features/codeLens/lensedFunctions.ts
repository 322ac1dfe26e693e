import {movedRange, type TextChange} from "../../host/documents/movedRange";
import {type FunctionRange, functionParts} from "../../metrics/functionParts";
import {type LocatedScores, type Region, regionNumbers, regionSumsInSteps} from "../../metrics/regions";
import {addSums} from "../../metrics/scoreSums";
import type {LensNumbers} from "./lensTitle";

/** A function of a document that is edited. Offsets are UTF-16. */
export interface LensedFunction {
  readonly whole: Region;
  /** Its name, above which the lens stands. */
  readonly place: Region;
  /** Null until it is scored for the first time. */
  readonly numbers: LensNumbers | null;
  /** The text up to its end was edited since. */
  readonly isStale: boolean;
}

/** The functions of a document of which nothing is scored yet. */
export function unscored(functions: readonly FunctionRange[]): LensedFunction[] {
  return sorted(functions).map(({start, end, place}) => ({whole: {start, end}, place, numbers: null, isStale: false}));
}

/** The functions with their numbers: each without the functions inside it, as in Surprising Lines. */
export function* scoredFunctions(
  text: string,
  scores: LocatedScores,
  functions: readonly FunctionRange[]
): Generator<void, LensedFunction[]> {
  const ordered = sorted(functions);
  const parts = functionParts(ordered);
  const sums = yield* regionSumsInSteps(
    text,
    scores,
    parts.flatMap(({regions}) => regions)
  );
  let next = 0;
  return parts.map(({regions, place}, index) => {
    const own = addSums(sums.slice(next, next + regions.length));
    next += regions.length;
    const {start, end} = ordered[index] ?? place;
    return {whole: {start, end}, place, numbers: regionNumbers(own), isStale: false};
  });
}

/** The functions after an edit. What stands before the edit keeps its numbers: no token is scored by what comes behind it. */
export function editedFunctions(
  functions: readonly LensedFunction[],
  changes: readonly TextChange[]
): LensedFunction[] {
  const first = Math.min(...changes.map(({rangeOffset}) => rangeOffset));
  return functions.map(({whole, place, numbers, isStale}) => ({
    whole: movedRange(whole, changes),
    place: movedRange(place, changes),
    numbers,
    isStale: isStale || first < whole.end
  }));
}

/** As {@link functionParts} orders them. */
function sorted(functions: readonly FunctionRange[]): FunctionRange[] {
  return functions.toSorted((a, b) => a.start - b.start || b.end - a.end);
}
