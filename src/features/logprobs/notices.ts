import * as vscode from "vscode";
import type {NoticeAction} from "./protocol";
import type {Shown} from "./shownScores";

/** The sentence above a text, and the button beside it. */
export interface Notice {
  readonly message: string | null;
  readonly action: NoticeAction;
}

export const noNotice: Notice = {message: null, action: null};

/** What is to be said of a text on show. `problem`: what went wrong with it last. */
export function noticeOf({place}: Shown, problem: Notice | null): Notice {
  if (place.isEdited) return {message: changed(), action: "scoreAgain"};
  return problem ?? noNotice;
}

export function notKept(): string {
  return vscode.l10n.t("The scores of this text were not kept when VS Code was closed.");
}

export function unplaced(): string {
  return vscode.l10n.t("This model's tokenizer rewrites the text, so its tokens have no place in the document.");
}

function changed(): string {
  return vscode.l10n.t("The document has changed since it was scored.");
}
