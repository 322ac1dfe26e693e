import {titleOfRange} from "../../host/documents/targetText";
import {nearLength, type TokenPlace} from "../../host/triedAlternative";
import type {Shown} from "./shownScores";
import {openedDocument} from "./textPlace";

/** A token of the text on show, and where it is in its document. */
export async function tokenPlace(shown: Shown, token: number): Promise<TokenPlace> {
  const {scored, place} = shown;
  const {text, byteEnds} = scored;
  const range = (await shown.places())?.rangeOf({from: token, to: token + 1});
  const {source} = place;
  const {start, end} = range ?? {start: 0, end: 0};
  const own = text.slice(start, end);
  const bytes = byteEnds && (byteEnds[token] ?? 0) - (byteEnds[token - 1] ?? 0);
  const inDocument = {uri: source.uri, start: source.start + start, end: source.start + end};
  const document = range && !place.isEdited ? openedDocument(source) : undefined;
  return {
    ...inDocument,
    title: document ? titleOfRange(document, inDocument) : source.title,
    before: text.slice(Math.max(0, start - nearLength), start),
    own,
    behind: text.slice(end, end + nearLength),
    isWhole: range !== null && range !== undefined && Buffer.byteLength(own) === bytes,
    scored,
    token
  };
}
