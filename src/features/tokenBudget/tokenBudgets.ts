import * as vscode from "vscode";
import type {Host} from "../../host/host";
import {BudgetMarks} from "./budgetMarks";
import {BudgetProblems} from "./budgetProblems";
import {BudgetWatch} from "./budgetWatch";

/** Shows which files are over their budget: in their editors, and among the problems. */
export function showBudgets(host: Host): vscode.Disposable {
  const watch = new BudgetWatch(host);
  return vscode.Disposable.from(new BudgetMarks(watch), new BudgetProblems(host, watch), watch);
}
