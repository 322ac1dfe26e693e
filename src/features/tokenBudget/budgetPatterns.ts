import {type Budget, type BudgetPatterns, type BudgetSetting, budgetOf, isPatterns} from "../../text/tokenBudget";

/** Stands for every file. */
export const everything = "*";

/** A pattern that names this file alone. */
export function filePattern(path: string): string {
  return `/${literal(path)}`;
}

/** A pattern for the files in a file's folder, and the folders in it; undefined if that is the workspace folder itself. */
export function folderPattern(path: string): string | undefined {
  const end = path.lastIndexOf("/");
  return end < 0 ? undefined : `/${literal(path.slice(0, end))}/**`;
}

/** Patterns for files whose names end as this one's: of `a.prompt.md`, `*.prompt.md` and `*.md`. */
export function typePatterns(path: string): string[] {
  const [, ...parts] = path.slice(path.lastIndexOf("/") + 2).split(".");
  return parts
    .slice(-2)
    .map((_, i, last) => `*.${literal(last.slice(i).join("."))}`)
    .filter((pattern) => pattern !== "*.");
}

/** Makes a path a pattern of its own. */
function literal(path: string): string {
  return path.replace(/[\\*?[]/g, "\\$&").replace(/ $/, "\\ ");
}

/**
 * A setting in which files have this budget, or none. Of several patterns that match, the last counts: so what names fewer
 * files stands behind what names more.
 *
 * @param path of a file that the pattern names
 * @param inherits whether budgets are set in a wider place too: without this setting, files would have those
 * @returns undefined if nothing needs to be set
 */
export function withBudget(
  setting: BudgetSetting,
  pattern: string,
  budget: Budget | null,
  path: string,
  inherits: boolean
): BudgetSetting | undefined {
  if (pattern === everything && !isPatterns(setting)) return budget ?? (inherits ? null : undefined);
  const {[pattern]: _, ...others} = patternsOf(setting);
  const isNeeded = budget !== null || inherits || budgetOf(others, path, 1) !== null;
  const entries = Object.entries(others);
  if (isNeeded) {
    const wider = entries.findLastIndex(([other]) => width(other) >= width(pattern));
    entries.splice(wider + 1, 0, [pattern, budget]);
  }
  return entries.length === 0 ? undefined : Object.fromEntries(entries);
}

function patternsOf(setting: BudgetSetting): BudgetPatterns {
  if (isPatterns(setting)) return setting;
  return setting === null ? {} : {[everything]: setting};
}

/** All files, those that a wildcard names, or one. */
function width(pattern: string): number {
  if (pattern === everything) return 2;
  return /(?<!\\)[*?[]/.test(pattern) ? 1 : 0;
}
