import * as vscode from "vscode";
import {partTitle} from "../../host/documents/targetText";
import {firstLine} from "../../text/lineLabel";
import {plainText} from "../../text/plainText";
import type {PromptPlace} from "./protocol";

interface AnswerItem extends vscode.QuickPickItem {
  /** Null: it is typed. */
  readonly answer: string | null;
}

/** Characters of an answer in the list, and of a text that is offered as one. */
const maxDetail = 100;
const maxOffered = 1 << 16;

/** The expected answer: typed, from the clipboard, or a selection that is none of the prompts. Undefined if there is none. */
export async function chooseAnswer(prompts: readonly PromptPlace[]): Promise<string | undefined> {
  const offered = [...selectedAnswers(prompts), ...(await clipboardAnswer())];
  if (offered.length === 0) return await typedAnswer();
  const typed: AnswerItem = {label: vscode.l10n.t("Type the Answer…"), answer: null};
  const chosen = await vscode.window.showQuickPick([typed, ...offered], {
    title: vscode.l10n.t("Compare Prompts"),
    placeHolder: vscode.l10n.t("The answer that is expected after each prompt"),
    ignoreFocusOut: true
  });
  if (chosen === undefined) return undefined;
  return chosen.answer ?? (await typedAnswer());
}

async function typedAnswer(): Promise<string | undefined> {
  const answer = await vscode.window.showInputBox({
    title: vscode.l10n.t("Compare Prompts"),
    prompt: vscode.l10n.t("It stands directly behind each prompt: begin it with a space where a space is meant."),
    placeHolder: vscode.l10n.t("The answer that is expected after each prompt"),
    ignoreFocusOut: true
  });
  return answer === "" ? undefined : answer;
}

function selectedAnswers(prompts: readonly PromptPlace[]): AnswerItem[] {
  return vscode.window.visibleTextEditors.flatMap(({document, selections}) =>
    selections
      .filter(({isEmpty}) => !isEmpty)
      .filter(({start, end}) => {
        const [from, to] = [document.offsetAt(start), document.offsetAt(end)];
        return prompts.every(
          ({uri, range}) => uri !== document.uri.toString() || range?.start !== from || range.end !== to
        );
      })
      .map((selection) =>
        item(vscode.l10n.t("Selection: {0}", partTitle(document, selection)), document.getText(selection))
      )
  );
}

async function clipboardAnswer(): Promise<AnswerItem[]> {
  const text = await vscode.env.clipboard.readText();
  return text === "" || text.length > maxOffered ? [] : [item(vscode.l10n.t("From the Clipboard"), text)];
}

function item(label: string, answer: string): AnswerItem {
  return {label, detail: plainText(firstLine(answer, maxDetail)), answer};
}
