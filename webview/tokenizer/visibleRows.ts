/** Pixels. Fixed, so that the place of each row is known without drawing those above it. */
export const rowHeight = 22;

/** Rows that are drawn above and below what is in view: scrolling finds them there. */
const overscan = 12;

/** Rows that are drawn at most, more than any screen has. */
const maxDrawn = 500;

/** Pixels of the tallest list. Browsers give up at some 33 million, which no real vocabulary reaches. */
export const maxListHeight = 30_000_000;

/** Rows that a list can show. */
export const maxRows = Math.floor(maxListHeight / rowHeight);

/** A part of a list: rows `first` to `end - 1`. */
export interface RowRange {
  readonly first: number;
  readonly end: number;
}

/** The rows to draw. */
export function drawnRows(rows: number, scrollTop: number, height: number): RowRange {
  const first = Math.max(0, Math.floor(scrollTop / rowHeight) - overscan);
  const end = Math.min(rows, first + maxDrawn, Math.ceil((scrollTop + height) / rowHeight) + overscan);
  return {first: Math.min(first, end), end};
}

/** Where to scroll so that a row is in view; the same place if it is. */
export function scrollTopFor(row: number, scrollTop: number, height: number): number {
  const top = row * rowHeight;
  if (top < scrollTop) return top;
  return top + rowHeight > scrollTop + height ? top + rowHeight - height : scrollTop;
}

/** The row that a key goes to; undefined for other keys. Without a row, it goes to the first in view. */
export function rowAfterKey(
  key: string,
  {row, rows, height, firstInView}: {row: number | null; rows: number; height: number; firstInView: number}
): number | undefined {
  const page = Math.max(1, Math.floor(height / rowHeight) - 1);
  const steps: Readonly<Record<string, number>> = {
    ArrowDown: 1,
    ArrowUp: -1,
    PageDown: page,
    PageUp: -page,
    Home: Number.NEGATIVE_INFINITY,
    End: Number.POSITIVE_INFINITY
  };
  const step = steps[key];
  if (step === undefined || rows === 0) return undefined;
  const from = row === null && Math.abs(step) === 1 ? firstInView - step : (row ?? firstInView);
  return Math.min(rows - 1, Math.max(0, from + step));
}
