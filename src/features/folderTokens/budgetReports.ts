import type * as vscode from "vscode";
import type {ModelDescription} from "../../contract/models";
import type {Budgets} from "../../host/budgets";
import {iterateInSlices} from "../../host/cooperativeWork";
import type {TreeFile} from "./countTree";

/** Tells the counts of files that have a budget, so that those over theirs are among the problems. */
export class BudgetReports {
  private reported = new Map<string, vscode.Uri>();
  private latest = 0;

  constructor(private readonly budgets: Budgets) {}

  /** Tells the counts of these files, and takes back those of files that are no longer among them. */
  async report(files: Iterable<TreeFile>, model: ModelDescription): Promise<void> {
    const own = ++this.latest;
    const now = new Map<string, vscode.Uri>();
    for await (const {uri, tokens} of iterateInSlices(files)) {
      if (own !== this.latest) return;
      if (!this.budgets.has(uri)) continue;
      now.set(uri.toString(), uri);
      this.reported.set(uri.toString(), uri);
      this.budgets.report(uri, {count: tokens, model});
    }
    for (const [name, uri] of this.reported) if (!now.has(name)) this.budgets.report(uri, null);
    this.reported = now;
  }
}
