import {strict as assert} from "node:assert";
import * as vscode from "vscode";
import {type Row, showStreamingQuickPick} from "../../src/host/streamingQuickPick";

const nothing = (): vscode.Disposable => ({dispose: () => undefined});

/** A list whose first row is clicked at the moment in which the rows change. */
class ClickedWhileItChanges {
  selectedItems: readonly Row[] = [];
  activeItems: readonly Row[] = [];
  accept = (): void => undefined;
  hide = (): void => undefined;
  onDidTriggerButton = nothing;
  onDidTriggerItemButton = nothing;
  show = (): void => undefined;
  dispose = (): void => undefined;
  private rows: readonly Row[] = [];

  get items(): readonly Row[] {
    return this.rows;
  }

  set items(rows: readonly Row[]) {
    const changes = this.rows.length > 0;
    this.rows = rows;
    if (changes) this.click();
  }

  onDidAccept(accept: () => void): vscode.Disposable {
    this.accept = accept;
    return nothing();
  }

  onDidHide(hide: () => void): vscode.Disposable {
    this.hide = hide;
    return nothing();
  }

  private click(): void {
    this.selectedItems = this.rows.slice(0, 1);
    this.accept();
    this.hide();
  }
}

describe("A list that is filled while it is shown", () => {
  const {createQuickPick} = vscode.window;
  afterEach(() => Object.assign(vscode.window, {createQuickPick}));

  it("can be clicked again where a click came just as it changed", async () => {
    const list = new ClickedWhileItChanges();
    Object.assign(vscode.window, {createQuickPick: () => list});
    const first = {key: "first", label: "first", act: () => undefined};
    const newer = {key: "newer", label: "newer", act: () => undefined};
    let rows: readonly Row[] = [first];
    const chosen = await showStreamingQuickPick({
      title: "",
      placeholder: "",
      buttons: [],
      rows: () => rows,
      async fill(signal, onMore) {
        rows = [newer, first];
        onMore();
        await new Promise((resolve) => signal.addEventListener("abort", resolve));
      },
      onError: (error) => assert.fail(String(error))
    });
    assert.equal(chosen, undefined);
    // VS Code reports no click on a row that is selected already.
    assert.deepEqual(list.selectedItems, []);
  });
});
