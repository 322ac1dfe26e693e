import * as vscode from "vscode";
import {lineBreak} from "../../completion/lines";

/** Max UTF-16 units that are drawn. */
const maxLength = 300;

/**
 * A text at the cursor, drawn as ghost text while a list is in front: VS Code shows real ghost text in the editor with the focus only.
 * A decoration has one line.
 */
export class GhostPreview implements vscode.Disposable {
  private readonly type = vscode.window.createTextEditorDecorationType({
    after: {color: new vscode.ThemeColor("editorGhostText.foreground"), fontStyle: "italic"}
  });

  constructor(
    private readonly editor: vscode.TextEditor,
    private readonly position: vscode.Position
  ) {}

  /** "" draws nothing. */
  show(text: string): void {
    const [first = "", ...more] = text.split(lineBreak);
    const contentText = `${first.slice(0, maxLength).toWellFormed()}${more.length > 0 ? " ↵" : ""}`;
    const range = new vscode.Range(this.position, this.position);
    this.editor.setDecorations(this.type, text === "" ? [] : [{range, renderOptions: {after: {contentText}}}]);
  }

  dispose(): void {
    this.type.dispose();
  }
}
