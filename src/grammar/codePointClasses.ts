import type {CharSet} from "./charSet";

/** Divides the code points into ranges that a grammar's sets don't tell apart. */
export class CodePointClasses {
  /** Where each range begins, ascending, from 0. */
  private readonly starts: Int32Array;
  private readonly ofAscii: Int32Array;

  constructor(sets: Iterable<CharSet>) {
    const starts = new Set([0]);
    for (const set of sets) for (const edge of set.edges()) starts.add(edge);
    this.starts = Int32Array.from(starts).sort();
    this.ofAscii = Int32Array.from({length: 128}, (_, codePoint) => this.find(codePoint));
  }

  of(codePoint: number): number {
    return this.ofAscii[codePoint] ?? this.find(codePoint);
  }

  /** A code point of the class. */
  representative(codePointClass: number): number {
    return this.starts[codePointClass] ?? 0;
  }

  private find(codePoint: number): number {
    let [from, to] = [0, this.starts.length];
    while (to - from > 1) {
      const middle = (from + to) >> 1;
      if ((this.starts[middle] ?? 0) <= codePoint) from = middle;
      else to = middle;
    }
    return from;
  }
}
