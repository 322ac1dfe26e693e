import * as vscode from "vscode";
import {uriName} from "../../host/documents/uriName";
import {madeWithTexts} from "../../host/surprisalRows";
import {firstLine, lineLabel} from "../../text/lineLabel";
import {count, listText, plural} from "../../text/numberText";
import {plainText} from "../../text/plainText";
import {
  bitsPerByteDelta,
  type Direction,
  describe,
  describeParts,
  describeTotal,
  details,
  directionOf,
  figures,
  figuresUnit,
  partOf,
  partsOf,
  spoken,
  spokenParts,
  spokenTotal,
  type Total,
  type TotalPart,
  totalDetails,
  totalOf
} from "./comparison";
import type {GitApi} from "./git";
import type {ScoredChange, ScoredChanges, ScoredFile} from "./scoredChanges";

export type Order = "file" | "change";

/** A row of the view. */
export type Row =
  | {readonly is: "total"}
  /** Of the changes of one kind, below the total. */
  | {readonly is: "part"; readonly part: TotalPart}
  | {readonly is: "file"; readonly file: ScoredFile}
  | {readonly is: "change"; readonly change: ScoredChange};

/** UTF-16 units of a change's text in its row. */
const maxTextLength = 60;

/** The shapes tell the direction without colour. */
const icons: Readonly<Record<Direction | "waiting", string>> = {
  less: "arrow-down",
  more: "arrow-up",
  same: "dash",
  added: "diff-added",
  removed: "diff-removed",
  none: "circle-slash",
  waiting: "clock"
};

/** The view's rows: a total, the files, and their changes below them. */
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

  /** Redraws the rows after their numbers have changed. */
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
    if (row.is === "total") return this.parts().map((part): Row => ({is: "part", part}));
    if (row.is !== "file") return [];
    const changes = this.sorted(row.file.changes, ({comparison}) => rankOf(comparison));
    return changes.map((change): Row => ({is: "change", change}));
  }

  getTreeItem(row: Row): vscode.TreeItem {
    switch (row.is) {
      case "total":
        return this.totalItem();
      case "part":
        return this.partItem(row.part);
      case "file":
        return this.fileItem(row.file);
      case "change":
        return this.changeItem(row.change);
      default:
        return row satisfies never;
    }
  }

  private get total(): Total {
    return totalOf(comparisons(this.shown?.scored.changes ?? []));
  }

  /** The kinds of changes, where there is more than one: a single one is the total. */
  private parts(): TotalPart[] {
    const parts = partsOf(this.total);
    return parts.length < 2 ? [] : parts;
  }

  private totalItem(): vscode.TreeItem {
    const hasParts = this.parts().length > 0;
    const item = new vscode.TreeItem(
      vscode.l10n.t("All changes"),
      hasParts ? vscode.TreeItemCollapsibleState.Expanded : vscode.TreeItemCollapsibleState.None
    );
    // VS Code keeps what was once collapsed by the id: a total without parts has another one.
    item.id = hasParts ? "total" : "totalAlone";
    const changes = this.shown?.scored.changes ?? [];
    const {total} = this;
    const isScored = changes.some(({comparison}) => comparison !== undefined);
    item.description = isScored ? describeTotal(total) : this.waiting();
    item.iconPath = icon(changes, total);
    const heard = isScored ? spokenTotal(total) : this.waiting();
    item.accessibilityInformation = {label: vscode.l10n.t("All changes, {0}", heard)};
    const scored = changes.filter(({comparison}) => comparison !== undefined).length;
    item.tooltip = [
      vscode.l10n.t("{0} of {1} changes scored", count(scored), count(changes.length)),
      ...totalDetails(total),
      vscode.l10n.t("Only replaced lines are compared, so that both sides are about the same places."),
      ...this.about()
    ].join("\n");
    return item;
  }

  private partItem(part: TotalPart): vscode.TreeItem {
    const {total} = this;
    const comparison = partOf(total, part);
    const label = partLabel(part, total);
    const item = new vscode.TreeItem(label);
    item.id = part;
    item.description =
      part === "changed" ? describe(comparison) : [figures(comparison), vscode.l10n.t("bits/byte")].join(" ");
    item.iconPath = new vscode.ThemeIcon(icons[directionOf(comparison)]);
    item.accessibilityInformation = {label: listText([label, spoken(comparison)])};
    item.tooltip = [label, ...details(comparison)].join("\n");
    return item;
  }

  private fileItem({file, changes}: ScoredFile): vscode.TreeItem {
    const {uri, path, kind, skipped, unsaved} = file;
    const total = totalOf(comparisons(changes));
    const item = new vscode.TreeItem(plainText(uriName(uri)));
    // A file that became a link is listed twice: deleted and added.
    item.id = `${kind} ${path}`;
    item.resourceUri = uri;
    item.iconPath = vscode.ThemeIcon.File;
    item.collapsibleState =
      changes.length === 0 ? vscode.TreeItemCollapsibleState.None : vscode.TreeItemCollapsibleState.Expanded;
    const isScored = changes.some(({comparison}) => comparison !== undefined);
    const said = skipped ?? (isScored ? describeParts(total) : this.waiting());
    const note = kindText(kind);
    item.description = [said, ...note].join(" · ");
    const scoredText = isScored ? spokenParts(total) : this.waiting();
    const heard = skipped === undefined ? scoredText : vscode.l10n.t("not scored: {0}", skipped);
    item.accessibilityInformation = {label: listText([plainText(path), [heard, ...note].join(" · ")])};
    item.tooltip = [
      plainText(path),
      ...(skipped === undefined ? totalDetails(total) : [vscode.l10n.t("Not scored: {0}.", skipped)]),
      ...(unsaved ? [vscode.l10n.t("Its editor has unsaved text: the file on disk was scored.")] : [])
    ].join("\n");
    if (changes.length === 0) item.command = this.opening(file, undefined);
    return item;
  }

  private changeItem({change, file, comparison}: ScoredChange): vscode.TreeItem {
    const {newLine, newLines, oldLine, oldLines} = change;
    const place = newLines > 0 ? linesText(newLine, newLines) : oldLinesText(oldLine, oldLines);
    const text = firstLine(change.added || change.removed, maxTextLength);
    const shown = comparison && figures(comparison);
    // The numbers first: they are read at any width of the view.
    const item = new vscode.TreeItem(
      [
        ...(shown === undefined ? [] : [shown]),
        newLines > 0 ? lineLabel(newLine, newLines) : lineLabel(oldLine, oldLines),
        text
      ].join(" · ")
    );
    item.id = `${oldLine} ${newLine} ${file.file.kind} ${file.file.path}`;
    item.description = comparison ? figuresUnit(comparison) : this.waiting();
    item.iconPath = new vscode.ThemeIcon(icons[comparison ? directionOf(comparison) : "waiting"]);
    const heard = comparison ? spoken(comparison) : this.waiting();
    item.accessibilityInformation = {label: listText([place, heard, text])};
    const context =
      newLine === 1
        ? vscode.l10n.t("There is no text before it: it was scored without context.")
        : vscode.l10n.t(
            "Scored after what stands in front of it in the new text ({0}), on both sides the same.",
            linesText(1, newLine - 1)
          );
    item.tooltip = [
      listText([plainText(file.file.path), place]),
      ...(comparison ? [...meaning(directionOf(comparison)), ...details(comparison), context] : [this.waiting()]),
      ...(comparison ? this.about() : [])
    ].join("\n");
    item.command = this.opening(file.file, change);
    return item;
  }

  /** VS Code's own commands: the diff, or the file if there is only one side. */
  private opening(file: ScoredFile["file"], change: ScoredChange["change"] | undefined): vscode.Command {
    const {uri, oldUri, kind} = file;
    const old = oldUri && this.shown?.api.toGitUri(oldUri, "HEAD");
    const options = (line = 1, lines = 0): vscode.TextDocumentShowOptions => ({
      selection: new vscode.Range(line - 1, 0, line - 1 + lines, 0),
      preview: true
    });
    const inNew = options(change?.newLine, change?.newLines);
    if (old === undefined) return {title: vscode.l10n.t("Open File"), command: "vscode.open", arguments: [uri, inNew]};
    if (kind === "deleted") {
      const title = vscode.l10n.t("{0} (deleted)", plainText(uriName(uri)));
      return {
        title: vscode.l10n.t("Open File"),
        command: "vscode.open",
        arguments: [old, options(change?.oldLine), title]
      };
    }
    const title = vscode.l10n.t("{0} (HEAD ↔ working tree)", plainText(uriName(uri)));
    return {title: vscode.l10n.t("Open Changes"), command: "vscode.diff", arguments: [old, uri, title, inNew]};
  }

  private waiting(): string {
    return this.shown?.scored.state === "scoring" ? vscode.l10n.t("not scored yet") : vscode.l10n.t("not scored");
  }

  private about(): string[] {
    const scores = this.shown?.scored.scores;
    return scores === undefined ? [] : madeWithTexts(scores);
  }

  private sorted<Ranked>(all: readonly Ranked[], rank: (one: Ranked) => number): readonly Ranked[] {
    return this.order === "file" ? all : all.toSorted((one, other) => rank(other) - rank(one));
  }
}

function comparisons(changes: readonly ScoredChange[]) {
  return changes.flatMap(({comparison}) => comparison ?? []);
}

/** How much more surprising a change is than what it replaces. Changes without this number come last. */
function rankOf(comparison: ScoredChange["comparison"]): number {
  return (comparison && bitsPerByteDelta(comparison)) ?? Number.NEGATIVE_INFINITY;
}

/** Of several kinds of changes, the replaced lines tell the direction. */
function icon(changes: readonly ScoredChange[], total: Total): vscode.ThemeIcon {
  if (changes.every(({comparison}) => comparison === undefined)) return new vscode.ThemeIcon(icons.waiting);
  const [first, ...others] = partsOf(total);
  const isTold = first === "changed" || others.length === 0;
  return new vscode.ThemeIcon(icons[first && isTold ? directionOf(partOf(total, first)) : "none"]);
}

function partLabel(part: TotalPart, {changedCount, addedCount, removedCount}: Total): string {
  switch (part) {
    case "changed":
      return vscode.l10n.t("Replaced lines ({0})", plural(changedCount, "change"));
    case "added":
      return vscode.l10n.t("Added lines ({0})", plural(addedCount, "change"));
    case "removed":
      return vscode.l10n.t("Removed lines ({0})", plural(removedCount, "change"));
    default:
      return part satisfies never;
  }
}

function meaning(direction: Direction): string[] {
  switch (direction) {
    case "less":
      return [vscode.l10n.t("Less surprising to the model than what it replaces.")];
    case "more":
      return [vscode.l10n.t("More surprising to the model than what it replaces.")];
    case "same":
      return [vscode.l10n.t("As surprising to the model as what it replaces.")];
    case "added":
      return [vscode.l10n.t("Added without removing anything: there is nothing to compare it with.")];
    case "removed":
      return [vscode.l10n.t("Removed without adding anything: there is nothing to compare it with.")];
    case "none":
      return [];
    default:
      return direction satisfies never;
  }
}

function linesText(first: number, lines: number): string {
  return lines === 1 ? vscode.l10n.t("line {0}", first) : vscode.l10n.t("lines {0}–{1}", first, first + lines - 1);
}

function oldLinesText(first: number, lines: number): string {
  return lines === 1
    ? vscode.l10n.t("old line {0}", first)
    : vscode.l10n.t("old lines {0}–{1}", first, first + lines - 1);
}

/** A note on the file's status. For changed and added files the numbers say enough. */
function kindText(kind: ScoredFile["file"]["kind"]): string[] {
  switch (kind) {
    case "changed":
    case "added":
      return [];
    case "deleted":
      return [vscode.l10n.t("deleted")];
    case "renamed":
      return [vscode.l10n.t("renamed")];
    case "untracked":
      return [vscode.l10n.t("untracked")];
    default:
      return kind satisfies never;
  }
}
