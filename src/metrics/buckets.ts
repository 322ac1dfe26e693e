import * as l10n from "@vscode/l10n";
import {inBits, percentText, withDecimalSeparator} from "../text/numberText";

/**
 * A step of the colour scale of tokens, in the logprobs view and in the editor. Its name is a CSS class there and a part of
 * its colours' names in package.json.
 */
export interface Bucket {
  readonly name: string;
  /** The lowest probability in it; null for unscored tokens, which have none. */
  readonly atLeast: number | null;
  /** In the user's language. */
  readonly label: string;
  readonly help: string;
}

export const buckets = [
  {
    name: "p50",
    atLeast: 0.5,
    get label() {
      return `≥ ${percentText("50")}`;
    },
    get help() {
      return l10n.t("Expected: more likely than all others together.");
    }
  },
  {
    name: "p10",
    atLeast: 0.1,
    get label() {
      return `≥ ${percentText("10")}`;
    },
    get help() {
      return l10n.t("One of a few likely tokens.");
    }
  },
  {
    name: "p1",
    atLeast: 0.01,
    get label() {
      return `≥ ${percentText("1")}`;
    },
    get help() {
      return l10n.t("Possible, but not what the model would write.");
    }
  },
  {
    name: "p01",
    atLeast: 0.001,
    get label() {
      return `≥ ${percentText(withDecimalSeparator("0.1"))}`;
    },
    get help() {
      return l10n.t("Surprising: less than one in a hundred.");
    }
  },
  {
    name: "p0",
    atLeast: 0,
    get label() {
      return `< ${percentText(withDecimalSeparator("0.1"))}`;
    },
    get help() {
      return l10n.t("Very surprising: less than one in a thousand.");
    }
  },
  {
    name: "unscored",
    atLeast: null,
    get label() {
      return l10n.t("not scored");
    },
    get help() {
      return l10n.t("The model had no context to predict it from.");
    }
  }
] as const satisfies readonly Bucket[];

export type BucketName = (typeof buckets)[number]["name"];

/** "Next Surprise" stops at tokens with a logprob below this. */
export const surprising = Math.log(0.01);

/** "1–3.3 bits": the surprisals of a bucket, which begins where the previous one ends. */
export function bucketBits({name, atLeast}: (typeof buckets)[number]): string {
  const before = buckets[buckets.findIndex((one) => one.name === name) - 1]?.atLeast ?? null;
  const from = before === null ? null : bitsText(before);
  if (atLeast === null) return "";
  if (from === null) return l10n.t("up to {0} bit", bitsText(atLeast));
  return atLeast === 0 ? l10n.t("over {0} bits", from) : inBits(`${from}–${bitsText(atLeast)}`);
}

function bitsText(probability: number): string {
  return withDecimalSeparator(String(Number((-Math.log2(probability)).toFixed(1))));
}

export function bucketOf(logprob: number | null): (typeof buckets)[number] {
  const probability = logprob === null ? null : Math.exp(logprob);
  // Not NaN: ShownText gives null for unscored tokens.
  return (
    buckets.find(({atLeast}) => atLeast === null || (probability !== null && probability >= atLeast)) ?? buckets[5]
  );
}
