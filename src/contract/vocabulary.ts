import type {ModelDescription, ModelRef} from "./models";
import type {TokenKind} from "./tokenInfo";

export interface VocabularyFactsParams {
  readonly model: ModelRef;
}

/** llama.cpp's kinds of tokenizers: SentencePiece, byte-pair, WordPiece, Unigram, RWKV's and PLaMo's. */
export const vocabularyKinds = ["none", "spm", "bpe", "wpm", "ugm", "rwkv", "plamo2"] as const;

export type VocabularyKind = (typeof vocabularyKinds)[number];

/** What a vocabulary is, and what its tokenizer adds to a text. */
export interface VocabularyFacts {
  readonly model: ModelDescription;
  readonly size: number;
  readonly kind: VocabularyKind;
  /** What cuts a text into words before it is tokenized; null for tokenizers without that. */
  readonly preTokenizer: string | null;
  /** BOS stands in front of every text. */
  readonly addsBos: boolean;
  /** EOS stands behind every text. */
  readonly addsEos: boolean;
  /** A space is put in front of a text before it is cut into tokens. */
  readonly addsSpace: boolean;
  /** The tokens with a role, in llama.cpp's reading of the file, in the order of {@link specialRoles}. */
  readonly special: readonly RoleToken[];
}

/** A token with a role. Several roles may have the same one. */
export interface RoleToken {
  readonly role: SpecialRole;
  readonly id: number;
  /** As text; U+FFFD stands for a part of a character. */
  readonly text: string;
}

/** The roles that llama.cpp knows, as its files call them (`tokenizer.ggml.bos_token_id`). */
export const specialRoles = [
  ...(["bos", "eos", "eot", "eom", "unknown", "padding", "seperator", "cls", "mask"] as const),
  ...(["fim_pre", "fim_suf", "fim_mid", "fim_pad", "fim_rep", "fim_sep"] as const)
] as const;

export type SpecialRole = (typeof specialRoles)[number];

/**
 * What a search looks at: the token's text, its bytes (hexadecimal, "e2 96 81"), its id ("42", or "100-200"), or its text with a
 * regular expression.
 */
export const searchedBy = ["text", "bytes", "id", "pattern"] as const;

export type SearchedBy = (typeof searchedBy)[number];

export const matchOrders = ["id", "longest"] as const;

export type MatchOrder = (typeof matchOrders)[number];

export interface SearchVocabularyParams {
  readonly model: ModelRef;
  /** Empty: all tokens. */
  readonly query: string;
  readonly by: SearchedBy;
  /** For "text" and "pattern". */
  readonly ignoreCase: boolean;
  readonly kinds: readonly TokenKind[];
  readonly order: MatchOrder;
}

/** The ids of all tokens that match. */
export interface VocabularyMatches {
  readonly ids: Int32Array;
}
