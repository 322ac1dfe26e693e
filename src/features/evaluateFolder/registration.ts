import * as vscode from "vscode";
import type {CommandName} from "../../host/commands";
import {type Host, registerCommand} from "../../host/host";
import {Lazy} from "../../host/lazy";
import {LazyTreeView} from "../../host/lazyTreeView";
import type {EvaluationView} from "./evaluationView";
import {reportScheme} from "./reportScheme";
import type {Row} from "./rows";
import type {Order} from "./sorting";
import {viewId} from "./viewId";

const orderCommands: readonly (readonly [command: CommandName, order: Order])[] = [
  ["sortFilesByBitsPerByte", "bitsPerByte"],
  ["sortFilesByBits", "bits"],
  ["sortFilesByPerplexity", "perplexity"],
  ["sortFilesByTokens", "tokens"],
  ["sortFilesByName", "path"]
];

/** Evaluate Folder: the perplexity of many files, of each and of all as one corpus, in a view of its own. */
export function registerEvaluateFolder(
  host: Host,
  {workspaceState, storageUri}: Pick<vscode.ExtensionContext, "workspaceState" | "storageUri">
): vscode.Disposable {
  const view = new LazyTreeView<Row, EvaluationView>(viewId, {showCollapseAll: false}, async (tree) => {
    const [{EvaluationView}, {EvaluationFile}] = await Promise.all([
      import("./evaluationView"),
      import("./evaluationFile")
    ]);
    const file = new EvaluationFile(storageUri, host.log);
    return new EvaluationView(host, workspaceState, file, tree, await file.read());
  });
  const reports = new Lazy(async () => {
    const {Reports} = await import("./reports");
    return new Reports();
  });
  return vscode.Disposable.from(
    view,
    reports,
    vscode.workspace.registerTextDocumentContentProvider(reportScheme, {
      provideTextDocumentContent: async (uri) => (await reports.get()).provideTextDocumentContent(uri)
    }),
    registerCommand(host, "evaluateFolder", async (resource, selected) =>
      (await view.get()).evaluate(resource, selected)
    ),
    registerCommand(host, "evaluateFolderAgain", async () => (await view.get()).evaluateAgain()),
    registerCommand(host, "openEvaluatedFile", async (row) => (await view.get()).open(row)),
    registerCommand(host, "showLogprobsOfFile", async (row) => (await view.get()).showLogprobs(row)),
    registerCommand(host, "showSurprisingLinesOfFile", async (row) => (await view.get()).showSurprisingLines(row)),
    registerCommand(host, "copyEvaluatedFile", async (row) => (await view.get()).copyFile(row)),
    registerCommand(host, "showEvaluationReport", async () => {
      const {required} = await view.get();
      await (await reports.get()).show(required);
    }),
    registerCommand(host, "copyEvaluationMarkdown", async () => (await view.get()).copyMarkdown()),
    registerCommand(host, "exportEvaluationJson", async () => (await view.get()).export("JSON")),
    registerCommand(host, "exportEvaluationCsv", async () => (await view.get()).export("CSV")),
    ...orderCommands.map(([command, order]) =>
      registerCommand(host, command, async () => (await view.get()).setOrder(order))
    )
  );
}
