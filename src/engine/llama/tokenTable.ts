import type {TokenTable} from "../backend";
import {grammarTokens} from "./grammarTokens";
import type {LoadedVocabulary} from "./loadedVocabulary";
import {endsText} from "./markTokens";

export function tokenTable({model, vocabulary}: LoadedVocabulary, marks: ReadonlySet<number>): TokenTable {
  const {bytes: grammarBytes} = grammarTokens(model, vocabulary);
  return {
    grammarBytes,
    size: vocabulary.size,
    tokenize: (text) => vocabulary.tokenize(text, false),
    bytes: (id) => vocabulary.bytes(id),
    text: (id) => vocabulary.text(id),
    idOf: (written) => vocabulary.idOf(written),
    endsText: (id) => endsText(model, marks, id)
  };
}
