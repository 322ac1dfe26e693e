const mask = (1n << 64n) - 1n;

/** SplitMix64 (Steele, Lea, Flood 2014; Vigna's splitmix64.c): makes 64-bit words of one seed. */
export function* splitMix64(seed: number | bigint): Generator<bigint, never> {
  let state = BigInt(seed) & mask;
  for (;;) {
    state = (state + 0x9e3779b97f4a7c15n) & mask;
    let word = state;
    word = ((word ^ (word >> 30n)) * 0xbf58476d1ce4e5b9n) & mask;
    word = ((word ^ (word >> 27n)) * 0x94d049bb133111ebn) & mask;
    yield word ^ (word >> 31n);
  }
}

type State = readonly [number, number, number, number];

/**
 * Xoshiro128** 1.1 (Blackman and Vigna 2018), seeded by SplitMix64 as its authors advise: two words, of each the lower half first. The
 * same numbers on every machine.
 */
export class Random {
  private a: number;
  private b: number;
  private c: number;
  private d: number;

  constructor(state: State) {
    [this.a, this.b, this.c, this.d] = state;
  }

  /** @param seed A whole number. */
  static ofSeed(seed: number): Random {
    const words = splitMix64(seed);
    const halves: number[] = [];
    for (let i = 0; i < 2; i++) {
      const {value} = words.next();
      halves.push(Number(value & 0xffffffffn) | 0, Number(value >> 32n) | 0);
    }
    return new Random(halves as unknown as State);
  }

  /** The next 32 bits. */
  bits(): number {
    const result = Math.imul(rotated(Math.imul(this.b, 5), 7), 9) >>> 0;
    const shifted = this.b << 9;
    this.c ^= this.a;
    this.d ^= this.b;
    this.b ^= this.c;
    this.a ^= this.d;
    this.c ^= shifted;
    this.d = rotated(this.d, 11);
    return result;
  }

  /** In [0, 1), of 53 bits: the upper 27 of one number, and the upper 26 of the next one. */
  fraction(): number {
    const upper = this.bits() >>> 5;
    return (upper * 2 ** 26 + (this.bits() >>> 6)) / 2 ** 53;
  }
}

function rotated(value: number, bits: number): number {
  return (value << bits) | (value >>> (32 - bits));
}
