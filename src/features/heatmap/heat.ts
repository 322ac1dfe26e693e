import type {Scores} from "../../contract/scoring";
import {runInSlices} from "../../host/cooperativeWork";
import {ExpectedTokens} from "../../host/expectedTokens";
import type {Host} from "../../host/host";
import type {ColourChoice, ColourMeasure} from "../../metrics/colourChoice";
import {type ColouredNumbers, levelFinderInSteps} from "../../metrics/colourScale";
import {cutIntoPieces, type Pieces} from "../../metrics/pieces";
import {MovingPieces} from "./movingPieces";
import {rulerMarks} from "./rulerMarks";
import type {LevelledPieces} from "./strokes";

/** The scores of a document, where its tokens are after edits, and how they are coloured. */
export interface Heat extends LevelledPieces {
  readonly scores: Scores & {readonly ends: Uint32Array};
  readonly expected: ExpectedTokens;
  /** As they were scored. */
  readonly numbers: Pieces;
  /** What the score was asked for: a measure that needs no detail may have none. */
  readonly scoredFor: ColourMeasure;
  /** What the levels are of. */
  readonly choice: ColourChoice;
  /** The pieces that the overview ruler marks. */
  readonly marks: readonly number[];
}

/** Places the scores of a text in it. Takes its time, in slices. */
export async function heatOfScores(
  {engine}: Pick<Host, "engine">,
  text: string,
  scores: Heat["scores"],
  choice: ColourChoice
): Promise<Heat> {
  const numbers = await runInSlices(cutIntoPieces(text, scores.ends, tokenNumbers(scores)));
  const expected = new ExpectedTokens(engine, scores);
  const colours = await coloursOf(scores, numbers, choice);
  return {scores, expected, numbers, pieces: new MovingPieces(numbers), scoredFor: choice.by, ...colours};
}

/** The same scores in other colours. */
export async function recoloured(heat: Heat, choice: ColourChoice): Promise<Heat> {
  return {...heat, ...(await coloursOf(heat.scores, heat.numbers, choice))};
}

async function coloursOf(
  {logprobs}: Scores,
  numbers: Pieces,
  choice: ColourChoice
): Promise<Pick<Heat, "choice" | "levelOf" | "marks">> {
  const levelOf = await runInSlices(levelFinderInSteps(choice, numbers, logprobs));
  return {choice, levelOf, marks: await runInSlices(rulerMarks(numbers.logprobs, levelOf))};
}

function tokenNumbers({logprobs, detail}: Scores): ColouredNumbers {
  return {logprobs, ranks: detail?.ranks ?? null, entropies: detail?.entropies ?? null};
}
