import * as vscode from "vscode";
import type {TokenInfo} from "../../contract/tokenInfo";
import type {Host} from "../../host/host";
import {LatestOnly} from "../../host/latestOnly";
import {escapeMarkdown} from "../../text/markdownText";
import {beforeShared, piecesOf} from "./strokes";
import {tokenHoverText} from "./tokenHoverText";

/** The part of the token boundaries that the hover needs. */
export interface BoundarySource {
  /** The offset of a position in a document whose tokens are painted; undefined for others. */
  offsetOf(document: vscode.TextDocument, position: vscode.Position): Promise<number | undefined>;
}

/** A token of the text, or several that share a character. */
interface FoundPiece {
  readonly ids: Int32Array;
  /** How many tokens of the document come before. */
  readonly first: number;
  readonly start: number;
  readonly end: number;
}

/** The hover over a painted token: what the vocabulary says about it. A selection has its own hover. */
export class TokenHover implements vscode.HoverProvider {
  private readonly latest = new LatestOnly();

  constructor(
    private readonly host: Host,
    private readonly source: BoundarySource
  ) {}

  async provideHover(
    document: vscode.TextDocument,
    position: vscode.Position,
    token: vscode.CancellationToken
  ): Promise<vscode.Hover | undefined> {
    if (isSelected(document, position)) return undefined;
    try {
      // A hover over another token cancels the requests of the last.
      return await this.latest.run(token, (own) => this.hoverOf(document, position, own));
    } catch (error) {
      if (error instanceof vscode.CancellationError) return undefined;
      return new vscode.Hover(escapeMarkdown(this.host.errors.describe(error)));
    }
  }

  private async hoverOf(
    document: vscode.TextDocument,
    position: vscode.Position,
    token: vscode.CancellationToken
  ): Promise<vscode.Hover | undefined> {
    const {version} = document;
    const offset = await this.source.offsetOf(document, position);
    const piece = offset === undefined ? undefined : await this.pieceAt(document, offset, token);
    if (offset === undefined || piece === undefined) return undefined;
    const infos = await this.infosOf(piece.ids, token);
    const parts = infos.flatMap(({merge}) => (merge === null ? [] : [merge.left, merge.right]));
    const [joined, {count}] = await Promise.all([
      this.infosOf(Int32Array.from(parts), token),
      this.host.documents.count(document, token)
    ]);
    if (token.isCancellationRequested || document.version !== version) return undefined;
    const markdown = tokenHoverText({
      tokens: infos,
      first: piece.first,
      count,
      joined: new Map(joined.map((info) => [info.id, info]))
    });
    const range = new vscode.Range(
      positionNear(document, position, piece.start - offset),
      positionNear(document, position, piece.end - offset)
    );
    // HTML, icons and commands are off by default.
    return new vscode.Hover(new vscode.MarkdownString(markdown), range);
  }

  private async pieceAt(
    document: vscode.TextDocument,
    offset: number,
    token: vscode.CancellationToken
  ): Promise<FoundPiece | undefined> {
    const {documents} = this.host;
    const {start: begins} = await documents.tokens(document, offset, offset + 1, token);
    const found = await documents.tokens(document, beforeShared(begins), offset + 1, token);
    const piece = piecesOf(found).find(({start, end}) => start <= offset && offset < end);
    if (piece === undefined) return undefined;
    const {firstToken, endToken, start, end} = piece;
    return {ids: found.ids.slice(firstToken, endToken), first: found.first + firstToken, start, end};
  }

  private async infosOf(ids: Int32Array, token: vscode.CancellationToken): Promise<readonly TokenInfo[]> {
    if (ids.length === 0) return [];
    const {engine, settings} = this.host;
    return await engine.request("tokenInfo", {model: settings.scoringModel(), ids}, {token});
  }
}

function isSelected(document: vscode.TextDocument, position: vscode.Position): boolean {
  return vscode.window.visibleTextEditors.some(
    (editor) => editor.document === document && editor.selections.some((one) => !one.isEmpty && one.contains(position))
  );
}

/** The position some units behind another, or before it. `offsetAt` would take long in a document of megabytes. */
function positionNear(
  document: vscode.TextDocument,
  {line, character}: vscode.Position,
  units: number
): vscode.Position {
  const endLength = document.eol === vscode.EndOfLine.CRLF ? 2 : 1;
  let [at, wanted] = [line, character + units];
  while (wanted < 0 && at > 0) wanted += document.lineAt(--at).text.length + endLength;
  for (;;) {
    const {length} = document.lineAt(at).text;
    if (wanted < length + endLength || at === document.lineCount - 1)
      return new vscode.Position(at, Math.max(0, Math.min(wanted, length)));
    wanted -= length + endLength;
    at++;
  }
}
