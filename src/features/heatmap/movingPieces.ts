import type {TextChange} from "../../host/documents/movedRange";
import type {Pieces} from "../../metrics/pieces";

/** The pieces of a text under edits. Pieces move with the text; a piece that an edit touched becomes empty. */
export class MovingPieces {
  /** N ascending UTF-16 offsets each. A touched piece is empty. */
  readonly starts: Uint32Array;
  readonly ends: Uint32Array;
  readonly firstTokens: Uint32Array;
  readonly logprobs: Float64Array;
  /** True after the first edit. */
  edited = false;

  constructor({ends, firstTokens, logprobs}: Pieces) {
    this.ends = ends;
    this.starts = new Uint32Array(ends.length);
    if (ends.length > 0) this.starts.set(ends.subarray(0, -1), 1);
    this.firstTokens = firstTokens;
    this.logprobs = logprobs;
  }

  /** Changes are in VS Code's order, last in the document first, so that none moves another. */
  edit(changes: readonly TextChange[]): void {
    const {starts, ends} = this;
    if (changes.length > 0) this.edited = true;
    for (const {rangeOffset, rangeLength, text} of changes) {
      const rangeEnd = rangeOffset + rangeLength;
      const growth = text.length - rangeLength;
      for (let piece = this.firstEndingBehind(rangeOffset); piece < ends.length; piece++) {
        const start = starts[piece] ?? 0;
        if (start >= rangeEnd) {
          starts[piece] = start + growth;
          ends[piece] = (ends[piece] ?? 0) + growth;
        } else {
          const cut = Math.min(start, rangeOffset);
          starts[piece] = cut;
          ends[piece] = cut;
        }
      }
    }
  }

  /** The piece of the character after an offset. */
  at(offset: number): number | undefined {
    const piece = this.firstEndingBehind(offset);
    const start = this.starts[piece];
    return start !== undefined && start <= offset ? piece : undefined;
  }

  /** The first piece that ends after an offset; N if there is none. */
  firstEndingBehind(offset: number): number {
    let [low, high] = [0, this.ends.length];
    while (low < high) {
      const middle = (low + high) >>> 1;
      if ((this.ends[middle] ?? 0) > offset) high = middle;
      else low = middle + 1;
    }
    return low;
  }
}
