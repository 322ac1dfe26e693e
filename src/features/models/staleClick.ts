/** Milliseconds after a drawing in which a choice may still be meant for what stood there before. */
const reaction = 300;

interface Keyed {
  /** The same for the same row of another drawing. */
  readonly key?: string;
}

/**
 * Whether the row that VS Code says was chosen is the one that was seen. It tells a choice by the row's number, and a moment
 * after a drawing another row may have that number. `age`: milliseconds since the drawing.
 */
export function isMeant<Row extends Keyed>(
  chosen: Row,
  now: readonly Row[],
  before: readonly Row[],
  age: number
): boolean {
  return age > reaction || before[now.indexOf(chosen)]?.key === chosen.key;
}
