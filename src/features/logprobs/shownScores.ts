import type {ScoreDetail, Scores} from "../../contract/scoring";
import {runInSlices} from "../../host/cooperativeWork";
import type {EngineClient} from "../../host/engine/engineClient";
import {ExpectedTokens} from "../../host/expectedTokens";
import type {ScoredText} from "./protocol";
import type {TextPlace} from "./textPlace";
import {TokenPlaces} from "./tokenPlaces";

/** A scored text on show: where it is now, and what the view does not get because it is eight times the size. */
export interface Shown {
  readonly scored: ScoredText;
  readonly place: TextPlace;
  /** Null while the text is scored, and of a text that was restored after a reload: VS Code keeps no detail. */
  readonly detail: ScoreDetail | null;
  /** What made the scores, as files say it; null where {@link detail} is. */
  readonly made: Pick<Scores, "model" | "versions" | "ropeFactors"> | null;
  readonly expected: ExpectedTokens;
  /** Null if tokens have no place in the text. */
  readonly places: () => Promise<TokenPlaces | null>;
}

/** `scores`: what the engine answered; null while it computes, and after a reload. */
export function shownScores(
  engine: Pick<EngineClient, "request">,
  scored: ScoredText,
  place: TextPlace,
  scores: Scores | null
): Shown {
  let places: Promise<TokenPlaces | null> | undefined;
  const detail = scores?.detail ?? null;
  return {
    scored,
    place,
    detail,
    made: scores,
    expected: new ExpectedTokens(engine, {...scored, detail}),
    places: () => {
      places ??= runInSlices(TokenPlaces.of(scored));
      return places;
    }
  };
}
