import type {ModelRef} from "./models";
import type {CountResult} from "./scoring";

/**
 * Documents whose tokens the engine keeps, so that a count after an edit costs what the edit changes. The host opens a
 * document with its text, sends each edit with the versions it leads between, and closes it. The engine forgets a document
 * when its model is replaced or its process ends: the answer is then null, and the host opens the document again.
 *
 * The engine also forgets the documents that were used longest ago, when there are too many. Opening a document, and an edit of a
 * large part of it, tell their progress (stage "count").
 *
 * Here, and only here, offsets are UTF-16 units from the start of the document, because that is what an editor has.
 */
export interface DocumentRef {
  readonly model: ModelRef;
  /** The host's name for it: its URI. */
  readonly document: string;
  readonly version: number;
}

export interface OpenDocumentParams extends DocumentRef {
  readonly text: string;
}

/**
 * E edits, in the order in which they are applied: edit i removes `removed[i]` units at `starts[i]` and puts the next
 * `added[i]` units of `text` there.
 */
export interface DocumentEdits {
  readonly starts: Uint32Array;
  readonly removed: Uint32Array;
  readonly added: Uint32Array;
  readonly text: string;
}

export interface ChangeDocumentParams extends DocumentRef, DocumentEdits {
  /** The version that the edits were made to. */
  readonly from: number;
}

export interface CloseDocumentParams {
  readonly model: ModelRef;
  readonly document: string;
}

/** Null: the engine does not have this version of the document, or the edits do not fit it. */
export type OfDocument<Answer> = Answer | null;

/** The count of a whole document. */
export interface DocumentCount extends CountResult {
  readonly version: number;
  /** UTF-16 units of the document as the engine has it. */
  readonly length: number;
}

/** R ranges: range i is `[starts[i], ends[i])`. */
export interface DocumentRangesParams extends DocumentRef {
  readonly starts: Uint32Array;
  readonly ends: Uint32Array;
}

/** The tokens of each range as a text by itself. */
export interface RangesCount extends CountResult {
  /** R counts; {@link CountResult.count} and the others are their sums. */
  readonly counts: Uint32Array;
}

export interface DocumentTokensParams extends DocumentRef {
  readonly start: number;
  readonly end: number;
}

/** The tokens of the whole document that lie in a range or reach into it. */
export interface DocumentTokens {
  /** How many tokens of the document come before the first. */
  readonly first: number;
  /** Where the first token begins. */
  readonly start: number;
  /** N token ids. Where they have no place in the text, those of a part of the document that holds the range. */
  readonly ids: Int32Array;
  /**
   * N ends. A token that ends inside a character has the character's start as its end: so it may be empty, and the token that
   * ends the character covers all of it. Null where the tokenizer rewrites text, so that tokens have no place in it.
   */
  readonly ends: Uint32Array | null;
}

export interface TokenEndParams extends DocumentRef {
  /** How many tokens of the document. */
  readonly tokens: number;
}

/** Where the first so many tokens of a document end; null where it has fewer, or where they have no place in the text. */
export interface TokenEnd {
  readonly offset: number | null;
}
