/** Moves through tokens by visual lines. Lines wrap, so the layout tells which token is above or below. */
export interface LaidOut {
  readonly count: number;
  /** The first box of a token: a wrapped token has several. */
  box(token: number): DOMRect;
}

export type Direction = 1 | -1;

/** The token on the line above (-1) or below (1) that is closest to `x`; null if there is no such line. */
export function onNextLine(tokens: LaidOut, from: number, direction: Direction, x: number): number | null {
  const edge = lineEdge(tokens, from, direction);
  const first = edge + direction;
  if (first < 0 || first >= tokens.count) return null;
  const last = lineEdge(tokens, first, direction);
  let best = first;
  let distance = Number.POSITIVE_INFINITY;
  for (let token = first; token !== last + direction; token += direction) {
    const away = distanceTo(tokens.box(token), x);
    if (away < distance) {
      best = token;
      distance = away;
    }
  }
  return best;
}

/** The first (-1) or last (1) token of the line on which a token starts. */
export function lineEdge(tokens: LaidOut, from: number, direction: Direction): number {
  const line = tokens.box(from);
  let token = from;
  for (let next = from + direction; next >= 0 && next < tokens.count; next += direction) {
    if (!sameLine(line, tokens.box(next))) break;
    token = next;
  }
  return token;
}

function sameLine(a: DOMRect, b: DOMRect): boolean {
  // In one line, boxes of smaller type start lower, but their middles are close.
  return Math.abs(a.top + a.height / 2 - (b.top + b.height / 2)) < Math.max(a.height, b.height) / 2;
}

function distanceTo(box: DOMRect, x: number): number {
  return Math.max(box.left - x, x - box.right, 0);
}
