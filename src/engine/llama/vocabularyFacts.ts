import type {LlamaModel, Token} from "node-llama-cpp";
import {
  type RoleToken,
  type SpecialRole,
  specialRoles,
  type VocabularyFacts,
  type VocabularyKind
} from "../../contract/vocabulary";
import type {LoadedVocabulary} from "./loadedVocabulary";

/** What llama.cpp takes where a file names no token for a role (llama-vocab.cpp), as far as node-llama-cpp doesn't tell it. */
const defaults: Partial<Record<VocabularyKind, Partial<Record<SpecialRole, number>>>> = {
  spm: {unknown: 0},
  wpm: {unknown: 100, padding: 0, mask: 103},
  ugm: {unknown: 2, padding: 0},
  plamo2: {unknown: 0, padding: 3}
};

/** What the vocabulary is, in llama.cpp's reading of the file. */
export function vocabularyFacts({model, vocabulary}: LoadedVocabulary): Omit<VocabularyFacts, "model"> {
  const metadata: Readonly<Record<string, unknown>> = {...model.fileInfo.metadata.tokenizer?.ggml};
  const kind = model.vocabularyType;
  return {
    size: vocabulary.size,
    kind,
    preTokenizer: vocabulary.preTokenizer === undefined ? null : String(vocabulary.preTokenizer),
    addsBos: model.tokens.shouldPrependBosToken && model.tokens.bos !== null,
    addsEos: model.tokens.shouldAppendEosToken && model.tokens.eos !== null,
    // Unigram tokenizers put one there too if the file says so; all others pass the key over.
    addsSpace: vocabulary.addsSpace || (kind === "ugm" && metadata["add_space_prefix"] === true),
    special: specialRoles.flatMap((role): RoleToken[] => {
      const id = ofLlama(model, role) ?? metadata[`${role}_token_id`] ?? defaults[kind]?.[role];
      const exists = typeof id === "number" && Number.isInteger(id) && id >= 0 && id < vocabulary.size;
      return exists ? [{role, id, text: vocabulary.text(id)}] : [];
    })
  };
}

/** What llama.cpp has made of the file: it finds some by their names, and has defaults for others. */
function ofLlama({tokens}: LlamaModel, role: SpecialRole): Token | null {
  const known: Partial<Record<SpecialRole, Token | null>> = {
    bos: tokens.bos,
    eos: tokens.eos,
    eot: tokens.eot,
    seperator: tokens.sep,
    fim_pre: tokens.infill.prefix,
    fim_suf: tokens.infill.suffix,
    fim_mid: tokens.infill.middle
  };
  return known[role] ?? null;
}
