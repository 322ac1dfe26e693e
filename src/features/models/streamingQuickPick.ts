import * as vscode from "vscode";
import {isMeant} from "./staleClick";

/** Milliseconds between two looks at a list that fills: each one draws it anew. */
const redraw = 150;

/** What is done once the list is closed. */
export type Act = () => PromiseLike<void> | void;

export interface Row extends vscode.QuickPickItem {
  /** The same for the same row of a later look; a separator has none. */
  readonly key?: string;
  readonly act?: Act;
  readonly buttons?: readonly RowButton[];
}

export interface RowButton extends vscode.QuickInputButton {
  readonly act: Act;
}

export interface FillingList {
  readonly title: string;
  readonly placeholder: string;
  readonly buttons: readonly RowButton[];
  /** What there is to see now. */
  rows(complete: boolean): readonly Row[];
  /** Works until all is there, and calls back whenever there is more. */
  fill(signal: AbortSignal, onMore: () => void): Promise<void>;
  /** Filling went wrong: the list stays as it is. */
  onError(error: unknown): void;
}

/** Shows a list that can be used while it fills. Resolves when it is closed, with what was chosen; undefined: nothing was. */
export async function showFillingList(list: FillingList): Promise<Act | undefined> {
  const pick = vscode.window.createQuickPick<Row>();
  pick.title = list.title;
  pick.placeholder = list.placeholder;
  pick.buttons = list.buttons;
  pick.matchOnDescription = true;
  pick.matchOnDetail = true;
  pick.keepScrollPosition = true;
  pick.busy = true;

  const filling = new AbortController();
  let timer: NodeJS.Timeout | undefined;
  let before: readonly Row[] = [];
  let drawnAt = Number.NEGATIVE_INFINITY;
  const draw = () => {
    clearTimeout(timer);
    timer = undefined;
    if (filling.signal.aborted) return;
    const active = pick.activeItems[0]?.key;
    const rows = list.rows(!pick.busy);
    before = pick.items.length === 0 ? rows : pick.items;
    drawnAt = performance.now();
    pick.items = rows;
    // A list that is drawn anew begins at its top: who has gone down in it stays where they are.
    const same = rows.find(({key}) => key !== undefined && key === active);
    if (same !== undefined && same !== rows.find(({key}) => key !== undefined)) pick.activeItems = [same];
  };
  const wasSeen = (row: Row) => isMeant(row, pick.items, before, performance.now() - drawnAt);
  const complete = () => {
    if (filling.signal.aborted) return;
    pick.busy = false;
    draw();
  };

  const subscriptions: vscode.Disposable[] = [];
  try {
    const closed = new Promise<Act | undefined>((resolve) => {
      subscriptions.push(
        pick.onDidAccept(() => {
          const [row] = pick.selectedItems;
          if (row !== undefined && wasSeen(row)) resolve(row.act);
        }),
        pick.onDidTriggerButton((button) => resolve((button as RowButton).act)),
        pick.onDidTriggerItemButton(({item, button}) => {
          if (wasSeen(item)) resolve((button as RowButton).act);
        }),
        pick.onDidHide(() => resolve(undefined))
      );
    });
    draw();
    pick.show();
    void list
      .fill(filling.signal, () => {
        timer ??= setTimeout(draw, redraw);
      })
      .catch((error: unknown) => {
        if (!filling.signal.aborted) list.onError(error);
      })
      .finally(complete);
    return await closed;
  } finally {
    filling.abort();
    clearTimeout(timer);
    vscode.Disposable.from(...subscriptions, pick).dispose();
  }
}

/** A heading between rows. */
export function separator(label: string): Row {
  return {label, kind: vscode.QuickPickItemKind.Separator};
}
