import * as vscode from "vscode";
import {linesNear} from "../../host/documents/linesNear";
import {decimal} from "../../text/numberText";
import type {Heat} from "./heat";
import {type ColouredLevel, colouredLevels, heatColour} from "./heatColour";
import {lineBitsPerByte} from "./lineFigures";
import {type Line, type Stroke, strokesOf} from "./strokes";

/** The lines under coloured tokens. package.json (contributes.colors) decides which themes show them. */
const lines: Readonly<Record<ColouredLevel, {readonly borderStyle: string; readonly borderWidth: string}>> = {
  1: {borderStyle: "dotted", borderWidth: "0 0 2px"},
  2: {borderStyle: "dashed", borderWidth: "0 0 2px"},
  3: {borderStyle: "solid", borderWidth: "0 0 2px"},
  4: {borderStyle: "solid", borderWidth: "0 0 3px"}
};

/** Number of lines coloured above and below the visible ones, so that scrolling rarely shows plain lines. */
const linesAround = 100;

/** Of one editor, about, at most: more than a large screen holds, and set in some 2 ms (docs/decisions/views.md). */
const maxStrokes = 3000;

interface Decorations {
  readonly text: vscode.TextEditorDecorationType;
  readonly lineBreak: vscode.TextEditorDecorationType;
}

/** Colours the visible text of editors, and the lines around it, by the levels of tokens. */
export class HeatColours implements vscode.Disposable {
  private readonly types: Readonly<Record<ColouredLevel, Decorations>>;
  private readonly mark = vscode.window.createTextEditorDecorationType({
    overviewRulerColor: new vscode.ThemeColor(`tokenscope.${heatColour(4, "Line")}`),
    overviewRulerLane: vscode.OverviewRulerLane.Center,
    rangeBehavior: vscode.DecorationRangeBehavior.ClosedClosed
  });
  private readonly figure: vscode.TextEditorDecorationType;

  constructor() {
    let types = levelDecorations();
    let figure = figureDecoration();
    // VS Code orders what stands at one place by the types' keys, as texts: behind "…9", "…10" would come first. Figures are to stand
    // behind the sign for the line break. After the number that has one more digit, types made one after the other are in order.
    if (colouredLevels.some((level) => types[level].lineBreak.key > figure.key)) {
      for (const level of colouredLevels) disposeBoth(types[level]);
      figure.dispose();
      types = levelDecorations();
      figure = figureDecoration();
    }
    this.types = types;
    this.figure = figure;
  }

  /** Disposing a decoration type removes its colour from every editor. */
  dispose(): void {
    for (const level of colouredLevels) disposeBoth(this.types[level]);
    this.mark.dispose();
    this.figure.dispose();
  }

  draw(editor: vscode.TextEditor, heat: Heat | undefined, showsFigures: boolean): void {
    const near = heat === undefined ? [] : linesOf(editor);
    const ranges = new Map<ColouredLevel, {text: vscode.Range[]; lineBreak: vscode.Range[]}>();
    for (const level of colouredLevels) ranges.set(level, {text: [], lineBreak: []});
    const strokes = heat === undefined ? [] : strokesNear(near, heat);
    for (const {level, line, from, to} of strokes)
      ranges.get(level)?.[from === to ? "lineBreak" : "text"].push(new vscode.Range(line, from, line, to));
    for (const level of colouredLevels) {
      editor.setDecorations(this.types[level].text, ranges.get(level)?.text ?? []);
      editor.setDecorations(this.types[level].lineBreak, ranges.get(level)?.lineBreak ?? []);
    }
    editor.setDecorations(this.mark, heat === undefined ? [] : marksOf(editor, heat));
    editor.setDecorations(this.figure, heat && showsFigures ? figuresOf(editor, near, heat) : []);
  }
}

function levelDecorations(): Record<ColouredLevel, Decorations> {
  return {1: decorations(1), 2: decorations(2), 3: decorations(3), 4: decorations(4)};
}

function disposeBoth({text, lineBreak}: Decorations): void {
  text.dispose();
  lineBreak.dispose();
}

function figureDecoration(): vscode.TextEditorDecorationType {
  return vscode.window.createTextEditorDecorationType({
    after: {color: new vscode.ThemeColor("editorCodeLens.foreground"), margin: "0 0 0 3em"},
    rangeBehavior: vscode.DecorationRangeBehavior.ClosedClosed
  });
}

function decorations(level: ColouredLevel): Decorations {
  const backgroundColor = new vscode.ThemeColor(`tokenscope.${heatColour(level, "Background")}`);
  const borderColor = new vscode.ThemeColor(`tokenscope.${heatColour(level, "Line")}`);
  // Syntax colours would not all be readable on these backgrounds.
  const color = new vscode.ThemeColor("tokenscope.heatmapForeground");
  const rangeBehavior = vscode.DecorationRangeBehavior.ClosedClosed;
  return {
    text: vscode.window.createTextEditorDecorationType({
      ...{backgroundColor, borderColor, color},
      ...lines[level],
      rangeBehavior
    }),
    // A line break has no character to colour: a sign is added for it.
    lineBreak: vscode.window.createTextEditorDecorationType({
      after: {backgroundColor, color, textDecoration: underline(level), contentText: "⏎"},
      rangeBehavior
    })
  };
}

/** The line under added signs. They can have a border only on all sides, so this one is an underline. */
function underline(level: ColouredLevel): string {
  const {borderStyle, borderWidth} = lines[level];
  const width = borderWidth.slice(borderWidth.lastIndexOf(" ") + 1);
  return `underline ${borderStyle} ${width} var(--vscode-tokenscope-${heatColour(level, "Line")})`;
}

/** The visible lines, then those near them. */
function linesOf({document, visibleRanges}: vscode.TextEditor): Line[] {
  const endLength = document.eol === vscode.EndOfLine.CRLF ? 2 : 1;
  const last = document.lineCount - 1;
  return Array.from(linesNear(visibleRanges, last, linesAround), (number) => {
    const start = document.offsetAt(new vscode.Position(number, 0));
    const {length} = document.lineAt(number).text;
    return {number, start, length, endLength: number < last ? endLength : 0};
  });
}

/** The strokes of lines, up to the maximum. */
function strokesNear(near: readonly Line[], heat: Heat): Stroke[] {
  const strokes: Stroke[] = [];
  for (const line of near) {
    strokes.push(...strokesOf(heat, line));
    if (strokes.length >= maxStrokes) break;
  }
  return strokes;
}

/** The places of the marks in the overview ruler, without what an edit touched. */
function marksOf({document}: vscode.TextEditor, {marks, pieces: {starts, ends}}: Heat): vscode.Range[] {
  return marks.flatMap((piece) => {
    const [start, end] = [starts[piece] ?? 0, ends[piece] ?? 0];
    return end > start ? [new vscode.Range(document.positionAt(start), document.positionAt(end))] : [];
  });
}

/** The figures behind lines. */
function figuresOf({document}: vscode.TextEditor, near: readonly Line[], heat: Heat): vscode.DecorationOptions[] {
  return near.flatMap((line) => {
    const value = lineBitsPerByte(heat, document.lineAt(line.number).text, line);
    if (value === null) return [];
    const contentText = vscode.l10n.t("{0} bits/byte", decimal(value, 2));
    const range = new vscode.Range(line.number, line.length, line.number, line.length);
    return [{range, renderOptions: {after: {contentText}}}];
  });
}
