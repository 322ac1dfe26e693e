import * as vscode from "vscode";
import type {Progress, Scores} from "../../engine/api";
import {type Host, registerCommand} from "../../host/host";
import {plainText} from "../../host/plainText";
import {commandSubject, type Subject} from "../../host/subject";
import {showResult} from "./result";

/** `Perplexity of Selection`: of a place given as argument (a hover's link), else of the selection, else of the file. */
export function registerPerplexity(host: Host): vscode.Disposable {
  return registerCommand(host, "tokenscope.perplexity", async (argument) => {
    const subject = await commandSubject(argument);
    const scores = await score(host, subject);
    void showResult(host, subject, scores);
  });
}

async function score(host: Host, subject: Subject): Promise<Scores> {
  return await vscode.window.withProgress(
    {
      location: vscode.ProgressLocation.Notification,
      title: `Perplexity of ${plainText(subject.title)}`,
      cancellable: true
    },
    (progress, token) => {
      let shown = 0;
      const onProgress = ({stage, done, total}: Progress): void => {
        if (stage === "load") {
          progress.report({message: `loading the model, ${Math.floor(done * 100)} %`});
          return;
        }
        const percent = total === 0 ? 100 : (done / total) * 100;
        progress.report({message: `${done} of ${total} tokens`, increment: percent - shown});
        shown = percent;
      };
      return host.engine.request("score", {model: host.settings.modelSpec(), text: subject.text}, {token, onProgress});
    }
  );
}
