import * as l10n from "@vscode/l10n";
import type {TokenKind} from "../../src/contract/tokenInfo";
import type {SpecialRole, VocabularyKind} from "../../src/contract/vocabulary";

/** Names, not words: the same in every language. */
export const kindNames: Readonly<Record<Exclude<VocabularyKind, "none">, string>> = {
  spm: "SentencePiece",
  bpe: "BPE",
  wpm: "WordPiece",
  ugm: "Unigram",
  rwkv: "RWKV",
  plamo2: "PLaMo 2"
};

export const roleNames: Readonly<Record<SpecialRole, string>> = {
  bos: "BOS",
  eos: "EOS",
  eot: "EOT",
  eom: "EOM",
  unknown: "UNK",
  padding: "PAD",
  seperator: "SEP",
  cls: "CLS",
  mask: "MASK",
  fim_pre: "FIM_PRE",
  fim_suf: "FIM_SUF",
  fim_mid: "FIM_MID",
  fim_pad: "FIM_PAD",
  fim_rep: "FIM_REP",
  fim_sep: "FIM_SEP"
};

/** Kinds of tokens, for people. */
export function kindText(kind: TokenKind): string {
  const texts: Readonly<Record<TokenKind, string>> = {
    normal: l10n.t("normal"),
    control: l10n.t("control"),
    byte: l10n.t("byte"),
    userDefined: l10n.t("user-defined"),
    unknown: l10n.t("unknown"),
    unused: l10n.t("unused")
  };
  return texts[kind];
}
