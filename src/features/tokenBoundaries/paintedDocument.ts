import path from "node:path";
import {setImmediate} from "node:timers/promises";
import * as vscode from "vscode";
import {LineStarts} from "../../host/documents/lineStarts";
import type {Host} from "../../host/host";
import {HostError} from "../../host/hostError";
import type {BoundaryColours} from "./boundaryColours";
import {runsOf, type ShownPart, shownParts} from "./shownParts";
import {beforeShared, type LinePart, type Stroke, strokesOf} from "./strokes";

/** Tokens are painted this long after an edit or after scrolling (ms). Until then VS Code moves the paint with the text. */
const paintDelay = 30;

/** Of one editor: set in some milliseconds. */
const maxStrokes = 6000;

/** What a document's painting tells those who show its state. */
export interface PaintEvents {
  onStart(): void;
  /** Not called where the next painting follows at once. */
  onEnd(): void;
  onError(error: unknown): void;
}

/** A visible document whose tokens are painted, in each of its editors. */
export class PaintedDocument implements vscode.Disposable {
  readonly lineStarts: LineStarts;
  private readonly closed = new vscode.CancellationTokenSource();
  private timer: NodeJS.Timeout | undefined;
  private isPainting = false;
  /** Something changed since the painting that runs began. */
  private isStale = false;

  constructor(
    private readonly host: Pick<Host, "documents" | "settings">,
    readonly document: vscode.TextDocument,
    private readonly colours: BoundaryColours,
    private readonly events: PaintEvents
  ) {
    this.lineStarts = new LineStarts(document);
  }

  dispose(): void {
    clearTimeout(this.timer);
    this.closed.cancel();
  }

  /** Paints soon. A painting that runs is never cut short: while someone types or scrolls without a pause, none would end. */
  schedule(): void {
    this.isStale = this.isPainting;
    if (this.isPainting || this.closed.token.isCancellationRequested) return;
    this.timer ??= setTimeout(() => void this.paint(), paintDelay);
  }

  clear(): void {
    for (const editor of this.editors()) this.colours.draw(editor, []);
  }

  private async paint(): Promise<void> {
    this.timer = undefined;
    this.isPainting = true;
    this.events.onStart();
    try {
      for (const editor of this.editors()) {
        await this.paintEditor(editor);
        // One editor per turn of the event loop, because each has many decorations.
        await setImmediate();
        if (this.closed.token.isCancellationRequested) return;
      }
    } catch (error) {
      if (!this.closed.token.isCancellationRequested) this.events.onError(error);
      return;
    } finally {
      this.isPainting = false;
      if (this.isStale) this.schedule();
    }
    if (this.timer === undefined) this.events.onEnd();
  }

  private async paintEditor(editor: vscode.TextEditor): Promise<void> {
    const {document} = this;
    const {version} = document;
    const parts = shownParts(document, editor.visibleRanges);
    const strokes: Stroke[] = [];
    for (const run of runsOf(parts)) {
      const lines = await this.linesOf(run);
      const [first, last] = [lines?.[0], lines?.at(-1)];
      if (lines === undefined || first === undefined || last === undefined) return;
      const start = beforeShared(first.start + first.from);
      const end = last.start + last.to + last.endLength;
      const tokens = await this.host.documents.tokens(document, start, end, this.closed.token);
      if (this.closed.token.isCancellationRequested) return;
      if (tokens.ends === null) throw noSpans(this.host);
      // The next painting is due already.
      if (document.version !== version) return;
      strokes.push(...strokesOf(tokens, lines));
    }
    this.colours.draw(editor, nearest(strokes, parts));
  }

  /** Undefined where the document was edited meanwhile. */
  private async linesOf(run: readonly ShownPart[]): Promise<LinePart[] | undefined> {
    const {document, lineStarts} = this;
    const [first] = run;
    const {version} = document;
    let start = first && (await lineStarts.of(first.line));
    if (start === undefined || document.version !== version) return undefined;
    const lines: LinePart[] = [];
    const endLength = document.eol === vscode.EndOfLine.CRLF ? 2 : 1;
    for (const {line, from, to, isWhole} of run) {
      const ends = isWhole && line < document.lineCount - 1;
      lines.push({number: line, start, from, to, endLength: ends ? endLength : 0});
      start += to + endLength;
    }
    return lines;
  }

  private editors(): vscode.TextEditor[] {
    return vscode.window.visibleTextEditors.filter(({document}) => document === this.document);
  }
}

function noSpans({settings}: Pick<Host, "settings">): HostError {
  return new HostError(
    "noSpans",
    vscode.l10n.t(
      'The tokenizer of "{0}" rewrites text, so its tokens have no positions in it: choose another model to see token boundaries.',
      path.basename(settings.scoringModel().path)
    )
  );
}

/** As many strokes as are painted, those of the nearest lines. */
function nearest(strokes: readonly Stroke[], parts: readonly ShownPart[]): readonly Stroke[] {
  if (strokes.length <= maxStrokes) return strokes;
  const places = new Map(parts.map(({line}, place) => [line, place]));
  const placeOf = ({line}: Stroke): number => places.get(line) ?? 0;
  return [...strokes].sort((a, b) => placeOf(a) - placeOf(b)).slice(0, maxStrokes);
}
