/** A step of the scale tokens are coloured by. Its name is the CSS class of what it colours. */
export interface Bucket {
  readonly name: string;
  /** The least probability in it; null: there is none, the token is unscored. */
  readonly atLeast: number | null;
  readonly label: string;
  readonly help: string;
}

export const buckets = [
  {name: "p50", atLeast: 0.5, label: "≥ 50 %", help: "Expected: more likely than all others together."},
  {name: "p10", atLeast: 0.1, label: "≥ 10 %", help: "One of a few likely tokens."},
  {name: "p1", atLeast: 0.01, label: "≥ 1 %", help: "Possible, but not what the model would write."},
  {name: "p01", atLeast: 0.001, label: "≥ 0.1 %", help: "Surprising: less than one in a hundred."},
  {name: "p0", atLeast: 0, label: "< 0.1 %", help: "Very surprising: less than one in a thousand."},
  {name: "unscored", atLeast: null, label: "not scored", help: "The model had nothing in front of it to go by."}
] as const satisfies readonly Bucket[];

/** A token below this is worth stopping at. */
export const surprising = Math.log(0.01);

export function bucketOf(logprob: number | null): Bucket {
  const probability = logprob === null ? null : Math.exp(logprob);
  // NaN never comes here: ShownText gives null.
  return (
    buckets.find(({atLeast}) => atLeast === null || (probability !== null && probability >= atLeast)) ?? buckets[5]
  );
}
