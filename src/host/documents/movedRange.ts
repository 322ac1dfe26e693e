/** What a document's change event says of one change, all offsets as they were before it. */
export interface TextChange {
  readonly rangeOffset: number;
  readonly rangeLength: number;
  readonly text: string;
}

/**
 * Where a text stands after its document was edited. What is edited elsewhere moves it; what is edited inside belongs to
 * it. A change that replaces it together with what stands around it (a formatter, other line ends, a file reverted) does
 * not say where it went: the place stays as it is, cut to what was put there, and does not grow to all that was replaced.
 * Changes come as VS Code reports them, last in the document first, so that one does not move the others.
 */
export function movedRange<Place extends {readonly start: number; readonly end: number}>(
  place: Place,
  changes: readonly TextChange[]
): Place {
  let {start, end} = place;
  for (const {rangeOffset, rangeLength, text} of changes) {
    const rangeEnd = rangeOffset + rangeLength;
    const growth = text.length - rangeLength;
    if (rangeEnd <= start) {
      start += growth;
      end += growth;
    } else if (rangeOffset <= start && rangeEnd >= end && rangeLength > end - start) {
      start = Math.min(start, rangeEnd + growth);
      end = Math.min(end, rangeEnd + growth);
    } else if (rangeOffset < end) {
      start = Math.min(start, rangeOffset);
      end = Math.max(end, rangeEnd) + growth;
    }
  }
  return {...place, start, end};
}
