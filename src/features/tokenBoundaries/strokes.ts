import type {DocumentTokens} from "../../contract/documents";

/** The part of a line that is painted. */
export interface LinePart {
  readonly number: number;
  /** UTF-16 offset of the line's first character. */
  readonly start: number;
  /** The part, in UTF-16 units from the line's start. */
  readonly from: number;
  readonly to: number;
  /** UTF-16 units of the line end behind the part: 1 or 2, or 0 where it is not painted. */
  readonly endLength: number;
}

/** A part of a line that belongs to one token, or to several that share a character. An empty one stands for a line end. */
export interface Stroke {
  readonly line: number;
  readonly from: number;
  readonly to: number;
  /** Whether the token's number in the document is odd: neighbours differ, and scrolling changes nothing. */
  readonly odd: boolean;
  /** Several tokens make one character here. */
  readonly shared: boolean;
}

/** Tokens that can be shown: one, or several that share a character. Token i of N is `ids[i]`. */
export interface Piece {
  readonly firstToken: number;
  /** Behind its last token. */
  readonly endToken: number;
  /** UTF-16 offsets. */
  readonly start: number;
  readonly end: number;
}

/** The pieces of some tokens, in order. A token that ends inside a character goes with the one that ends the character. */
export function piecesOf({start, ends}: Pick<DocumentTokens, "start" | "ends">): Piece[] {
  const pieces: Piece[] = [];
  let [firstToken, from] = [0, start];
  for (const [token, end] of (ends ?? []).entries()) {
    if (end <= from) continue;
    pieces.push({firstToken, endToken: token + 1, start: from, end});
    [firstToken, from] = [token + 1, end];
  }
  return pieces;
}

/**
 * Where to ask from for a piece that begins at an offset: tokens that share its first character end in front of it, and those of
 * the document's first character at 0.
 */
export function beforeShared(offset: number): number {
  return offset - 1;
}

/** The strokes of lines, in order; together they are the lines' parts, each unit once. */
export function strokesOf(tokens: DocumentTokens, lines: readonly LinePart[]): Stroke[] {
  const pieces = piecesOf(tokens);
  const strokes: Stroke[] = [];
  let next = 0;
  const pieceAt = (offset: number): Piece | undefined => {
    while ((pieces[next]?.end ?? Number.POSITIVE_INFINITY) <= offset) next++;
    return pieces[next];
  };
  for (const {number: line, start, from, to, endLength} of lines) {
    for (let at = from; at < to; ) {
      const piece = pieceAt(start + at);
      if (piece === undefined) break;
      const end = Math.min(to, piece.end - start);
      strokes.push({line, from: at, to: end, ...lookOf(tokens, piece)});
      at = end;
    }
    // CRLF may be two tokens: one sign stands for both, in the colour of the one that ends the line.
    const ending = endLength > 0 ? pieceAt(start + to + endLength - 1) : undefined;
    if (ending !== undefined) strokes.push({line, from: to, to, ...lookOf(tokens, ending)});
  }
  return strokes;
}

function lookOf({first}: DocumentTokens, {firstToken, endToken}: Piece): Pick<Stroke, "odd" | "shared"> {
  return {odd: (first + endToken - 1) % 2 === 1, shared: endToken - firstToken > 1};
}
