/** Above it, two texts say the same (llama.vscode's threshold). */
const maxSimilarity = 0.9;

/** The texts without those that nearly repeat an earlier one: their sets of lines overlap by more than 0.9 (Jaccard). */
export function withoutNearDuplicates<T>(items: readonly T[], textOf: (item: T) => string): T[] {
  const kept: {item: T; lines: ReadonlySet<string>}[] = [];
  for (const item of items) {
    const lines = linesOf(textOf(item));
    if (!kept.some((one) => jaccard(one.lines, lines) > maxSimilarity)) kept.push({item, lines});
  }
  return kept.map(({item}) => item);
}

/** Shared members out of all, 0 to 1; two empty sets are equal. */
export function jaccard(one: ReadonlySet<string>, other: ReadonlySet<string>): number {
  if (one.size === 0 && other.size === 0) return 1;
  let shared = 0;
  for (const member of one) if (other.has(member)) shared++;
  return shared / (one.size + other.size - shared);
}

/** Lines that say something, whatever their indentation. */
function linesOf(text: string): ReadonlySet<string> {
  return new Set(
    text
      .split("\n")
      .map((line) => line.trim())
      .filter((line) => line !== "")
  );
}
