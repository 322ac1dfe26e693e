import type {ScorePart, TokenScores} from "../contract/scoring";
import type {ScoredTokens} from "./scoredTokens";

/** Sends the scores of a text while they are computed. Positions are those of the model's tokens, context included. */
export class ScoreStream {
  /** What stands before it was sent. */
  private sent: number;

  constructor(
    private readonly scored: ScoredTokens,
    private readonly contextTokens: number,
    /** Scores are known up to here, and the receiver has them. */
    known: number,
    private readonly send: (part: ScorePart) => void
  ) {
    this.sent = known;
  }

  /** All scores up to a position are final. A lower one than the last: from there on, they are computed again. */
  upTo(position: number): void {
    if (position > this.sent)
      this.send({kind: "scores", ...scoresBetween(this.scored, this.contextTokens, this.sent, position)});
    this.sent = position;
  }
}

/** Copies of the scores of positions from `start` up to `end`. */
export function scoresBetween(
  {logprobs, detail}: ScoredTokens,
  contextTokens: number,
  start: number,
  end: number
): TokenScores {
  return {
    from: start - contextTokens,
    logprobs: logprobs.slice(start, end),
    ranks: detail?.ranks.slice(start, end) ?? null,
    entropies: detail?.entropies.slice(start, end) ?? null
  };
}
