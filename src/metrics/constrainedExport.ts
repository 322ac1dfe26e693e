/** What a constraint does to N tokens, as the engine gives it (contract/constrained.ts). */
export interface ExportedConstraint {
  readonly allowed: ArrayLike<number>;
  readonly cutOff: ArrayLike<number>;
  readonly decided: ArrayLike<number>;
  readonly logprobs: ArrayLike<number>;
  readonly wanted: ArrayLike<number>;
  readonly wantedForbidden: ArrayLike<number>;
  readonly leavesAt: number | null;
  readonly isComplete: boolean;
  readonly sums: {
    readonly tokens: number;
    readonly surprisal: number;
    readonly content: number;
    readonly decided: number;
    readonly forced: number;
    readonly unwanted: number;
  };
}

/** The columns of a token's {@link constrainedFields}. */
export const constrainedColumns = [
  "allowed",
  "cut_off",
  "constrained_logprob",
  "decided",
  "wanted",
  "wanted_forbidden"
];

/** What a constraint does at a token; nulls where that is unknown. */
export function constrainedFields(constrained: ExportedConstraint, token: number) {
  const {allowed, cutOff, logprobs, decided, wanted, wantedForbidden} = constrained;
  const isKnown = (allowed[token] ?? -1) >= 0;
  const of = (values: ArrayLike<number>) => (isKnown ? (values[token] ?? null) : null);
  return {
    allowed: of(allowed),
    cutOff: of(cutOff),
    constrainedLogprob: of(logprobs),
    decided: of(decided),
    wanted: of(wanted),
    wantedForbidden: isKnown ? wantedForbidden[token] === 1 : null
  };
}

/** The sums of a text under a constraint. `ends`: the bytes of UTF-8 at which its tokens end, where known. */
export function constrainedHeader({sums, leavesAt, isComplete}: ExportedConstraint, ends: ArrayLike<number> | null) {
  const {tokens, surprisal, content, decided, forced, unwanted} = sums;
  return {
    tokens,
    surprisalBits: surprisal / Math.LN2,
    contentBits: content / Math.LN2,
    decidedBits: decided / Math.LN2,
    forced,
    unwanted,
    leavesAt,
    leavesAtByte: leavesAt === null || ends === null ? null : leavesAt === 0 ? 0 : (ends[leavesAt - 1] ?? null),
    complete: isComplete
  };
}
