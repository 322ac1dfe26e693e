/** A band that is tried first. */
const firstBand = 8;

/**
 * The Levenshtein distance of two texts: insertions, deletions and replacements of Unicode code points. Infinity if it is greater
 * than `max`.
 *
 * Computed in a band about the diagonal that grows until the distance fits into it (Ukkonen 1985), so that texts that are alike take
 * time in proportion to their length.
 */
export function editDistance(one: string, other: string, max = Number.POSITIVE_INFINITY): number {
  const [shorter, longer] = withoutSharedEnds(codePoints(one), codePoints(other));
  const limit = Math.min(max, longer.length);
  const least = longer.length - shorter.length;
  if (least > max) return Number.POSITIVE_INFINITY;
  for (let band = Math.min(Math.max(firstBand, least), limit); ; band = Math.min(2 * band, limit)) {
    const distance = distanceInBand(shorter, longer, band);
    if (distance <= band) return distance;
    if (band === limit) return Number.POSITIVE_INFINITY;
  }
}

/** 1 less the distance over the longer text's code points: 1 for equal texts, 0 for texts that share nothing. */
export function editSimilarity(one: string, other: string): number {
  const length = Math.max(codePoints(one).length, codePoints(other).length);
  return length === 0 ? 1 : 1 - editDistance(one, other) / length;
}

function codePoints(text: string): Uint32Array {
  return Uint32Array.from(text, (character) => character.codePointAt(0) ?? 0);
}

/** What lies between their shared beginning and end, the shorter one first. */
function withoutSharedEnds(a: Uint32Array, b: Uint32Array): readonly [Uint32Array, Uint32Array] {
  const [shorter, longer] = a.length <= b.length ? [a, b] : [b, a];
  let start = 0;
  while (start < shorter.length && shorter[start] === longer[start]) start++;
  let end = 0;
  const most = shorter.length - start;
  while (end < most && shorter[shorter.length - 1 - end] === longer[longer.length - 1 - end]) end++;
  return [shorter.subarray(start, shorter.length - end), longer.subarray(start, longer.length - end)];
}

/**
 * The distance along paths that stay within `band` of the diagonal: exact if it is not greater than `band`. The band reaches the last
 * cell.
 */
function distanceInBand(shorter: Uint32Array, longer: Uint32Array, band: number): number {
  const columns = shorter.length;
  const beyond = band + 1;
  // The cells beside the band hold what is beyond it; nothing reads those further out.
  let above = Uint32Array.from({length: columns + 1}, (_, column) => Math.min(column, beyond));
  let row = new Uint32Array(columns + 1);
  for (let line = 1; line <= longer.length; line++) {
    const from = Math.max(1, line - band);
    const to = Math.min(columns, line + band);
    row[from - 1] = from === 1 ? Math.min(line, beyond) : beyond;
    if (to < columns) row[to + 1] = beyond;
    for (let column = from; column <= to; column++) {
      const replaced = at(above, column - 1) + (shorter[column - 1] === longer[line - 1] ? 0 : 1);
      row[column] = Math.min(replaced, at(above, column) + 1, at(row, column - 1) + 1, beyond);
    }
    [above, row] = [row, above];
  }
  return at(above, columns);
}

function at(row: Uint32Array, column: number): number {
  return row[column] ?? 0;
}
