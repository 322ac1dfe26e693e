import type * as vscode from "vscode";

interface Panel extends vscode.Disposable {
  readonly onDidDispose: vscode.Event<void>;
}

/** The one panel of a view: another one takes its place. */
export class SinglePanel<One extends Panel> implements vscode.Disposable {
  private one: One | undefined;

  /** Undefined while none is open. */
  get opened(): One | undefined {
    return this.one;
  }

  keep(opened: One): One {
    this.one?.dispose();
    this.one = opened;
    opened.onDidDispose(() => {
      if (this.one === opened) this.one = undefined;
    });
    return opened;
  }

  dispose(): void {
    this.one?.dispose();
  }
}
