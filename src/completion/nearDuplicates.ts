/** Texts that are more similar than this are duplicates (llama.vscode's threshold). */
const maxSimilarity = 0.9;

/** The items whose text does not nearly repeat an earlier one, by the Jaccard index of their sets of lines. */
export function withoutNearDuplicates<T>(items: readonly T[], textOf: (item: T) => string): T[] {
  const kept: {item: T; lines: ReadonlySet<string>}[] = [];
  for (const item of items) {
    const lines = linesOf(textOf(item));
    if (!kept.some((one) => jaccard(one.lines, lines) > maxSimilarity)) kept.push({item, lines});
  }
  return kept.map(({item}) => item);
}

/** The Jaccard index: shared members divided by all members, 1 for two empty sets. */
export function jaccard(one: ReadonlySet<string>, other: ReadonlySet<string>): number {
  if (one.size === 0 && other.size === 0) return 1;
  let shared = 0;
  for (const member of one) if (other.has(member)) shared++;
  return shared / (one.size + other.size - shared);
}

/** The lines that are not blank, without indentation. */
function linesOf(text: string): ReadonlySet<string> {
  return new Set(
    text
      .split("\n")
      .map((line) => line.trim())
      .filter((line) => line !== "")
  );
}
