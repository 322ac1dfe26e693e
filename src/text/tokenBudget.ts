import {type PathMatcher, pathMatcher} from "./pathPatterns";

/** A number of tokens, or the model's context. */
export type Budget = number | "context";

/** Patterns as in a .gitignore, each with a budget. Null: its files have none. */
export type BudgetPatterns = Readonly<Record<string, Budget | null>>;

/** What the setting and `--budget` say: nothing, a budget for all files, or one for each pattern. */
export type BudgetSetting = null | Budget | BudgetPatterns;

/** All are parsed when the first file is looked up: so many take less than 10 ms. */
const maxPatterns = 50;

const maxPatternLength = 500;

export function isBudgetSetting(value: unknown): value is BudgetSetting {
  if (value === null || isBudget(value)) return true;
  if (typeof value !== "object" || Array.isArray(value)) return false;
  const entries = Object.entries(value);
  return (
    entries.length <= maxPatterns &&
    entries.every(([pattern, budget]) => pattern.length <= maxPatternLength && (budget === null || isBudget(budget)))
  );
}

export function isBudget(value: unknown): value is Budget {
  return value === "context" || (typeof value === "number" && Number.isSafeInteger(value) && value > 0);
}

export function isPatterns(setting: BudgetSetting): setting is BudgetPatterns {
  return typeof setting === "object" && setting !== null;
}

/**
 * The budget of a file in tokens; null: it has none. Of several patterns that match, the last counts. Patterns are parsed
 * once for the same object.
 *
 * @param path relative to the workspace folder, with slashes, without one at the start
 */
export function budgetOf(setting: BudgetSetting, path: string, contextSize: number): number | null {
  const budget = isPatterns(setting) ? rulesOf(setting).findLast(([matches]) => matches(path))?.[1] : setting;
  return budget === "context" ? contextSize : (budget ?? null);
}

type Rule = readonly [matches: PathMatcher, budget: Budget | null];

const parsed = new WeakMap<BudgetPatterns, readonly Rule[]>();

function rulesOf(patterns: BudgetPatterns): readonly Rule[] {
  const known = parsed.get(patterns);
  if (known !== undefined) return known;
  const rules = Object.entries(patterns).map(([pattern, budget]): Rule => [pathMatcher([pattern]), budget]);
  parsed.set(patterns, rules);
  return rules;
}
