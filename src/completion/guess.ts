/** Tokens at the end that must have stood together before, for what followed them to be a guess: as many as there are, and 2 at least. */
const longestMatch = 4;
const shortestMatch = 2;

/**
 * What may come next, because it followed the same tokens before (prompt lookup, Saxena 2023): at most `most` token ids,
 * none where nothing was found. Code repeats itself; a guess costs less than the tokens that it saves where it is right.
 */
export function guessNext(ids: readonly number[], most: number): readonly number[] {
  for (let length = Math.min(longestMatch, ids.length - 1); length >= shortestMatch; length--) {
    const tail = ids.length - length;
    for (let start = tail - 1; start >= 0; start--) {
      if (!matches(ids, start, tail, length)) continue;
      return ids.slice(start + length, Math.min(start + length + most, tail + length));
    }
  }
  return [];
}

function matches(ids: readonly number[], one: number, other: number, length: number): boolean {
  // From the end: the last token tells most places apart.
  for (let i = length - 1; i >= 0; i--) if (ids[one + i] !== ids[other + i]) return false;
  return true;
}
