import * as vscode from "vscode";
import {type Host, registerCommand} from "../../host/host";
import {Lazy} from "../../host/lazy";

/**
 * Budgets of tokens: where one ends in the editor, and files over theirs in Problems. Loaded once the engine runs, a
 * document with a budget is edited, or a file's count is reported.
 */
export function registerTokenBudget(host: Host): vscode.Disposable {
  const {budgets, engine} = host;
  const shown = new Lazy(async () => {
    const {showBudgets} = await import("./tokenBudgets");
    return showBudgets(host);
  });
  const show = (): void => void shown.get();
  /** Whether an open document has a budget. */
  const isWanted = (): boolean => vscode.workspace.textDocuments.some(({uri}) => budgets.has(uri));
  const showIfUsed = (): void => {
    if (engine.state.process === "running" && isWanted()) show();
  };
  return vscode.Disposable.from(
    shown,
    engine.onDidChangeState(showIfUsed),
    budgets.onDidChange(showIfUsed),
    budgets.onDidReport(show),
    vscode.workspace.onDidOpenTextDocument(showIfUsed),
    vscode.workspace.onDidChangeTextDocument(({document, contentChanges}) => {
      if (contentChanges.length > 0 && budgets.has(document.uri)) show();
    }),
    registerCommand(host, "setTokenBudget", async (resource) => {
      const {setTokenBudget} = await import("./setTokenBudget");
      await setTokenBudget(host, resource);
    }),
    registerCommand(host, "goToBudgetEnd", async (resource) => {
      const {goToBudgetEnd} = await import("./goToBudgetEnd");
      await goToBudgetEnd(host, resource);
    })
  );
}
