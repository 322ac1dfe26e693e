import type {Progress} from "../../contract/progress";
import type {ScoreDetail} from "../../contract/scoring";
import {runInSlices} from "../../host/cooperativeWork";
import type {DocumentRange} from "../../host/documents/documentRange";
import type {ScoredTarget} from "../../host/documents/scoredTarget";
import type {EngineClient} from "../../host/engine/engineClient";
import {ExpectedTokens} from "../../host/expectedTokens";
import type {ScoredText} from "./protocol";
import type {TextPlace} from "./textPlace";
import {TokenPlaces} from "./tokenPlaces";

/** Progress or failure, which the view shows in place of a text. */
export interface Instead {
  readonly place: TextPlace;
  readonly says:
    | {readonly type: "progress"; readonly progress: Progress}
    | {readonly type: "failed"; readonly message: string};
}

/** A scored text on show: where it is now, and what the view does not get because it is eight times the size. */
export interface Shown {
  readonly scored: ScoredText;
  readonly place: TextPlace;
  /** Null while the text is scored, and of a text that was restored after a reload: VS Code keeps no detail. */
  readonly detail: ScoreDetail | null;
  /** What was scored, and what the engine answered; null while it computes, and after a reload. */
  readonly made: ScoredTarget | null;
  readonly expected: ExpectedTokens;
  /** Null if tokens have no place in the text. */
  readonly places: () => Promise<TokenPlaces | null>;
}

export function shownScores(
  engine: Pick<EngineClient, "request">,
  scored: ScoredText,
  place: TextPlace,
  made: ScoredTarget | null
): Shown {
  let places: Promise<TokenPlaces | null> | undefined;
  const detail = made?.scores.detail ?? null;
  return {
    scored,
    place,
    detail,
    made,
    expected: new ExpectedTokens(engine, {...scored, detail}),
    places: () => {
      places ??= runInSlices(TokenPlaces.of(scored));
      return places;
    }
  };
}

/** The text on show as other commands take it: with its scores, or else its place. */
export function subjectOf({made, place}: Pick<Shown, "made" | "place">): ScoredTarget | DocumentRange {
  return made ?? place.source;
}
