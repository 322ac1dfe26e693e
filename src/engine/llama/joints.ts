import type {SplitRules} from "./safeSplitPoints";

/** Bits of the table of pairs of characters. Many times as many as there are pairs, so that few are taken for others. */
const tableBits = 23;

const space = 0x20;
/** In a text that SentencePiece reads, it stands for a space. */
const underline = 0x2581;

/**
 * Which two characters, beside each other, a token or merge of a vocabulary may join: those between which one of them goes on.
 * Where tokens are bytes, it is the two bytes that matter. Some pairs too many are no harm.
 */
export class Joints {
  private readonly table = new Uint8Array(1 << (tableBits - 3));
  private readonly byteOf: SplitRules["byteOf"];
  /** Something follows a NUL. */
  joinsNul = false;

  constructor({tokens, merges, special, byteOf}: SplitRules) {
    this.byteOf = byteOf;
    for (const text of tokens) this.addText(text);
    for (const text of special) this.addCharacters(text);
    for (const merge of merges) {
      const middle = merge.indexOf(" ", 1);
      this.addText(`${lastCharacter(merge.slice(0, middle))}${merge.slice(middle + 1, middle + 3)}`);
    }
  }

  have(before: number, behind: number): boolean {
    const bit = this.byteOf === null ? characterBit(before, behind) : byteBit(lastByte(before), firstByte(behind));
    return ((this.table[bit >> 3] as number) & (1 << (bit & 7))) !== 0;
  }

  private addText(text: string): void {
    if (!this.addBytes(text)) this.addCharacters(text);
  }

  /** False for a text that is not written in bytes: it stands for itself. */
  private addBytes(text: string): boolean {
    if (this.byteOf === null) return false;
    let before: number | undefined;
    for (let at = 0; at < text.length; at++) {
      const byte = this.byteOf(text.charCodeAt(at));
      if (byte === undefined) return false;
      if (before !== undefined) this.mark(byteBit(before, byte));
      before = byte;
    }
    return true;
  }

  private addCharacters(text: string): void {
    let before: number | undefined;
    for (let at = 0; at < text.length; ) {
      const character = text.codePointAt(at) as number;
      if (before === 0) this.joinsNul = true;
      if (before !== undefined)
        this.mark(
          this.byteOf === null ? characterBit(before, character) : byteBit(lastByte(before), firstByte(character))
        );
      before = character;
      at += character > 0xffff ? 2 : 1;
    }
  }

  private mark(bit: number): void {
    (this.table[bit >> 3] as number) |= 1 << (bit & 7);
  }
}

function byteBit(before: number, behind: number): number {
  return (before << 8) | behind;
}

function characterBit(before: number, behind: number): number {
  return (Math.imul(asRead(before), 0x9e3779b1) ^ Math.imul(asRead(behind), 0x85ebca6b)) >>> (32 - tableBits);
}

function asRead(codePoint: number): number {
  return codePoint === underline ? space : codePoint;
}

function lastCharacter(text: string): string {
  const pair = text.slice(-2);
  return (pair.codePointAt(0) ?? 0) > 0xffff ? pair : text.slice(-1);
}

/** The first byte of a character in UTF-8. */
function firstByte(codePoint: number): number {
  if (codePoint < 0x80) return codePoint;
  if (codePoint < 0x800) return 0xc0 | (codePoint >> 6);
  return codePoint < 0x10000 ? 0xe0 | (codePoint >> 12) : 0xf0 | (codePoint >> 18);
}

/** The last byte of a character in UTF-8. */
function lastByte(codePoint: number): number {
  return codePoint < 0x80 ? codePoint : 0x80 | (codePoint & 0x3f);
}
