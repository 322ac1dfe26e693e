import * as vscode from "vscode";
import {linesNear} from "../../host/documents/linesNear";
import type {BucketName} from "../../metrics/buckets";
import {heatColour} from "./heatColour";
import type {MovingPieces} from "./movingPieces";
import {type Stroke, strokesOf} from "./strokes";

/** The lines under coloured tokens. package.json (contributes.colors) decides which themes show them. */
const lines = {
  p10: {borderStyle: "dotted", borderWidth: "0 0 2px"},
  p1: {borderStyle: "dashed", borderWidth: "0 0 2px"},
  p01: {borderStyle: "solid", borderWidth: "0 0 2px"},
  p0: {borderStyle: "solid", borderWidth: "0 0 3px"}
} as const;

type Coloured = keyof typeof lines;

export const colouredBuckets = Object.keys(lines) as readonly Coloured[];

/** Number of lines coloured above and below the visible ones, so that scrolling rarely shows plain lines. */
const linesAround = 100;

/** Of one editor, about, at most: more than a large screen holds, and set in some 2 ms (docs/decisions/views.md). */
const maxStrokes = 3000;

interface Decorations {
  readonly text: vscode.TextEditorDecorationType;
  readonly lineBreak: vscode.TextEditorDecorationType;
}

/** Colours the visible text of editors, and the lines around it, by surprisal. */
export class HeatColours implements vscode.Disposable {
  private readonly types: Readonly<Record<Coloured, Decorations>>;

  constructor() {
    const entries = colouredBuckets.map((name) => [name, decorations(name)] as const);
    this.types = Object.fromEntries(entries) as Record<Coloured, Decorations>;
  }

  /** Disposing a decoration type removes its colour from every editor. */
  dispose(): void {
    for (const {text, lineBreak} of Object.values(this.types)) {
      text.dispose();
      lineBreak.dispose();
    }
  }

  draw(editor: vscode.TextEditor, pieces: MovingPieces | undefined): void {
    const strokes = pieces === undefined ? [] : strokesNear(editor, pieces);
    const ranges = new Map<BucketName, {text: vscode.Range[]; lineBreak: vscode.Range[]}>();
    for (const name of colouredBuckets) ranges.set(name, {text: [], lineBreak: []});
    for (const {bucket, line, from, to} of strokes)
      ranges.get(bucket)?.[from === to ? "lineBreak" : "text"].push(new vscode.Range(line, from, line, to));
    for (const name of colouredBuckets) {
      editor.setDecorations(this.types[name].text, ranges.get(name)?.text ?? []);
      editor.setDecorations(this.types[name].lineBreak, ranges.get(name)?.lineBreak ?? []);
    }
  }
}

function decorations(name: Coloured): Decorations {
  const backgroundColor = new vscode.ThemeColor(`tokenscope.${heatColour(name, "Background")}`);
  const borderColor = new vscode.ThemeColor(`tokenscope.${heatColour(name, "Line")}`);
  // Syntax colours would not all be readable on these backgrounds.
  const color = new vscode.ThemeColor("tokenscope.heatmapForeground");
  const rangeBehavior = vscode.DecorationRangeBehavior.ClosedClosed;
  return {
    text: vscode.window.createTextEditorDecorationType({
      ...{backgroundColor, borderColor, color},
      ...lines[name],
      rangeBehavior
    }),
    // A line break has no character to colour: a sign is added for it.
    lineBreak: vscode.window.createTextEditorDecorationType({
      after: {backgroundColor, color, textDecoration: underline(name), contentText: "⏎"},
      rangeBehavior
    })
  };
}

/** The line under added signs. They can have a border only on all sides, so this one is an underline. */
function underline(name: Coloured): string {
  const {borderStyle, borderWidth} = lines[name];
  const width = borderWidth.slice(borderWidth.lastIndexOf(" ") + 1);
  return `underline ${borderStyle} ${width} var(--vscode-tokenscope-${heatColour(name, "Line")})`;
}

/** The strokes of the visible lines, and of lines near them up to the maximum. */
function strokesNear({document, visibleRanges}: vscode.TextEditor, pieces: MovingPieces): Stroke[] {
  const strokes: Stroke[] = [];
  const endLength = document.eol === vscode.EndOfLine.CRLF ? 2 : 1;
  const last = document.lineCount - 1;
  for (const number of linesNear(visibleRanges, last, linesAround)) {
    const start = document.offsetAt(new vscode.Position(number, 0));
    const {length} = document.lineAt(number).text;
    strokes.push(...strokesOf(pieces, {number, start, length, endLength: number < last ? endLength : 0}));
    if (strokes.length >= maxStrokes) break;
  }
  return strokes;
}
