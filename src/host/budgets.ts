import * as vscode from "vscode";
import type {ModelDescription} from "../contract/models";
import {type BudgetSetting, budgetOf} from "../text/tokenBudget";
import {pathInFolder} from "./documents/pathInFolder";
import type {Settings} from "./settings";

/** What a count says of a file: how many tokens it has, by which model. */
export interface BudgetedCount {
  readonly count: number;
  readonly model: Pick<ModelDescription, "name" | "contextSize">;
}

/** The count of a file that need not be open. */
export interface ReportedCount extends BudgetedCount {
  readonly uri: vscode.Uri;
}

/** How many tokens a file may have, by the setting for it. */
export class Budgets implements vscode.Disposable {
  /** By workspace folder; "" for files outside of them. Kept, because parsing the patterns takes a moment. */
  private readonly settings = new Map<string, BudgetSetting>();
  private readonly reported = new Map<string, ReportedCount>();
  private readonly changed = new vscode.EventEmitter<void>();
  private readonly counted = new vscode.EventEmitter<vscode.Uri>();
  private readonly subscriptions: vscode.Disposable;
  /** Files may have other budgets now. */
  readonly onDidChange = this.changed.event;
  /** A file's count was reported, or is no longer known. */
  readonly onDidReport = this.counted.event;

  constructor(private readonly source: Settings) {
    const forget = (): void => {
      this.settings.clear();
      this.changed.fire();
    };
    this.subscriptions = vscode.Disposable.from(
      this.changed,
      this.counted,
      source.onDidChangeBudget(forget),
      vscode.workspace.onDidChangeWorkspaceFolders(forget),
      // Its counts were the other model's.
      source.onDidChangeModel(() => {
        for (const {uri} of [...this.reported.values()]) this.report(uri, null);
      })
    );
  }

  /** The tokens that a file or a text not yet saved may have; null: any number. */
  of(uri: vscode.Uri, contextSize: number): number | null {
    if (uri.scheme === "untitled") {
      // It has no path yet.
      const setting = this.settingFor(undefined);
      return typeof setting === "object" ? null : budgetOf(setting, "", contextSize);
    }
    if (!isBudgetedFile(uri)) return null;
    const folder = vscode.workspace.getWorkspaceFolder(uri);
    return budgetOf(this.settingFor(folder?.uri), pathInFolder(folder, uri), contextSize);
  }

  has(uri: vscode.Uri): boolean {
    return this.of(uri, 1) !== null;
  }

  /** Tells a file's count, so that it is among the problems while it is over its budget. Null: the count is no longer known. */
  report(uri: vscode.Uri, counted: BudgetedCount | null): void {
    if (counted !== null) this.reported.set(uri.toString(), {uri, ...counted});
    else if (!this.reported.delete(uri.toString())) return;
    this.counted.fire(uri);
  }

  reportOf(uri: vscode.Uri): ReportedCount | undefined {
    return this.reported.get(uri.toString());
  }

  get reports(): Iterable<ReportedCount> {
    return this.reported.values();
  }

  dispose(): void {
    this.subscriptions.dispose();
  }

  private settingFor(folder: vscode.Uri | undefined): BudgetSetting {
    const key = folder?.toString() ?? "";
    const known = this.settings.get(key);
    if (known !== undefined) return known;
    const setting = this.source.budget(folder);
    this.settings.set(key, setting);
    return setting;
  }
}

/** A file that may be written to: not the log, and not a version that Git keeps. VS Code's own settings have no budget either. */
export function isBudgetedFile({scheme}: vscode.Uri): boolean {
  return scheme !== "vscode-userdata" && vscode.workspace.fs.isWritableFileSystem(scheme) === true;
}
