import {type Glob, glob} from "./glob";

/** Alternatives that the braces of one glob may stand for. Further ones are ignored. */
const maxAlternatives = 100;

/** Globs of one setting. Further ones are ignored. */
const maxGlobs = 1000;

/** A path, as names, and the names beside it in its folder. */
export type ExcludesPath = (names: readonly string[], beside: () => ReadonlySet<string>) => boolean;

/**
 * What VS Code's `files.exclude` says: globs with `true`, or with a condition (`{"when": "$(basename).ts"}`) which is the name of
 * a file beside the excluded one. What lies in an excluded folder isn't asked for.
 */
export function excludeGlobs(setting: unknown, ignoreCase: boolean): ExcludesPath {
  const rules = Object.entries(setting ?? {})
    .slice(0, maxGlobs)
    .flatMap(([pattern, value]: [string, unknown]) => {
      const {when} = (typeof value === "object" && value !== null ? value : {}) as {readonly when?: unknown};
      if (value !== true && typeof when !== "string") return [];
      const globs = alternatives(pattern).map((one) => glob(one.replace(/^\/|\/$|\/\*\*$/g, ""), ignoreCase));
      return [{globs, when: typeof when === "string" ? when : undefined}];
    });
  return (names, beside) =>
    rules.some(
      ({globs, when}) =>
        globs.some((matches: Glob) => matches(names)) &&
        (when === undefined || beside().has(when.replaceAll("$(basename)", () => baseName(names.at(-1) ?? ""))))
    );
}

function baseName(name: string): string {
  const point = name.lastIndexOf(".");
  return point > 0 ? name.slice(0, point) : name;
}

/** `a{b,c}` as `ab` and `ac`. */
function alternatives(pattern: string): readonly string[] {
  let all = [pattern];
  for (let round = 0; round < maxAlternatives; round++) {
    const expanded = all.flatMap(expandedOnce).slice(0, maxAlternatives);
    if (expanded.length === all.length && expanded.every((one, i) => one === all[i])) break;
    all = expanded;
  }
  return all;
}

/** The innermost braces first. */
function expandedOnce(pattern: string): readonly string[] {
  const found = /\{([^{}]*)\}/.exec(pattern);
  if (found === null) return [pattern];
  const [before, behind] = [pattern.slice(0, found.index), pattern.slice(found.index + found[0].length)];
  return (found[1] ?? "").split(",").map((one) => `${before}${one}${behind}`);
}
