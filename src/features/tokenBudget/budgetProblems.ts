import * as vscode from "vscode";
import {commandId} from "../../host/commands";
import {iterateInSlices} from "../../host/cooperativeWork";
import type {Host} from "../../host/host";
import {settingUri} from "../../host/runCommand";
import {problemText} from "./budgetTexts";
import type {BudgetWatch} from "./budgetWatch";

const code = "over-budget";

/** UTF-16 units. A line may be as long as a file; what is underlined only shows where the budget ends. */
const maxUnderlined = 200;

/** Files over their budget among VS Code's problems: open ones, and others whose counts were reported. */
export class BudgetProblems implements vscode.Disposable, vscode.CodeActionProvider {
  private readonly problems = vscode.languages.createDiagnosticCollection("tokenscope.overBudget");
  private readonly subscriptions: vscode.Disposable;
  private disposed = false;

  constructor(
    private readonly host: Host,
    private readonly watch: BudgetWatch
  ) {
    const {budgets} = host;
    this.subscriptions = vscode.Disposable.from(
      this.problems,
      watch.onDidChange(({uri}) => this.update(uri)),
      budgets.onDidReport((uri) => this.update(uri)),
      budgets.onDidChange(() => void this.updateReported()),
      vscode.languages.registerCodeActionsProvider({pattern: "**"}, this, {
        providedCodeActionKinds: [vscode.CodeActionKind.QuickFix]
      })
    );
    void this.updateReported();
  }

  provideCodeActions(
    {uri}: vscode.TextDocument,
    _range: vscode.Range,
    {diagnostics}: vscode.CodeActionContext
  ): vscode.CodeAction[] {
    const own = diagnostics.filter(isOwn);
    if (own.length === 0) return [];
    const action = (title: string, command: "setTokenBudget" | "goToBudgetEnd"): vscode.CodeAction => ({
      title,
      kind: vscode.CodeActionKind.QuickFix,
      diagnostics: own,
      command: {title, command: commandId(command), arguments: [uri]}
    });
    return [
      action(vscode.l10n.t("Set the token budget for this file…"), "setTokenBudget"),
      action(vscode.l10n.t("Go to where the token budget ends"), "goToBudgetEnd")
    ];
  }

  dispose(): void {
    this.disposed = true;
    this.subscriptions.dispose();
  }

  private update(uri: vscode.Uri): void {
    const document = vscode.workspace.textDocuments.find((one) => one.uri.toString() === uri.toString());
    const problem = (document && this.openProblem(document)) ?? this.reportedProblem(uri);
    this.problems.set(uri, problem && [problem]);
  }

  private openProblem(document: vscode.TextDocument): vscode.Diagnostic | undefined {
    const over = this.watch.overOf(document);
    if (over === undefined) return undefined;
    const start = over.end ?? new vscode.Position(0, 0);
    const range = document.validateRange(new vscode.Range(start, start.translate(0, maxUnderlined)));
    return problemIn(range, over.count, over.budget, over.model.name);
  }

  /** The problem of a file that was counted without being open: in its first line, because nobody looked further. */
  private reportedProblem(uri: vscode.Uri): vscode.Diagnostic | undefined {
    const report = this.host.budgets.reportOf(uri);
    if (report === undefined) return undefined;
    const budget = this.host.budgets.of(uri, report.model.contextSize);
    return budget === null || report.count <= budget
      ? undefined
      : problemIn(new vscode.Range(0, 0, 0, 0), report.count, budget, report.model.name);
  }

  private async updateReported(): Promise<void> {
    for await (const {uri} of iterateInSlices([...this.host.budgets.reports])) {
      if (this.disposed) return;
      this.update(uri);
    }
  }
}

function problemIn(range: vscode.Range, count: number, budget: number, model: string): vscode.Diagnostic {
  const problem = new vscode.Diagnostic(range, problemText(count, budget, model), vscode.DiagnosticSeverity.Warning);
  problem.source = "Tokenscope";
  problem.code = {value: code, target: settingUri("budget")};
  return problem;
}

function isOwn({source, code: of}: vscode.Diagnostic): boolean {
  return source === "Tokenscope" && (typeof of === "object" ? of.value : of) === code;
}
