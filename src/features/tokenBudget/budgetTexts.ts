import * as l10n from "@vscode/l10n";
import {count, plural} from "../../text/numberText";
import {plainText} from "../../text/plainText";

/** Behind the line in which the budget ends. */
export function endText(tokens: number, budget: number): string {
  return l10n.t("budget of {0} ends here · {1} over", count(budget), count(tokens - budget));
}

/** Among the problems. */
export function problemText(tokens: number, budget: number, model: string): string {
  return l10n.t("{0} over the budget of {1} ({2})", plural(tokens - budget, "token"), count(budget), plainText(model));
}
