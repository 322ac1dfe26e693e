import type {TokenSet} from "./tokenSet";

/*
 * What a grammar does to a distribution. Definitions: docs/grammars.md. Natural logarithms; sums in double precision.
 */

/** One position of a text under a grammar. */
export interface ConstrainedPosition {
  /** Tokens that the grammar allows. */
  readonly allowed: number;
  /** The probability of all that it forbids: what is cut off. */
  readonly cutOff: number;
  /** -ln of the probability of all that it allows: what the grammar decides. Infinite if it allows nothing that is possible. */
  readonly decided: number;
  /** The model's first choice, which the grammar may forbid: that is where the model wanted to leave it. -1: there is none. */
  readonly wanted: number;
  readonly wantedAllowed: boolean;
  /** The model's logprob of the first choice. */
  readonly wantedLogprob: number;
}

/** A token of the text at such a position. */
export interface ConstrainedToken extends ConstrainedPosition {
  readonly isAllowed: boolean;
  /** ln of its probability in the model's own distribution. */
  readonly logprob: number;
  /** ln of its share of what the grammar allows: `logprob + decided`. -Infinity if it is forbidden. */
  readonly constrainedLogprob: number;
}

/** Logits of a whole vocabulary, by id. NaN and -Infinity: impossible. */
export type Logits = Float32Array | Float64Array;

/** What a grammar that allows these tokens does to a distribution. */
export function constrainedPosition(logits: Logits, allowed: TokenSet): ConstrainedPosition {
  const {all, kept, cut, wanted, best} = masses(logits, allowed);
  const total = Math.log(all);
  return {
    allowed: allowed.size,
    cutOff: all > 0 ? cut / all : 0,
    // The smaller of the two masses is the exact one: ln(1 - x) near 0 needs x, not 1 - x.
    decided: cut < kept ? -Math.log1p(-cut / all) : total - Math.log(kept),
    wanted,
    wantedAllowed: wanted >= 0 && allowed.has(wanted),
    wantedLogprob: wanted < 0 ? Number.NEGATIVE_INFINITY : (logits[wanted] ?? 0) - best - total
  };
}

/** The same, with the token that the text has there. */
export function constrainedToken(logits: Logits, allowed: TokenSet, id: number): ConstrainedToken {
  const position = constrainedPosition(logits, allowed);
  const logit = logits[id];
  const best = logits[position.wanted];
  const isPossible = logit !== undefined && best !== undefined && logit > Number.NEGATIVE_INFINITY;
  const logprob = isPossible ? logit - best + position.wantedLogprob : Number.NEGATIVE_INFINITY;
  const isAllowed = allowed.has(id);
  return {
    ...position,
    isAllowed,
    logprob,
    constrainedLogprob: isAllowed && isPossible ? Math.min(0, logprob + position.decided) : Number.NEGATIVE_INFINITY
  };
}

/** What the tokens of a text under a grammar sum up to, up to the first one that it forbids. Nats. */
export interface ConstrainedSums {
  readonly tokens: number;
  /** Of the model alone. */
  readonly surprisal: number;
  /** Of it what the grammar decides. */
  readonly decided: number;
  /** The rest: what the text itself says. */
  readonly content: number;
  /** Tokens that are the only ones allowed at their place. */
  readonly forced: number;
  /** Tokens at whose place the model's first choice is forbidden. */
  readonly unwanted: number;
  /** The index of the first token that the grammar forbids; null if it allows all. */
  readonly forbiddenAt: number | null;
}

export function constrainedSums(tokens: Iterable<ConstrainedToken>): ConstrainedSums {
  let [count, surprisal, decided, content, forced, unwanted] = [0, 0, 0, 0, 0, 0];
  for (const token of tokens) {
    if (!token.isAllowed) return {tokens: count, surprisal, decided, content, forced, unwanted, forbiddenAt: count};
    count++;
    surprisal -= token.logprob;
    content -= token.constrainedLogprob;
    decided += token.decided;
    if (token.allowed === 1) forced++;
    if (!token.wantedAllowed) unwanted++;
  }
  return {tokens: count, surprisal, decided, content, forced, unwanted, forbiddenAt: null};
}

/** Sums of exp(logit - the highest one), of all tokens, of those that are allowed, and of the others. */
function masses(logits: Logits, allowed: TokenSet) {
  let [best, wanted] = [Number.NEGATIVE_INFINITY, -1];
  for (let id = 0; id < logits.length; id++) {
    const logit = logits[id] as number;
    if (logit > best) [best, wanted] = [logit, id];
  }
  let [kept, cut] = [0, 0];
  for (let id = 0; id < logits.length && wanted >= 0; id++) {
    const logit = logits[id] as number;
    // Also false for NaN.
    if (!(logit > Number.NEGATIVE_INFINITY)) continue;
    const mass = Math.exp(logit - best);
    if (allowed.has(id)) kept += mass;
    else cut += mass;
  }
  return {all: kept + cut, kept, cut, wanted, best};
}
