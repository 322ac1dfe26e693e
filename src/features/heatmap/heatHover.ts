import * as vscode from "vscode";
import type {Scores} from "../../contract/scoring";
import {commandId} from "../../host/commands";
import type {Host} from "../../host/host";
import {LatestOnly} from "../../host/latestOnly";
import {commandLink} from "../../host/runCommand";
import type {AlternativeChoice} from "../../host/triedAlternative";
import {shortLabel, tokenLabel} from "../../text/tokenLabel";
import {visibleText} from "../../text/visibleText";
import type {Heat} from "./heat";
import {type AboutPiece, hoverText, type ShownToken} from "./hoverText";

/** The part of the heatmap that the hover needs. */
export interface HeatSource {
  heatOf(document: vscode.TextDocument): Heat | undefined;
}

/** Maximum alternatives that a hover shows without scrolling, with the actual token among them. */
const maxAlternatives = 5;

/** The hover over a token of the heatmap: its scores, and what the model expected. */
export class HeatHover implements vscode.HoverProvider {
  private readonly latest = new LatestOnly();

  constructor(
    private readonly host: Pick<Host, "errors">,
    private readonly source: HeatSource
  ) {}

  async provideHover(
    document: vscode.TextDocument,
    position: vscode.Position,
    token: vscode.CancellationToken
  ): Promise<vscode.Hover | undefined> {
    const heat = this.source.heatOf(document);
    const piece = heat?.pieces.at(document.offsetAt(position));
    if (heat === undefined || piece === undefined) return undefined;
    // Read before the first await, because the document may be edited meanwhile.
    const {starts, ends, logprobs} = heat.pieces;
    const range = new vscode.Range(document.positionAt(starts[piece] ?? 0), document.positionAt(ends[piece] ?? 0));
    const about = {tokens: tokensOf(heat, piece, document.getText(range)), logprob: logprobs[piece] ?? Number.NaN};
    const more = await this.expectedAt(document, heat, piece, about.tokens, token);
    // The hover was cancelled.
    if (more === undefined) return undefined;
    // HTML, icons and all other commands are off by default.
    const markdown = new vscode.MarkdownString(hoverText({...about, ...more}));
    markdown.isTrusted = {enabledCommands: [commandId("tryAlternative")]};
    return new vscode.Hover(markdown, range);
  }

  /** What the model expected, or why this is unknown. Undefined if the hover was cancelled. */
  private async expectedAt(
    {uri}: vscode.TextDocument,
    {scores, expected, pieces}: Heat,
    piece: number,
    tokens: readonly ShownToken[],
    token: vscode.CancellationToken
  ): Promise<Pick<AboutPiece, "expected" | "note"> | undefined> {
    if (tokens.some(({logprob}) => Number.isNaN(logprob))) return {note: whyUnscored(scores)};
    const note = pieces.edited ? vscode.l10n.t("Scored before the last edit.") : undefined;
    // If the piece has several tokens, ask about the most surprising one.
    const asked = tokens.reduce((most, one) => (one.logprob < most.logprob ? one : most));
    const position = (pieces.firstTokens[piece] ?? 0) + tokens.indexOf(asked);
    try {
      // A hover over another token cancels the last request.
      const {rank, entropy, top} = await this.latest.run(token, (own) =>
        expected.at(position, maxAlternatives, {token: own})
      );
      const shown = top.map(({id, text, logprob}) => ({id, label: shortLabel(visibleText(text)), logprob}));
      const linkTo = (label: string, alternative: number) =>
        tryLink(label, {uri: uri.toString(), token: position, alternative});
      return {expected: {token: asked, rank, entropy, top: shown, linkTo}, note};
    } catch (error) {
      if (token.isCancellationRequested) return undefined;
      return {note: error instanceof vscode.CancellationError ? note : this.host.errors.describe(error)};
    }
  }
}

function tryLink(label: string, choice: AlternativeChoice): string {
  return commandLink(label, "tryAlternative", vscode.l10n.t("Try This Instead"), choice);
}

/** The tokens of a piece, with labels cut from its text. */
function tokensOf({scores, pieces}: Heat, piece: number, text: string): ShownToken[] {
  const bytes = new TextEncoder().encode(text);
  const {ids, ends, logprobs} = scores;
  const first = pieces.firstTokens[piece] ?? 0;
  const end = pieces.firstTokens[piece + 1] ?? first;
  const start = ends?.[first - 1] ?? 0;
  return Array.from(ids.subarray(first, end), (id, index) => {
    const from = (ends?.[first + index - 1] ?? 0) - start;
    const to = (ends?.[first + index] ?? 0) - start;
    return {id, label: tokenLabel(bytes.subarray(from, to)), logprob: logprobs[first + index] ?? Number.NaN};
  });
}

function whyUnscored({finished, windowing: {bos}}: Scores): string {
  if (!finished) return vscode.l10n.t("Scoring was stopped before it came to this token.");
  return bos
    ? vscode.l10n.t("The model has no score for this token.")
    : vscode.l10n.t("Nothing stands before it, and this model has no token for the beginning of a text.");
}
