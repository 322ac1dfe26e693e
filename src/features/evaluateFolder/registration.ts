import * as vscode from "vscode";
import {type Host, registerCommand} from "../../host/host";
import type {LatestEvaluation} from "../../host/latestEvaluation";
import {Lazy} from "../../host/lazy";
import {reportScheme} from "./reportScheme";

/** Evaluate Folder: the perplexity of many files, of each and of all as one corpus. */
export function registerEvaluateFolder(host: Host, evaluations: LatestEvaluation): vscode.Disposable {
  const reports = new Lazy(async () => {
    const {Reports} = await import("./reports");
    return new Reports();
  });
  const save = async (format: "JSON" | "CSV"): Promise<void> => {
    const {exportEvaluation} = await import("./evaluateFolder");
    await exportEvaluation(evaluations, format);
  };
  return vscode.Disposable.from(
    reports,
    vscode.workspace.registerTextDocumentContentProvider(reportScheme, {
      provideTextDocumentContent: async (uri) => (await reports.get()).provideTextDocumentContent(uri)
    }),
    registerCommand(host, "evaluateFolder", async (resource, selected) => {
      const {evaluateFolder} = await import("./evaluateFolder");
      const evaluation = await evaluateFolder(host, resource, selected);
      if (evaluation === undefined) return;
      evaluations.set(evaluation);
      await (await reports.get()).show(evaluation);
    }),
    registerCommand(host, "showEvaluationReport", async () => {
      const {required} = await import("./evaluateFolder");
      await (await reports.get()).show(required(evaluations.latest));
    }),
    registerCommand(host, "exportEvaluationJson", () => save("JSON")),
    registerCommand(host, "exportEvaluationCsv", () => save("CSV"))
  );
}
