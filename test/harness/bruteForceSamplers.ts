import type {SamplerName, SamplerSettings} from "../../src/sampling/settings";

/*
 * The samplers as they are described, by sorting and adding whole distributions: slow and short. Shares no code with src/sampling.
 */

interface Token {
  readonly id: number;
  readonly logit: number;
}

interface Before {
  readonly history: readonly number[];
  /** Token sequences. */
  readonly breakers: readonly (readonly number[])[];
}

/** Best first; of equal ones, the smaller id. */
function sorted(tokens: readonly Token[]): Token[] {
  return [...tokens].sort((a, b) => b.logit - a.logit || a.id - b.id);
}

function probabilities(tokens: readonly Token[]): number[] {
  const max = Math.max(...tokens.map(({logit}) => logit));
  const shares = tokens.map(({logit}) => Math.exp(logit - max));
  const sum = shares.reduce((a, b) => a + b, 0);
  return shares.map((share) => share / sum);
}

export function entropyOf(shares: Iterable<number>): number {
  let entropy = 0;
  for (const p of shares) if (p > 0) entropy -= p * Math.log(p);
  return entropy;
}

/** Set where a sum or a distance is so near to another that rounding decides. */
let isFragile = false;
const near = 1e-12;

/** The first tokens whose sum passes the bound, with the one that makes it pass. */
function until(
  tokens: readonly Token[],
  shares: readonly number[],
  {bound, reaches}: {readonly bound: number; readonly reaches: boolean}
): Token[] {
  let sum = 0;
  for (const [i, share] of shares.entries()) {
    sum += share;
    if (Math.abs(sum - bound) < near) isFragile = true;
    if (reaches ? sum >= bound : sum > bound) return tokens.slice(0, i + 1);
  }
  return [...tokens];
}

function last(history: readonly number[], count: number): readonly number[] {
  return count < 0 ? history : count === 0 ? [] : history.slice(-count);
}

const samplers: Readonly<
  Record<Exclude<SamplerName, "xtc">, (tokens: readonly Token[], settings: SamplerSettings, before: Before) => Token[]>
> = {
  penalties: (tokens, {penalties: {lastTokens, repeat, frequency, presence}}, {history}) =>
    tokens.map(({id, logit}) => {
      const count = last(history, lastTokens).filter((other) => other === id).length;
      if (count === 0) return {id, logit};
      return {id, logit: (logit > 0 ? logit / repeat : logit * repeat) - (frequency * count + presence)};
    }),
  dry: (tokens, {dry}, before) =>
    tokens.map(({id, logit}) => {
      const repeated = longestRepetition(id, last(before.history, dry.lastTokens), dry.allowedLength, before.breakers);
      return {
        id,
        logit: repeated === null ? logit : logit - dry.multiplier * dry.base ** (repeated - dry.allowedLength)
      };
    }),
  topK: (tokens, {topK}) => (topK <= 0 ? [...tokens] : sorted(tokens).slice(0, topK)),
  typicalP: (tokens, {typicalP}) => {
    if (typicalP >= 1) return [...tokens];
    const shares = probabilities(tokens);
    const entropy = entropyOf(shares);
    const ranked = tokens
      .map((token, i) => ({token, share: shares[i] ?? 0, distance: Math.abs(-Math.log(shares[i] ?? 0) - entropy)}))
      .sort((a, b) => a.distance - b.distance || a.token.id - b.token.id);
    for (const [i, {distance, token}] of ranked.entries()) {
      const next = ranked[i + 1];
      if (next && next.distance - distance < near && next.token.logit !== token.logit) isFragile = true;
    }
    return until(
      ranked.map(({token}) => token),
      ranked.map(({share}) => share),
      {bound: typicalP, reaches: false}
    );
  },
  topP: (tokens, {topP}) => {
    const ranked = sorted(tokens);
    return topP >= 1 ? ranked : until(ranked, probabilities(ranked), {bound: topP, reaches: true});
  },
  minP: (tokens, {minP}) => {
    if (minP <= 0) return [...tokens];
    const ranked = sorted(tokens);
    const least = (ranked[0]?.logit ?? 0) + Math.log(minP);
    return ranked.filter(({logit}, i) => (i === 0 ? true : logit >= least));
  },
  temperature: (tokens, {temperature}) =>
    temperature <= 0 ? sorted(tokens).slice(0, 1) : tokens.map(({id, logit}) => ({id, logit: logit / temperature}))
};

/** Tries each earlier place: how much of the end stands before it too. Null where the token goes on with nothing that is long enough. */
function longestRepetition(
  id: number,
  window: readonly number[],
  allowed: number,
  breakers: Before["breakers"]
): number | null {
  if (window.length <= allowed || breakers.some((sequence) => sequence.length === 1 && sequence[0] === id)) return null;
  // The part behind the breaker that begins last.
  let limit = window.length;
  for (let start = window.length - 1; start >= 0 && limit === window.length; start--) {
    const lengths = breakers
      .filter((sequence) => sequence.every((part, i) => window[start + i] === part))
      .map(({length}) => length);
    if (lengths.length > 0) limit = window.length - start - Math.max(...lengths);
  }
  if (limit < allowed) return null;
  let longest: number | null = null;
  for (let end = 0; end < window.length; end++) {
    if (window[end] !== id) continue;
    let length = 0;
    while (length < end && window[end - 1 - length] === window[window.length - 1 - length]) length++;
    length = Math.min(length, limit);
    // At the very beginning stands nothing that is repeated.
    if (end > 0 && length >= allowed) longest = Math.max(longest ?? 0, length);
  }
  return longest;
}

export interface BruteForce {
  /** Probability of each token that can be drawn. */
  readonly after: ReadonlyMap<number, number>;
  /** What is left after each sampler of the order, with XTC acting. */
  readonly stages: readonly {readonly sampler: SamplerName; readonly left: ReadonlyMap<number, number>}[];
  /** Rounding may decide what is left. */
  readonly isFragile: boolean;
}

export function bruteForce(
  logits: ArrayLike<number>,
  settings: SamplerSettings,
  history: readonly number[] = [],
  breakers: Before["breakers"] = []
): BruteForce {
  const all = Array.from(logits, (logit, id) => ({id, logit})).filter(({logit}) => logit > -Infinity);
  const stages: BruteForce["stages"][number][] = [];
  const after = new Map<number, number>();
  isFragile = false;
  follow(all, 0, 1, true);
  return {after, stages, isFragile};

  function follow(tokens: readonly Token[], index: number, weight: number, isTold: boolean): void {
    const name = settings.order[index];
    if (name === undefined) {
      for (const [id, share] of distribution(tokens)) after.set(id, (after.get(id) ?? 0) + weight * share);
      return;
    }
    if (name !== "xtc") {
      const left = samplers[name](tokens, settings, {history, breakers});
      if (isTold) stages.push({sampler: name, left: distribution(left)});
      follow(left, index + 1, weight, isTold);
      return;
    }
    const {probability, threshold} = settings.xtc;
    const ranked = sorted(tokens);
    const above = probabilities(ranked).filter((share) => share >= threshold).length;
    const left = threshold > 0.5 || above < 2 || probability <= 0 ? ranked : ranked.slice(above - 1);
    if (isTold) stages.push({sampler: name, left: distribution(left)});
    if (probability > 0) follow(left, index + 1, weight * Math.min(1, probability), isTold);
    if (probability < 1) follow(ranked, index + 1, weight * (1 - Math.max(0, probability)), isTold && probability <= 0);
  }
}

function distribution(tokens: readonly Token[]): Map<number, number> {
  const shares = probabilities(tokens);
  return new Map(tokens.map(({id}, i) => [id, shares[i] ?? 0]));
}
