import {tooLarge} from "./headerReader";

/**
 * Bytes that the headers of a model's files may have together. The largest known (vocabularies of 260,000 tokens) have some
 * 16 MB, and of a model in several files only the first one has such: the others tell of their tensors.
 */
export const maxHeaderLength = 256 * 2 ** 20;

/**
 * Bytes of keys, names and values that are kept of a model. Of the largest it is about 1 MB: 2,500 tensors, the first 1,024
 * items of each list, a few chat templates.
 */
const maxKept = 8 * 2 ** 20;

/**
 * Entries, and tensors: more are refused, because what is made of them is made at one go. Real models have some hundreds, up
 * to 2,500.
 */
const maxEntries = 1 << 13;

/** What keeping a thing costs besides its bytes. */
const overhead = 64;

/** Where a header's counts stand: so much of each is read. */
const minBytes = 24;

/** Counts bytes that are kept. What is too much is refused with a GgufError. */
export class KeptBytes {
  private kept = 0;

  keep(bytes: number): void {
    this.kept += bytes + overhead;
    if (this.kept > maxKept) throw tooLarge();
  }
}

/**
 * What the headers of a model's files may cost together, however many there are: the same file under a thousand names costs
 * no more than one file may. What is too much is refused with a GgufError, `tooLarge`.
 */
export class HeaderBudget {
  readonly memory = new KeptBytes();
  private begun = false;
  private passed = 0;
  private entries = 0;
  private tensors = 0;

  /** Bytes that the next header may have. */
  get bytesLeft(): number {
    return Math.max(minBytes, maxHeaderLength - this.passed);
  }

  /** Another file is read: whether it is the first one. */
  begin(): boolean {
    const isFirst = !this.begun;
    this.begun = true;
    return isFirst;
  }

  /** A header of so many bytes was read. */
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
