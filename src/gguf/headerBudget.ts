import {tooLarge} from "./headerReader";

/**
 * Max bytes of all headers of a model. The largest known (vocabularies of 260,000 tokens) have about 16 MB, and only a
 * model's first file has a vocabulary.
 */
export const maxHeaderLength = 256 * 2 ** 20;

/**
 * Max bytes of keys, names and values that are kept of a model. The largest known needs about 1 MB: 2,500 tensors, the
 * first 1,024 items of each list, a few chat templates.
 */
const maxKept = 8 * 2 ** 20;

/** Max metadata entries, and max tensors, because both are processed without a pause. Real models have up to 2,500. */
const maxEntries = 1 << 13;

/** Memory of a kept value besides its bytes. */
const overhead = 64;

/** Bytes that are read of every header: its version and counts. */
const minBytes = 24;

/** Counts the kept bytes, and refuses too many with a GgufError. */
export class KeptBytes {
  private kept = 0;

  keep(bytes: number): void {
    this.kept += bytes + overhead;
    if (this.kept > maxKept) throw tooLarge();
  }
}

/**
 * The limits of all headers of a model together, so that the same file under a thousand names costs no more than one
 * file may. Throws a GgufError `tooLarge` beyond them.
 */
export class HeaderBudget {
  readonly memory = new KeptBytes();
  private begun = false;
  private passed = 0;
  private entries = 0;
  private tensors = 0;

  /** Max bytes of the next header. */
  get bytesLeft(): number {
    return Math.max(minBytes, maxHeaderLength - this.passed);
  }

  /** Begins a file. True for the first one. */
  begin(): boolean {
    const isFirst = !this.begun;
    this.begun = true;
    return isFirst;
  }

  /** Adds a header that was read. */
  pass(bytes: number): void {
    this.passed += bytes;
  }

  addEntry(): void {
    if (++this.entries > maxEntries) throw tooLarge();
  }

  addTensor(): void {
    if (++this.tensors > maxEntries) throw tooLarge();
  }
}
