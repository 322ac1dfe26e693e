import type {TokenTable} from "../backend";
import type {LoadedVocabulary} from "./loadedVocabulary";
import {endsText} from "./markTokens";

export function tokenTable({model, vocabulary}: LoadedVocabulary, marks: ReadonlySet<number>): TokenTable {
  return {
    size: vocabulary.size,
    tokenize: (text) => vocabulary.tokenize(text, false),
    bytes: (id) => vocabulary.bytes(id),
    text: (id) => vocabulary.text(id),
    idOf: (written) => vocabulary.idOf(written),
    endsText: (id) => endsText(model, marks, id)
  };
}
