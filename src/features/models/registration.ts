import * as vscode from "vscode";
import {type Host, registerCommand} from "../../host/host";
import {plainText} from "../../host/plainText";

/** Choosing the model: a file of the user's, or the demonstration model. */
export function registerModels(host: Host): vscode.Disposable {
  return vscode.Disposable.from(
    registerCommand(host, "tokenscope.selectModelFile", async () => {
      const [file] =
        (await vscode.window.showOpenDialog({
          title: "Select a GGUF Model",
          openLabel: "Use Model",
          canSelectMany: false,
          filters: {"GGUF models": ["gguf"], "All files": ["*"]}
        })) ?? [];
      if (file !== undefined) await use(host, file.fsPath);
    }),
    registerCommand(host, "tokenscope.useDemonstrationModel", () => use(host, ""))
  );
}

/** Sets the model and says what it is; a model that doesn't load is said now, not at its first use. */
async function use(host: Host, file: string): Promise<void> {
  await host.settings.setModel(file);
  const model = await vscode.window.withProgress(
    {location: vscode.ProgressLocation.Notification, title: "Reading the model…", cancellable: true},
    (_, token) => host.engine.request("describe", {model: host.settings.modelSpec()}, {token})
  );
  vscode.window.showInformationMessage(
    plainText(
      `Tokenscope uses ${model.name} (${model.quantization}): ${model.vocabularySize} tokens in its vocabulary, ${model.contextSize} in its context.`
    )
  );
}
