import type {TokenKind} from "../../contract/tokenInfo";
import type {SearchVocabularyParams, VocabularyFacts} from "../../contract/vocabulary";

/**
 * What the tokenizer view (webview/tokenizer) and its host (tokenizerPanel.ts) say to each other. The host checks all that
 * comes from the view (parseMessage.ts); the view trusts its host, and its own state if the version is the same.
 */

/** Grows with every change of {@link ViewState}. A state of another version is not read. */
export const protocolVersion = 1;

/** What is looked for in the vocabulary. */
export type Query = Omit<SearchVocabularyParams, "model">;

/** Maximum characters of a query, and of the text that is tried. Each is answered while the user types. */
export const maxQueryLength = 1000;
export const maxScratchLength = 20_000;

/** Maximum rows that are asked for at once. */
export const maxRowsAsked = 512;

/** The model whose vocabulary is shown. */
export interface ShownModel {
  /** A name for people. */
  readonly name: string;
  /** Absolute path of a model that the command was given; null for the model that measures, whichever that is. */
  readonly file: string | null;
}

/** The tokenizer's own facts; the roles' texts are as the vocabulary has them, not yet made visible. */
export type Facts = Omit<VocabularyFacts, "model">;

/** A token as a row of the list, and as it is shown in full. */
export interface TokenRow {
  readonly id: number;
  /** On one line, with nothing invisible (text/tokenLabel.ts). */
  readonly label: string;
  /** As the vocabulary writes it, where that is something else. */
  readonly written: string | null;
  /** The first of the bytes: "e2 96 81". */
  readonly hex: string;
  readonly bytes: number;
  readonly kind: TokenKind;
  readonly score: number | null;
  readonly merge: {readonly left: number; readonly right: number; readonly rank: number} | null;
}

/** The text that is tried. */
export interface Scratch {
  readonly text: string;
  /** Read special tokens written in the text as what they stand for. */
  readonly special: boolean;
}

export const copiedForms = ["id", "text", "json"] as const;

export type CopiedForm = (typeof copiedForms)[number];

export type ToView =
  | {readonly type: "loading"; readonly model: ShownModel}
  | {readonly type: "show"; readonly model: ShownModel; readonly facts: Facts}
  /** There is no vocabulary to show; the message says why. */
  | {readonly type: "failed"; readonly model: ShownModel; readonly message: string}
  /** The ids of all tokens that match. Their rows are asked for as they come into view. */
  | {readonly type: "found"; readonly query: Query; readonly ids: Int32Array}
  /** The search can't be made; the message says why. */
  | {readonly type: "noSearch"; readonly query: Query; readonly message: string}
  | {readonly type: "rows"; readonly rows: readonly TokenRow[]}
  /** The tokens of the text that is tried. */
  | {readonly type: "tokens"; readonly scratch: Scratch; readonly ids: Int32Array; readonly characters: number}
  | {readonly type: "noTokens"; readonly message: string};

export type FromView =
  | {readonly type: "ready"}
  | {readonly type: "tryAgain"}
  | {readonly type: "search"; readonly query: Query}
  | {readonly type: "rows"; readonly ids: readonly number[]}
  | {readonly type: "tokenize"; readonly scratch: Scratch}
  | {readonly type: "copy"; readonly id: number; readonly as: CopiedForm};

/** The state that VS Code saves for the view. After a reload, the host rebuilds the panel from its model. */
export interface ViewState {
  readonly version: typeof protocolVersion;
  /** As {@link ShownModel.file}. */
  readonly file: string | null;
  readonly query: Query;
  readonly selected: number | null;
  /** Pixels. */
  readonly scroll: number;
  readonly scratch: Scratch;
  readonly factsOpen: boolean;
}
