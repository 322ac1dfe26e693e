import type {PartTokenizer} from "../backend";
import {splitContext} from "./safeSplitPoints";
import type {Vocabulary} from "./vocabulary";

export function partTokenizer(vocabulary: Vocabulary): PartTokenizer {
  return {
    context: splitContext,
    cut: (text, from) => vocabulary.splitPoints.next(text, from),
    tokenize: (part, behind) => vocabulary.tokenizePart(part, behind),
    ends: (part, ids, behind, signal) => vocabulary.endsOfPart(part, ids, behind, signal)
  };
}
