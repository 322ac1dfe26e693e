/** Milliseconds after a redraw in which a click may still be meant for the row that was there before. */
const reactionTime = 300;

interface Keyed {
  /** The same for the same row after a redraw. */
  readonly key?: string;
}

/**
 * Whether the user has clicked the row that VS Code reports. VS Code reports a row by its number, and just after a redraw another
 * row may have that number. `age` is the time since the redraw, in milliseconds.
 */
export function isIntendedRow<Row extends Keyed>(
  chosen: Row,
  now: readonly Row[],
  before: readonly Row[],
  age: number
): boolean {
  return age > reactionTime || before[now.indexOf(chosen)]?.key === chosen.key;
}
