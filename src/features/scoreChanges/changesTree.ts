import * as vscode from "vscode";
import {plainText} from "../../host/plainText";
import {windowText} from "../../metrics/summaryRows";
import {
  type Direction,
  describe,
  describeTotal,
  details,
  difference,
  directionOf,
  spoken,
  spokenTotal,
  type Total,
  totalDetails,
  totalOf
} from "./comparison";
import {type GitApi, nameOf} from "./git";
import type {ScoredChange, ScoredChanges, ScoredFile} from "./scoredChanges";

export type Order = "file" | "change";

/** A row of the view. */
export type Row =
  | {readonly is: "total"}
  | {readonly is: "file"; readonly file: ScoredFile}
  | {readonly is: "change"; readonly change: ScoredChange};

/** Each says by its shape what its colour would. */
const icons: Readonly<Record<Direction | "waiting", string>> = {
  less: "arrow-down",
  more: "arrow-up",
  same: "dash",
  added: "diff-added",
  removed: "diff-removed",
  none: "circle-slash",
  waiting: "clock"
};

/** The view's rows: a total, the files, and their changes beneath them. */
export class ChangesTree implements vscode.TreeDataProvider<Row> {
  private readonly changed = new vscode.EventEmitter<void>();
  readonly onDidChangeTreeData = this.changed.event;
  private shown: {readonly scored: ScoredChanges; readonly api: GitApi} | undefined;
  private order: Order = "file";

  show(scored: ScoredChanges, api: GitApi): void {
    this.shown = {scored, api};
    this.changed.fire();
  }

  clear(): void {
    this.shown = undefined;
    this.changed.fire();
  }

  /** After a change of what is shown. */
  refresh(): void {
    this.changed.fire();
  }

  sort(order: Order): void {
    this.order = order;
    this.changed.fire();
  }

  dispose(): void {
    this.changed.dispose();
  }

  getChildren(row?: Row): Row[] {
    if (this.shown === undefined) return [];
    if (row === undefined) {
      const files = this.sorted(this.shown.scored.files, ({changes}) => rankOf(totalOf(comparisons(changes)).changed));
      return [{is: "total"}, ...files.map((file): Row => ({is: "file", file}))];
    }
    if (row.is !== "file") return [];
    const changes = this.sorted(row.file.changes, ({comparison}) => rankOf(comparison));
    return changes.map((change): Row => ({is: "change", change}));
  }

  getTreeItem(row: Row): vscode.TreeItem {
    switch (row.is) {
      case "total":
        return this.totalItem();
      case "file":
        return this.fileItem(row.file);
      case "change":
        return this.changeItem(row.change);
      default:
        return row satisfies never;
    }
  }

  private totalItem(): vscode.TreeItem {
    const item = new vscode.TreeItem("All changes");
    item.id = "total";
    const changes = this.shown?.scored.changes ?? [];
    const total = totalOf(comparisons(changes));
    item.description = this.describeTotal(changes, total);
    item.iconPath = icon(changes, total);
    item.accessibilityInformation = {label: `All changes, ${this.spokenTotal(changes, total)}`};
    const scored = changes.filter(({comparison}) => comparison !== undefined).length;
    item.tooltip = [
      `${scored} of ${changes.length} changes scored`,
      ...totalDetails(total),
      "A total compares replaced lines only: where both sides stand at the same places.",
      ...this.about()
    ].join("\n");
    return item;
  }

  private fileItem({file, changes}: ScoredFile): vscode.TreeItem {
    const {uri, path, kind, skipped, unsaved} = file;
    const total = totalOf(comparisons(changes));
    const item = new vscode.TreeItem(plainText(nameOf(uri)));
    // A file that became a link is there twice: deleted, and added.
    item.id = `${kind} ${path}`;
    item.resourceUri = uri;
    item.iconPath = vscode.ThemeIcon.File;
    item.collapsibleState =
      changes.length === 0 ? vscode.TreeItemCollapsibleState.None : vscode.TreeItemCollapsibleState.Expanded;
    const said = skipped ?? this.describeTotal(changes, total);
    const note = kind === "changed" || kind === "added" ? "" : ` · ${kind}`;
    item.description = `${said}${note}`;
    const heard = skipped === undefined ? this.spokenTotal(changes, total) : `not scored: ${skipped}`;
    item.accessibilityInformation = {label: `${plainText(path)}, ${heard}${note}`};
    item.tooltip = [
      plainText(path),
      ...(skipped === undefined ? totalDetails(total) : [`Not scored: ${skipped}.`]),
      ...(unsaved ? ["Its editor has unsaved text: what is on disk was scored."] : [])
    ].join("\n");
    if (changes.length === 0) item.command = this.opening(file, undefined);
    return item;
  }

  private changeItem({change, file, comparison}: ScoredChange): vscode.TreeItem {
    const {newLine, newLines, oldLine, oldLines} = change;
    const label = newLines > 0 ? linesText(newLine, newLines) : `old ${linesText(oldLine, oldLines)}`;
    const item = new vscode.TreeItem(label);
    item.id = `${oldLine} ${newLine} ${file.file.kind} ${file.file.path}`;
    item.description = comparison ? describe(comparison) : this.waiting();
    item.iconPath = new vscode.ThemeIcon(icons[comparison ? directionOf(comparison) : "waiting"]);
    item.accessibilityInformation = {label: `${label}, ${comparison ? spoken(comparison) : this.waiting()}`};
    const context =
      newLine === 1
        ? "Nothing stands in front of it: it was scored without context."
        : `Scored after what stands in front of it in the new text (${linesText(1, newLine - 1)}), on both sides the same.`;
    item.tooltip = [
      `${plainText(file.file.path)}, ${label}`,
      ...(comparison ? [...meaning(directionOf(comparison)), ...details(comparison), context] : [this.waiting()]),
      ...(comparison ? this.about() : [])
    ].join("\n");
    item.command = this.opening(file.file, change);
    return item;
  }

  /** VS Code's own commands: the diff, or where there is but one side, that. */
  private opening(file: ScoredFile["file"], change: ScoredChange["change"] | undefined): vscode.Command {
    const {uri, oldUri, kind} = file;
    const old = oldUri && this.shown?.api.toGitUri(oldUri, "HEAD");
    const options = (line = 1, lines = 0): vscode.TextDocumentShowOptions => ({
      selection: new vscode.Range(line - 1, 0, line - 1 + lines, 0),
      preview: true
    });
    const inNew = options(change?.newLine, change?.newLines);
    if (old === undefined) return {title: "Open File", command: "vscode.open", arguments: [uri, inNew]};
    if (kind === "deleted") {
      const title = `${plainText(nameOf(uri))} (deleted)`;
      return {title: "Open File", command: "vscode.open", arguments: [old, options(change?.oldLine), title]};
    }
    const title = `${plainText(nameOf(uri))} (HEAD ↔ working tree)`;
    return {title: "Open Changes", command: "vscode.diff", arguments: [old, uri, title, inNew]};
  }

  private describeTotal(changes: readonly ScoredChange[], total: Total): string {
    return changes.some(({comparison}) => comparison !== undefined) ? describeTotal(total) : this.waiting();
  }

  private spokenTotal(changes: readonly ScoredChange[], total: Total): string {
    return changes.some(({comparison}) => comparison !== undefined) ? spokenTotal(total) : this.waiting();
  }

  private waiting(): string {
    return this.shown?.scored.state === "scoring" ? "not scored yet" : "not scored";
  }

  private about(): string[] {
    const scores = this.shown?.scored.scores;
    if (scores === undefined) return [];
    const {model} = scores;
    const name = `${plainText(model.file)}, ${model.quantization}, ${model.device}, SHA-256 ${model.sha256.slice(0, 12)}…`;
    return [`Model: ${name}`, `Window: ${windowText({windowing: scores})}`];
  }

  private sorted<Ranked>(all: readonly Ranked[], rank: (one: Ranked) => number): readonly Ranked[] {
    return this.order === "file" ? all : all.toSorted((one, other) => rank(other) - rank(one));
  }
}

function comparisons(changes: readonly ScoredChange[]) {
  return changes.flatMap(({comparison}) => comparison ?? []);
}

/** By how much a change is more surprising than what it replaces; what has no such number comes last. */
function rankOf(comparison: ScoredChange["comparison"]): number {
  return (comparison && difference(comparison)) ?? Number.NEGATIVE_INFINITY;
}

function icon(changes: readonly ScoredChange[], {changed, added, removed}: Total): vscode.ThemeIcon {
  if (changes.every(({comparison}) => comparison === undefined)) return new vscode.ThemeIcon(icons.waiting);
  const direction = changed.before ? directionOf(changed) : directionOf({before: removed, after: added});
  return new vscode.ThemeIcon(icons[changed.before || !(added && removed) ? direction : "none"]);
}

function meaning(direction: Direction): string[] {
  switch (direction) {
    case "less":
      return ["Less surprising to the model than what it replaces."];
    case "more":
      return ["More surprising to the model than what it replaces."];
    case "same":
      return ["As surprising to the model as what it replaces."];
    case "added":
      return ["Added without removing anything: there is nothing to compare it with."];
    case "removed":
      return ["Removed without adding anything: there is nothing to compare it with."];
    case "none":
      return [];
    default:
      return direction satisfies never;
  }
}

function linesText(first: number, count: number): string {
  return count === 1 ? `line ${first}` : `lines ${first}–${first + count - 1}`;
}
