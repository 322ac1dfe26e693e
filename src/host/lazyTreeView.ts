import * as vscode from "vscode";
import {Lazy} from "./lazy";

/** A view's contents: what commands do with it, and its rows. */
export interface TreeContents<Row> {
  readonly rows: vscode.TreeDataProvider<Row>;
  dispose(): void;
}

/** A tree view whose contents are loaded when VS Code first asks for its rows, or a command needs them. */
export class LazyTreeView<Row, Contents extends TreeContents<Row>> implements vscode.Disposable {
  private readonly changed = new vscode.EventEmitter<Row | undefined>();
  private readonly contents: Lazy<Contents>;
  private readonly view: vscode.TreeView<Row>;

  constructor(
    id: string,
    options: {readonly showCollapseAll: boolean},
    load: (view: vscode.TreeView<Row>) => Promise<Contents>
  ) {
    this.contents = new Lazy(async () => {
      const contents = await load(this.view);
      contents.rows.onDidChangeTreeData?.(() => this.changed.fire(undefined));
      return contents;
    });
    this.view = vscode.window.createTreeView(id, {
      ...options,
      treeDataProvider: {
        onDidChangeTreeData: this.changed.event,
        getChildren: async (row) => (await this.rows()).getChildren(row),
        getTreeItem: async (row) => (await this.rows()).getTreeItem(row),
        // Rows are revealed at the top level only.
        getParent: () => undefined
      }
    });
  }

  /** The contents, loaded if they are not yet. */
  get(): Promise<Contents> {
    return this.contents.get();
  }

  dispose(): void {
    this.contents.dispose();
    this.view.dispose();
    this.changed.dispose();
  }

  private async rows(): Promise<vscode.TreeDataProvider<Row>> {
    return (await this.contents.get()).rows;
  }
}
