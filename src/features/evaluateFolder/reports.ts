import * as vscode from "vscode";
import {plainText} from "../../text/plainText";
import type {Evaluation} from "./evaluation";
import {evaluationReport} from "./report";
import {reportScheme} from "./reportScheme";

const maxReports = 5;

/** Reports as read-only documents. */
export class Reports implements vscode.TextDocumentContentProvider {
  private readonly texts = new Map<string, string>();
  private shown = 0;

  provideTextDocumentContent({query}: vscode.Uri): string {
    return (
      this.texts.get(query) ??
      vscode.l10n.t("This report was not kept when VS Code was closed: evaluate the folder again.")
    );
  }

  dispose(): void {
    this.texts.clear();
  }

  async show(evaluation: Evaluation): Promise<void> {
    const number = String(++this.shown);
    this.texts.set(number, evaluationReport(evaluation));
    // Older reports are dropped: an evaluation can be exported or made again.
    for (const old of [...this.texts.keys()].slice(0, -maxReports)) this.texts.delete(old);
    const name = plainText(evaluation.title).replace(/[\\/?#]/g, "-");
    const uri = vscode.Uri.from({
      scheme: reportScheme,
      path: `/${vscode.l10n.t("Evaluation of {0}", name)}.md`,
      query: number
    });
    try {
      await vscode.commands.executeCommand("markdown.showPreview", uri);
    } catch {
      // VS Code's Markdown extension may be disabled: show the source then.
      await vscode.window.showTextDocument(uri, {preview: true});
    }
  }
}
