/** Tokens `[from, to)`. */
export interface TokenRange {
  readonly from: number;
  readonly to: number;
}

/** A range that grows from a token, by keyboard or pointer. It includes both ends. */
export class GrowingRange {
  private anchor: number | null = null;
  range: TokenRange | null = null;

  /** The range from where it began, or from `start`, to a token. */
  extend(start: number, token: number): void {
    this.anchor ??= start;
    this.range = {from: Math.min(this.anchor, token), to: Math.max(this.anchor, token) + 1};
  }

  set(range: TokenRange | null): void {
    this.range = range;
    this.anchor = range?.from ?? null;
  }

  has(token: number): boolean {
    return this.range !== null && token >= this.range.from && token < this.range.to;
  }
}

/** The tokens between two ranges that are in one of them only, or a few more. */
export function difference(before: TokenRange | null, after: TokenRange | null): readonly TokenRange[] {
  if (!before || !after) return [before ?? after ?? {from: 0, to: 0}];
  return [
    {from: Math.min(before.from, after.from), to: Math.max(before.from, after.from)},
    {from: Math.min(before.to, after.to), to: Math.max(before.to, after.to)}
  ];
}
