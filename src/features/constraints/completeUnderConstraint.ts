import * as vscode from "vscode";
import {progressText} from "../../contract/progressText";
import {maxContextLength, requireEditor} from "../../host/documents/targetText";
import type {Host} from "../../host/host";
import {HostError} from "../../host/hostError";
import {noSamplers} from "../../sampling/settings";
import {Pace} from "../../text/pace";
import {plainText} from "../../text/plainText";
import {chooseConstraint} from "./chooseConstraint";

/** Tokens that are written at most. */
const maxTokens = 1024;

/** Writes at the cursor what the model finds most probable of all that a grammar allows, as one undo step. */
export async function completeUnderConstraint(host: Host): Promise<void> {
  const editor = requireEditor();
  const chosen = await chooseConstraint(editor);
  if (chosen === undefined) return;
  const {document, selection} = editor;
  const {version} = document;
  const end = document.offsetAt(selection.active);
  const start = document.positionAt(Math.max(0, end - maxContextLength));
  const params = {
    model: host.settings.completionModel(),
    prompt: {kind: "text", text: document.getText(new vscode.Range(start, selection.active))},
    samplers: {...noSamplers, temperature: 0},
    count: 1,
    seed: 0,
    maxTokens,
    extent: "unlimited",
    constraint: chosen.constraint
  } as const;
  const title = vscode.l10n.t("Completing under {0}", chosen.name);
  const {samples, warnings} = await vscode.window.withProgress(
    {location: vscode.ProgressLocation.Notification, title, cancellable: true},
    (progress, token) => {
      const pace = new Pace("tokens");
      const onProgress = (made: Parameters<typeof progressText>[0]): void =>
        progress.report({message: progressText(made, pace)});
      return host.engine.request("sample", params, {token, onProgress});
    }
  );
  const text = samples[0]?.text ?? "";
  if (document.version !== version || !(await insert(editor, selection.active, text)))
    throw new HostError(
      "notEditable",
      vscode.l10n.t("The text was not completed, because it was changed meanwhile or can't be edited: try again.")
    );
  const notes = [
    ...(text === "" ? [vscode.l10n.t("The model writes nothing here under this grammar.")] : []),
    ...(samples[0]?.stop === "maxTokens"
      ? [vscode.l10n.t("It ends after {0} tokens, before the grammar's end.", maxTokens)]
      : []),
    ...warnings.map((warning) => plainText(warning))
  ];
  if (notes.length > 0) void vscode.window.showInformationMessage(notes.join(" "));
}

async function insert(editor: vscode.TextEditor, place: vscode.Position, text: string): Promise<boolean> {
  return text === "" || (await editor.edit((edit) => edit.insert(place, text)));
}
