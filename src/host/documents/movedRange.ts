/** One change of a document. Offsets are those before the change. */
export interface TextChange {
  readonly rangeOffset: number;
  readonly rangeLength: number;
  readonly text: string;
}

/**
 * The range of a text after its document was edited. Edits before it move it, and edits inside it belong to it. A
 * change that replaces more than the range (a formatter, other line ends, a reverted file) does not tell where the text
 * went: then the range stays, cut to the new text. Changes are in VS Code's order, last in the document first, so that
 * none moves another.
 */
export function movedRange<Range extends {readonly start: number; readonly end: number}>(
  range: Range,
  changes: readonly TextChange[]
): Range {
  let {start, end} = range;
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
  return {...range, start, end};
}
