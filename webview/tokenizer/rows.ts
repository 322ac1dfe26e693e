import type {TokenRow} from "../../src/features/tokenizer/protocol";
import {maxRowsAsked} from "../../src/features/tokenizer/protocol";

/** Rows that are kept: more than anybody has in view, and far less than a vocabulary. */
const maxKept = 1 << 14;

/** Details of tokens, which are asked for as they come into view: one request at a time, and always for what is wanted now. */
export class Rows {
  private readonly known = new Map<number, TokenRow>();
  private isAsking = false;

  /** `wanted` says whose details are needed now, the most urgent first. */
  constructor(
    private readonly ask: (ids: readonly number[]) => void,
    private readonly wanted: () => Iterable<number>
  ) {}

  get(id: number): TokenRow | undefined {
    return this.known.get(id);
  }

  /** Asks for what is missing. Call it whenever something else is wanted. */
  fetch(): void {
    if (this.isAsking) return;
    const missing = new Set<number>();
    for (const id of this.wanted()) {
      if (missing.size >= maxRowsAsked) break;
      if (!this.known.has(id)) missing.add(id);
    }
    if (missing.size === 0) return;
    this.isAsking = true;
    this.ask([...missing]);
  }

  add(rows: readonly TokenRow[]): void {
    this.isAsking = false;
    for (const row of rows) this.known.set(row.id, row);
    const surplus = this.known.size - maxKept;
    let dropped = 0;
    for (const id of this.known.keys()) {
      if (dropped++ >= surplus) break;
      this.known.delete(id);
    }
  }

  /** Another vocabulary is shown. */
  clear(): void {
    this.known.clear();
    this.isAsking = false;
  }
}
