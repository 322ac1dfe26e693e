/**
 * A step of the scale tokens are coloured by, in the logprobs view and in the editor. Its name is the CSS class of what it
 * colours, and a part of its colours' names in package.json.
 */
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

export type BucketName = (typeof buckets)[number]["name"];

/** A token below this is worth stopping at. */
export const surprising = Math.log(0.01);

/** "1–3.3 bits": a bucket's surprisals, from the one that the bucket before it ends with. */
export function bucketBits({name, atLeast}: (typeof buckets)[number]): string {
  const before = buckets[buckets.findIndex((one) => one.name === name) - 1]?.atLeast ?? null;
  const from = before === null ? null : bitsText(before);
  if (atLeast === null) return "";
  if (from === null) return `up to ${bitsText(atLeast)} bit`;
  return atLeast === 0 ? `over ${from} bits` : `${from}–${bitsText(atLeast)} bits`;
}

function bitsText(probability: number): string {
  return String(Number((-Math.log2(probability)).toFixed(1)));
}

export function bucketOf(logprob: number | null): (typeof buckets)[number] {
  const probability = logprob === null ? null : Math.exp(logprob);
  // NaN never comes here: ShownText gives null.
  return (
    buckets.find(({atLeast}) => atLeast === null || (probability !== null && probability >= atLeast)) ?? buckets[5]
  );
}
