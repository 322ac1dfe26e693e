/** A set of token ids: one bit for each token of a vocabulary. */
export class TokenSet {
  constructor(
    readonly vocabularySize: number,
    readonly bits: Uint32Array = new Uint32Array(Math.ceil(vocabularySize / 32))
  ) {}

  get size(): number {
    let size = 0;
    for (const word of this.bits) size += ones(word);
    return size;
  }

  has(id: number): boolean {
    return (((this.bits[id >>> 5] ?? 0) >>> (id & 31)) & 1) === 1;
  }

  add(id: number): void {
    const word = id >>> 5;
    if (id < this.vocabularySize) this.bits[word] = (this.bits[word] ?? 0) | (1 << (id & 31));
  }

  delete(id: number): void {
    const word = id >>> 5;
    if (id < this.vocabularySize) this.bits[word] = (this.bits[word] ?? 0) & ~(1 << (id & 31));
  }

  addAll(other: TokenSet): void {
    for (const [word, bits] of other.bits.entries()) this.bits[word] = (this.bits[word] ?? 0) | bits;
  }

  /** The ids, ascending. */
  *[Symbol.iterator](): Generator<number> {
    for (const [word, bits] of this.bits.entries())
      for (let rest = bits; rest !== 0; rest &= rest - 1) yield 32 * word + 31 - Math.clz32(rest & -rest);
  }
}

/** Bits that are set in a word. */
function ones(word: number): number {
  let bits = word - ((word >>> 1) & 0x55555555);
  bits = (bits & 0x33333333) + ((bits >>> 2) & 0x33333333);
  return Math.imul((bits + (bits >>> 4)) & 0x0f0f0f0f, 0x01010101) >>> 24;
}
