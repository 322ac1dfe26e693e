import * as vscode from "vscode";
import {type Host, registerCommand} from "../../host/host";
import {activeSubject} from "../../host/subject";
import {countLine} from "./countLine";
import {SelectionHover} from "./selectionHover";
import {StatusBarCount} from "./statusBarCount";

/** How many tokens is this? On hover, in the status bar, and on command. */
export function registerTokenCount(host: Host): vscode.Disposable {
  return vscode.Disposable.from(
    registerCommand(host, "tokenscope.countTokens", async () => {
      const subject = activeSubject();
      const {count, model} = await vscode.window.withProgress(
        {
          location: vscode.ProgressLocation.Notification,
          title: `Counting the tokens of ${subject.title}`,
          cancellable: true
        },
        (_, token) => host.engine.request("count", {model: host.settings.modelSpec(), text: subject.text}, {token})
      );
      const line = `${subject.title}: ${countLine(count, subject.text)} (${model.name}, ${model.quantization})`;
      const copy = "Copy";
      // Not awaited: the command is done, the message may stay.
      void vscode.window.showInformationMessage(line, copy).then(async (chosen) => {
        if (chosen === copy) await vscode.env.clipboard.writeText(String(count));
      });
    }),
    vscode.languages.registerHoverProvider({pattern: "**"}, new SelectionHover(host)),
    new StatusBarCount(host)
  );
}
