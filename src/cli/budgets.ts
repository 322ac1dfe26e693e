import {type Budget, type BudgetSetting, isBudgetSetting} from "../text/tokenBudget";
import {UsageError, wholeNumber} from "./arguments";

/**
 * The budgets of `--budget`, in the form of the editor's setting. Each is a budget for all files, or
 * "PATTERN=budget"; `none` takes others back. Of several for a file, the last counts.
 */
export function budgetSetting(values: readonly string[] = []): BudgetSetting {
  const patterns = values.map((value) => {
    const equals = value.lastIndexOf("=");
    const budget = value.slice(equals + 1);
    return [equals === -1 ? "*" : value.slice(0, equals), budgetNamed(budget)] as const;
  });
  if (patterns.some(([pattern]) => pattern === "")) throw notABudget();
  // A pattern that is given again stands where it was given last.
  const last = patterns.filter(([pattern], index) => patterns.findLastIndex(([other]) => other === pattern) === index);
  const setting = last.length === 0 ? null : Object.fromEntries(last);
  if (!isBudgetSetting(setting)) throw notABudget();
  return setting;
}

function budgetNamed(value: string): Budget | null {
  if (value === "context") return value;
  if (value === "none") return null;
  const tokens = wholeNumber("budget", value);
  if (!tokens) throw notABudget();
  return tokens;
}

function notABudget(): UsageError {
  return new UsageError("--budget takes a number of tokens, context or none, alone or behind PATTERN=");
}
