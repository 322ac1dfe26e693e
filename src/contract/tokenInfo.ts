import type {ModelRef} from "./models";

/** How llama.cpp takes a token, whatever the file says. */
export const tokenKinds = ["normal", "control", "byte", "userDefined", "unknown", "unused"] as const;

export type TokenKind = (typeof tokenKinds)[number];

export interface TokenInfoParams {
  readonly model: ModelRef;
  readonly ids: Int32Array;
}

/** What the vocabulary says about a token. All is empty, and the kind unknown, for an id that it doesn't have. */
export interface TokenInfo {
  readonly id: number;
  /** As text; U+FFFD stands for a part of a character. */
  readonly text: string;
  /** As the vocabulary writes it. */
  readonly written: string;
  readonly bytes: Uint8Array;
  readonly kind: TokenKind;
  /**
   * The two tokens that the tokenizer joins to make it, and the merge's rank (0 is the first); null where the vocabulary has no
   * ranks or the token is not made by a merge.
   */
  readonly merge: TokenMerge | null;
  /** SentencePiece's score; null where the vocabulary has none. */
  readonly score: number | null;
}

export interface TokenMerge {
  readonly left: number;
  readonly right: number;
  readonly rank: number;
}
