import type {Source} from "./protocol";

/** What a document's change event says of one change, all offsets as they were before it. */
export interface TextChange {
  readonly rangeOffset: number;
  readonly rangeLength: number;
  readonly text: string;
}

/**
 * Where a text stands after its document was edited. What is edited elsewhere moves it; what is edited inside belongs to
 * it. Changes come as VS Code reports them, last in the document first, so that one does not move the others.
 */
export function movedSource(source: Source, changes: readonly TextChange[]): Source {
  let {start, end} = source;
  for (const {rangeOffset, rangeLength, text} of changes) {
    const rangeEnd = rangeOffset + rangeLength;
    const growth = text.length - rangeLength;
    if (rangeEnd <= start) {
      start += growth;
      end += growth;
    } else if (rangeOffset < end) {
      start = Math.min(start, rangeOffset);
      end = Math.max(end, rangeEnd) + growth;
    }
  }
  return {...source, start, end};
}
