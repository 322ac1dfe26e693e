import {utf16Offsets} from "../text/textOffsets";
import {tokenLabel} from "../text/tokenLabel";
import {type Alignment, type PlacedTokens, pieceKinds} from "./tokenAlignment";

/** Null if a tokenizer rewrote its text. */
export function alignedTexts(
  [a, b]: readonly [MaybePlaced, MaybePlaced],
  alignment: Alignment | null
): AlignedTexts | null {
  if (alignment === null || a.ends === null || b.ends === null) return null;
  return new AlignedTexts(
    [
      {text: a.text, ends: a.ends},
      {text: b.text, ends: b.ends}
    ],
    alignment
  );
}

interface MaybePlaced {
  readonly text: string;
  readonly ends: Uint32Array | null;
}

/** The text of each piece of two aligned texts: from A, unless only B has it. */
export class AlignedTexts {
  private readonly decoder = new TextDecoder("utf-8", {ignoreBOM: true});
  private readonly bytes: readonly [Uint8Array, Uint8Array];
  /** UTF-16 offsets at which tokens end. One that ends inside a character ends where that character starts. */
  private readonly unitEnds: readonly [Uint32Array, Uint32Array];

  constructor(
    private readonly sides: readonly [PlacedTokens, PlacedTokens],
    readonly alignment: Alignment
  ) {
    const encoder = new TextEncoder();
    const [a, b] = sides;
    this.bytes = [encoder.encode(a.text), encoder.encode(b.text)];
    this.unitEnds = [utf16Offsets(a.text, a.ends), utf16Offsets(b.text, b.ends)];
  }

  get count(): number {
    return this.alignment.kinds.length;
  }

  /** The side that a piece's text is taken from. */
  sideOf(piece: number): 0 | 1 {
    return this.alignment.kinds[piece] === pieceKinds.onlyB ? 1 : 0;
  }

  /** The piece's tokens `[from, to)` on a side. */
  tokens(piece: number, side: 0 | 1): {readonly from: number; readonly to: number} {
    const ends = side === 0 ? this.alignment.aEnds : this.alignment.bEnds;
    return {from: ends[piece - 1] ?? 0, to: ends[piece] ?? 0};
  }

  /** The piece's UTF-16 range in the text of {@link sideOf}; empty for a part of a character that ends in a later piece. */
  range(piece: number): {readonly start: number; readonly end: number} {
    const side = this.sideOf(piece);
    const {from, to} = this.tokens(piece, side);
    return {start: this.unitEnds[side][from - 1] ?? 0, end: this.unitEnds[side][to - 1] ?? 0};
  }

  text(piece: number): string {
    const {start, end} = this.range(piece);
    return this.sides[this.sideOf(piece)].text.slice(start, end);
  }

  /** The text that the piece covers. Half a character is U+FFFD. */
  covered(piece: number): string {
    return this.decoder.decode(this.pieceBytes(piece));
  }

  /** The piece on one line, with all characters visible. */
  label(piece: number): string {
    return tokenLabel(this.pieceBytes(piece));
  }

  tokenLabel(side: 0 | 1, token: number): string {
    return tokenLabel(this.bytesOf(side, token, token + 1));
  }

  private pieceBytes(piece: number): Uint8Array {
    const side = this.sideOf(piece);
    const {from, to} = this.tokens(piece, side);
    return this.bytesOf(side, from, to);
  }

  private bytesOf(side: 0 | 1, from: number, to: number): Uint8Array {
    const {ends} = this.sides[side];
    return this.bytes[side].subarray(ends[from - 1] ?? 0, ends[to - 1] ?? 0);
  }
}
