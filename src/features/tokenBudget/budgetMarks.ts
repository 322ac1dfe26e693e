import * as vscode from "vscode";
import {endText} from "./budgetTexts";
import type {BudgetWatch} from "./budgetWatch";

const line = new vscode.ThemeColor("tokenscope.budgetLine");

/** In the gutter. VS Code knows no theme colours there, only light and dark. */
function gutterLine(colour: string): vscode.Uri {
  const svg = `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 16 16"><path fill="${colour}" d="M2 7h12v2H2z"/></svg>`;
  return vscode.Uri.parse(`data:image/svg+xml;base64,${Buffer.from(svg).toString("base64")}`);
}

interface Types {
  readonly end: vscode.TextEditorDecorationType;
  readonly text: vscode.TextEditorDecorationType;
}

/** Marks in the visible editors where the budget ends: a line in the gutter and in the text, and a faint text behind. */
export class BudgetMarks implements vscode.Disposable {
  private types: Types | undefined;
  private readonly subscriptions: vscode.Disposable;

  constructor(private readonly watch: BudgetWatch) {
    this.subscriptions = vscode.Disposable.from(
      watch.onDidChange(() => this.draw()),
      vscode.window.onDidChangeVisibleTextEditors(() => this.draw())
    );
    this.draw();
  }

  dispose(): void {
    this.subscriptions.dispose();
    this.remove();
  }

  private draw(): void {
    const editors = vscode.window.visibleTextEditors;
    if (editors.every(({document}) => this.watch.overOf(document) === undefined)) this.remove();
    else for (const editor of editors) this.drawIn(editor);
  }

  private drawIn(editor: vscode.TextEditor): void {
    this.types ??= createTypes();
    const {end, text} = this.types;
    const {document} = editor;
    const over = this.watch.overOf(document);
    // Edited since: VS Code moves what is there, until the new place is known.
    if (over !== undefined && over.version !== document.version) return;
    if (over === undefined || over.end === null) {
      editor.setDecorations(end, []);
      editor.setDecorations(text, []);
      return;
    }
    const lineEnd = document.lineAt(over.end.line).range.end;
    editor.setDecorations(end, [new vscode.Range(over.end, over.end)]);
    editor.setDecorations(text, [
      {
        range: new vscode.Range(lineEnd, lineEnd),
        renderOptions: {after: {contentText: endText(over.count, over.budget)}}
      }
    ]);
  }

  /** Disposing a decoration type removes it from every editor. */
  private remove(): void {
    this.types?.end.dispose();
    this.types?.text.dispose();
    this.types = undefined;
  }
}

function createTypes(): Types {
  const rangeBehavior = vscode.DecorationRangeBehavior.ClosedClosed;
  return {
    end: vscode.window.createTextEditorDecorationType({
      // No wider than its border, which the margin takes back: the text stays where it is.
      before: {contentText: "\u200b", border: "solid 1px", borderColor: line, margin: "0 -1px"},
      dark: {gutterIconPath: gutterLine("#CCA700")},
      light: {gutterIconPath: gutterLine("#BF8803")},
      gutterIconSize: "contain",
      overviewRulerColor: line,
      overviewRulerLane: vscode.OverviewRulerLane.Right,
      rangeBehavior
    }),
    text: vscode.window.createTextEditorDecorationType({
      after: {
        color: new vscode.ThemeColor("tokenscope.budgetForeground"),
        fontStyle: "italic",
        margin: "0 0 0 2em"
      },
      rangeBehavior
    })
  };
}
