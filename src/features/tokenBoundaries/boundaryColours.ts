import * as vscode from "vscode";
import type {Stroke} from "./strokes";

/** The lines under tokens. package.json (contributes.colors) decides which themes show them: those of high contrast. */
const lines = {
  even: {borderStyle: "solid", borderWidth: "0 0 2px"},
  odd: {borderStyle: "dotted", borderWidth: "0 0 2px"}
} as const;

type Parity = keyof typeof lines;

/** What VS Code draws, by parity: the text's tokens and the signs for line ends. */
interface Decorations {
  readonly text: vscode.TextEditorDecorationType;
  readonly lineBreak: vscode.TextEditorDecorationType;
}

/** Paints the tokens of editors in two alternating colours. */
export class BoundaryColours implements vscode.Disposable {
  private readonly types: Readonly<Record<Parity, Decorations>> = {even: decorations("even"), odd: decorations("odd")};
  /** Above tokens that share a character: they are painted as one, so their neighbours may have their colour. */
  private readonly shared = vscode.window.createTextEditorDecorationType({
    borderColor: new vscode.ThemeColor("tokenscope.sharedTokenLine"),
    borderStyle: "dotted",
    borderWidth: "2px 0 0",
    rangeBehavior: vscode.DecorationRangeBehavior.ClosedClosed
  });

  /** Disposing a decoration type removes its colour from every editor. */
  dispose(): void {
    for (const {text, lineBreak} of Object.values(this.types)) {
      text.dispose();
      lineBreak.dispose();
    }
    this.shared.dispose();
  }

  draw(editor: vscode.TextEditor, strokes: readonly Stroke[]): void {
    const ranges = {even: ranged(), odd: ranged()};
    const shared: vscode.Range[] = [];
    for (const stroke of strokes) {
      const range = new vscode.Range(stroke.line, stroke.from, stroke.line, stroke.to);
      ranges[stroke.odd ? "odd" : "even"][range.isEmpty ? "lineBreak" : "text"].push(range);
      if (stroke.shared && !range.isEmpty) shared.push(range);
    }
    for (const parity of ["even", "odd"] as const) {
      editor.setDecorations(this.types[parity].text, ranges[parity].text);
      editor.setDecorations(this.types[parity].lineBreak, ranges[parity].lineBreak);
    }
    editor.setDecorations(this.shared, shared);
  }
}

function ranged(): {readonly text: vscode.Range[]; readonly lineBreak: vscode.Range[]} {
  return {text: [], lineBreak: []};
}

/** The line under added signs. They can have a border only on all sides, so this one is an underline. */
function underline(parity: Parity): string {
  const {borderStyle, borderWidth} = lines[parity];
  const width = borderWidth.slice(borderWidth.lastIndexOf(" ") + 1);
  return `underline ${borderStyle} ${width} var(--vscode-tokenscope-${parity}TokenLine)`;
}

function decorations(parity: Parity): Decorations {
  const backgroundColor = new vscode.ThemeColor(`tokenscope.${parity}TokenBackground`);
  const borderColor = new vscode.ThemeColor(`tokenscope.${parity}TokenLine`);
  const rangeBehavior = vscode.DecorationRangeBehavior.ClosedClosed;
  const {borderStyle, borderWidth} = lines[parity];
  return {
    text: vscode.window.createTextEditorDecorationType({
      ...{backgroundColor, borderColor, borderStyle, borderWidth},
      rangeBehavior
    }),
    // A line end has no character to paint: a sign is added for it.
    lineBreak: vscode.window.createTextEditorDecorationType({
      after: {
        backgroundColor,
        color: new vscode.ThemeColor("editorLineNumber.foreground"),
        textDecoration: underline(parity),
        contentText: "⏎"
      },
      rangeBehavior
    })
  };
}
