import * as vscode from "vscode";
import type {Progress} from "../../contract/progress";
import {emptyFile, partTitle, requireEditor} from "../../host/documents/targetText";
import type {Host} from "../../host/host";
import {markStepDone} from "../../host/walkthroughProgress";
import {count as formatted, percentText} from "../../text/numberText";
import {plainText} from "../../text/plainText";
import {countLine} from "./countLine";
import {type Counted, countSubject, fractionOf} from "./countSubject";
import {diffText} from "./countView";
import {documentsOf, type Subject, subjectInFront, subjectOfEditor, titleOf} from "./subject";

/** Counts what is selected, or else the file, notebook or comparison in front, and says the number. */
export async function countTokens(host: Host): Promise<void> {
  const subject = subjectInFront() ?? subjectOfEditor(requireEditor());
  if (subject.of === "file" && isEmpty(subject.document)) throw emptyFile();
  const title = fullTitle(subject);
  const counted = await vscode.window.withProgress(
    {
      location: vscode.ProgressLocation.Notification,
      title: vscode.l10n.t("Counting the tokens of {0}", plainText(title)),
      cancellable: true
    },
    (progress, token) => {
      let shown = 0;
      const onProgress = (counting: Progress): void => {
        const percent = (fractionOf(counting) ?? 0) * 100;
        if (percent <= shown) return;
        progress.report({message: percentText(formatted(Math.floor(percent))), increment: percent - shown});
        shown = percent;
      };
      token.onCancellationRequested(() => {
        for (const document of documentsOf(subject)) host.documents.stop(document);
      });
      return countSubject(host, subject, token, {onProgress, asked: true});
    }
  );
  const {name, quantization} = counted.model;
  const {line, toCopy} = resultOf(counted);
  const message = plainText(vscode.l10n.t("{0}: {1} ({2}, {3})", title, line, name, quantization));
  markStepDone("tokens");
  const copy = vscode.l10n.t("Copy");
  // Not awaited: the command is done, the message may stay.
  void vscode.window.showInformationMessage(message, copy).then(async (chosen) => {
    if (chosen === copy) await vscode.env.clipboard.writeText(toCopy);
  });
}

function fullTitle(subject: Subject): string {
  const title = titleOf(subject);
  switch (subject.of) {
    case "selections": {
      const [first, ...others] = subject.ranges();
      if (first === undefined) return title;
      if (others.length === 0) return partTitle(subject.document, first);
      return vscode.l10n.t("{0}, {1} selections", title, formatted(others.length + 1));
    }
    case "notebook":
      return subject.chosen.length > 1
        ? vscode.l10n.t("{0}, {1} selected cells", title, formatted(subject.chosen.length))
        : title;
    case "file":
    case "diff":
      return title;
    default:
      return subject satisfies never;
  }
}

function resultOf(counted: Counted): {line: string; toCopy: string} {
  if (counted.of === "diff")
    return {line: diffText(counted), toCopy: `${counted.before.count} → ${counted.after.count}`};
  const ofCells = counted.of === "notebook" && counted.chosen.cells.length > 1;
  const sums = ofCells ? counted.chosen.sums : counted.sums;
  return {line: countLine(sums), toCopy: String(sums.count)};
}

function isEmpty(document: vscode.TextDocument): boolean {
  return document.lineCount === 1 && document.lineAt(0).text === "";
}
