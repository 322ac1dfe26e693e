import * as vscode from "vscode";
import {isIntendedRow} from "./staleClick";

/** Milliseconds between two redraws while the list grows. */
const redrawInterval = 150;

/** Runs after the list is closed. */
export type Act = () => PromiseLike<void> | void;

export interface Row extends vscode.QuickPickItem {
  /** The same for the same row after a redraw. A separator has none. */
  readonly key?: string;
  readonly act?: Act;
  readonly buttons?: readonly RowButton[];
}

export interface RowButton extends vscode.QuickInputButton {
  readonly act: Act;
  /** The list stays, and is drawn again behind the act. */
  readonly keepsOpen?: boolean;
}

/** What a list shows that can be used while it is still being filled. */
export interface StreamingList {
  /** Title and buttons may change with each drawing. */
  readonly title: string;
  readonly placeholder: string;
  readonly buttons: readonly RowButton[];
  /** The rows as they are now. */
  rows(complete: boolean): readonly Row[];
  /** Resolves when all rows are known. Calls back when there are new ones. */
  fill(signal: AbortSignal, onMore: () => void): Promise<void>;
  /** Filling has failed; the list stays open as it is. */
  onError(error: unknown): void;
  /** The person has moved to another row. */
  onActive?(row: Row | undefined): void;
}

/** Shows a list while it is being filled. Resolves when it is closed, with what was chosen; undefined: nothing was. */
export async function showStreamingQuickPick(list: StreamingList): Promise<Act | undefined> {
  const shown = new ShownList(list);
  try {
    return await shown.choice();
  } finally {
    shown.dispose();
  }
}

class ShownList implements vscode.Disposable {
  private readonly pick = vscode.window.createQuickPick<Row>();
  private readonly filling = new AbortController();
  private readonly subscriptions: vscode.Disposable[] = [];
  private timer: NodeJS.Timeout | undefined;
  /** The rows of the drawing before the last one. */
  private before: readonly Row[] = [];
  private drawnAt = Number.NEGATIVE_INFINITY;

  constructor(private readonly list: StreamingList) {
    const {pick} = this;
    pick.placeholder = list.placeholder;
    pick.matchOnDescription = true;
    pick.matchOnDetail = true;
    pick.keepScrollPosition = true;
    pick.busy = true;
  }

  dispose(): void {
    this.filling.abort();
    clearTimeout(this.timer);
    vscode.Disposable.from(...this.subscriptions, this.pick).dispose();
  }

  /** Shows and fills the list, and resolves when it is closed. */
  choice(): Promise<Act | undefined> {
    const {pick} = this;
    const closed = new Promise<Act | undefined>((resolve) => {
      this.subscriptions.push(
        pick.onDidAccept(() => {
          const [row] = pick.selectedItems;
          if (row === undefined) return;
          if (this.isIntended(row)) resolve(row.act);
          // VS Code does not report a second click on a row that is still selected.
          else pick.selectedItems = [];
        }),
        pick.onDidTriggerButton((button) => {
          const {act, keepsOpen} = button as RowButton;
          if (keepsOpen !== true) return resolve(act);
          void act();
          this.draw();
        }),
        pick.onDidTriggerItemButton(({item, button}) => {
          if (this.isIntended(item)) resolve((button as RowButton).act);
        }),
        pick.onDidHide(() => resolve(undefined))
      );
      if (this.list.onActive !== undefined)
        this.subscriptions.push(pick.onDidChangeActive(([row]) => this.list.onActive?.(row)));
    });
    this.draw();
    pick.show();
    void this.fill();
    return closed;
  }

  private async fill(): Promise<void> {
    const {list, filling, pick} = this;
    try {
      await list.fill(filling.signal, () => {
        this.timer ??= setTimeout(() => this.draw(), redrawInterval);
      });
    } catch (error) {
      if (!filling.signal.aborted) list.onError(error);
    }
    if (filling.signal.aborted) return;
    pick.busy = false;
    this.draw();
  }

  private draw(): void {
    const {pick, list} = this;
    clearTimeout(this.timer);
    this.timer = undefined;
    if (this.filling.signal.aborted) return;
    pick.title = list.title;
    pick.buttons = list.buttons;
    const active = pick.activeItems[0]?.key;
    const rows = list.rows(!pick.busy);
    this.before = pick.items.length === 0 ? rows : pick.items;
    this.drawnAt = performance.now();
    pick.items = rows;
    // VS Code makes the first row active again: restore the row that the user had moved to.
    const same = rows.find(({key}) => key !== undefined && key === active);
    if (same !== undefined && same !== rows.find(({key}) => key !== undefined)) pick.activeItems = [same];
  }

  private isIntended(row: Row): boolean {
    return isIntendedRow(row, this.pick.items, this.before, performance.now() - this.drawnAt);
  }
}

/** A heading between rows. */
export function separator(label: string): Row {
  return {label, kind: vscode.QuickPickItemKind.Separator};
}
