import * as vscode from "vscode";
import {fullDetail} from "../../contract/scoring";
import {titleOfRange} from "../../host/documents/targetText";
import {type AlternativeChoice, nearLength, TriedAlternative} from "../../host/triedAlternative";
import type {Heat} from "./heat";
import type {HeatSource} from "./heatHover";

/** An alternative to a token of the heatmap, whose link stood in a hover. Undefined where there is none any more. */
export async function heatAlternative(
  source: HeatSource,
  {uri, token, alternative}: AlternativeChoice
): Promise<TriedAlternative | undefined> {
  const document = vscode.workspace.textDocuments.find((one) => one.uri.toString() === uri);
  const heat = document && source.heatOf(document);
  if (document === undefined || heat === undefined || token >= heat.scores.ids.length) return undefined;
  const {top} = await heat.expected.at(token, fullDetail);
  const known = top.find(({id}) => id === alternative);
  const piece = pieceOf(heat, token);
  if (known === undefined || piece === undefined) return undefined;
  const {scores, pieces} = heat;
  // Read now, because the document may have been edited meanwhile.
  const [start, end] = [pieces.starts[piece] ?? 0, pieces.ends[piece] ?? 0];
  // An edit has touched it.
  if (start === end) return undefined;
  const range = {uri: document.uri.toString(), start, end};
  const textOf = (from: number, to: number) =>
    document.getText(new vscode.Range(document.positionAt(from), document.positionAt(to)));
  const place = {
    ...range,
    title: titleOfRange(document, range),
    before: textOf(Math.max(0, start - nearLength), start),
    own: textOf(start, end),
    behind: textOf(end, end + nearLength),
    isWhole: (pieces.firstTokens[piece + 1] ?? scores.ids.length) - (pieces.firstTokens[piece] ?? 0) === 1,
    scored: scores,
    token
  };
  return new TriedAlternative(place, {id: known.id, logprob: known.logprob});
}

function pieceOf({pieces: {firstTokens, ends}}: Heat, token: number): number | undefined {
  const after = firstTokens.findIndex((first) => first > token);
  const piece = (after === -1 ? ends.length : after) - 1;
  return piece >= 0 && piece < ends.length ? piece : undefined;
}
