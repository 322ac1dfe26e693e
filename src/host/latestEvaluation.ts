import * as vscode from "vscode";
import type {Evaluation} from "./evaluation";

/** The last evaluation. One feature makes it, others show it. */
export class LatestEvaluation implements vscode.Disposable {
  private readonly changed = new vscode.EventEmitter<Evaluation>();
  readonly onDidEvaluate = this.changed.event;
  private last: Evaluation | undefined;

  get latest(): Evaluation | undefined {
    return this.last;
  }

  set(evaluation: Evaluation): void {
    this.last = evaluation;
    this.changed.fire(evaluation);
  }

  dispose(): void {
    this.changed.dispose();
  }
}
