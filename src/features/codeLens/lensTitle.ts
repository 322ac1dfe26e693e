import * as l10n from "@vscode/l10n";
import {decimal, significant} from "../../text/numberText";

/** What a lens tells of its function. */
export interface LensNumbers {
  readonly bitsPerByte: number | null;
  readonly perplexity: number | null;
}

/** "2.31 bits per byte · perplexity 12.30". Stale numbers are of the text before an edit, and say so. */
export function lensTitle({bitsPerByte, perplexity}: LensNumbers, isStale: boolean): string {
  if (bitsPerByte === null || perplexity === null) return l10n.t("not scored");
  const numbers = [decimal(bitsPerByte, 2), significant(perplexity)];
  return isStale
    ? l10n.t("{0} bits per byte · perplexity {1} · before the last edit", ...numbers)
    : l10n.t("{0} bits per byte · perplexity {1}", ...numbers);
}
