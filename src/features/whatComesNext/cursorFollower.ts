import * as vscode from "vscode";
import {isToolDocument} from "../../host/documents/toolDocument";

/** Milliseconds without a move of the cursor or an edit: keys that are held repeat about every 30. */
const pause = 80;

/** Follows the cursor of the active text editor. While a view has the focus, that of the editor that had it last. */
export class CursorFollower implements vscode.Disposable {
  private editor: vscode.TextEditor | undefined;
  private timer: ReturnType<typeof setTimeout> | undefined;
  private readonly listening: vscode.Disposable;

  constructor(private readonly onPause: () => void) {
    const {window, workspace} = vscode;
    this.listening = vscode.Disposable.from(
      window.onDidChangeActiveTextEditor(() => this.soon(0)),
      window.onDidChangeVisibleTextEditors(() => this.soon(0)),
      window.onDidChangeTextEditorSelection(({textEditor}) => textEditor === this.current && this.soon(pause)),
      workspace.onDidChangeTextDocument(({document}) => document === this.editor?.document && this.soon(pause))
    );
  }

  /** The editor whose cursor counts; undefined if there is none. */
  get current(): vscode.TextEditor | undefined {
    const {activeTextEditor, visibleTextEditors} = vscode.window;
    const usable = visibleTextEditors.filter(({document}) => !isToolDocument(document));
    if (activeTextEditor && usable.includes(activeTextEditor)) this.editor = activeTextEditor;
    else if (!this.editor || !usable.includes(this.editor)) this.editor = usable[0];
    return this.editor;
  }

  dispose(): void {
    clearTimeout(this.timer);
    this.listening.dispose();
  }

  private soon(delay: number): void {
    clearTimeout(this.timer);
    this.timer = setTimeout(this.onPause, delay);
  }
}
