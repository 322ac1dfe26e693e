import * as vscode from "vscode";
import {commandId} from "../../host/commands";
import {escapeMarkdown} from "../../text/markdownText";

/** How the painting of the active text stands. */
export type BoundaryState =
  | {readonly type: "nothing"}
  | {readonly type: "working"}
  | {readonly type: "painted"; readonly model: string}
  | {readonly type: "failed"; readonly message: string};

/** The status bar item that is there while token boundaries are shown. A click turns them off. */
export class BoundaryStatus implements vscode.Disposable {
  private readonly item: vscode.StatusBarItem;
  private shown = "";

  constructor() {
    this.item = vscode.window.createStatusBarItem("tokenscope.tokenBoundaries", vscode.StatusBarAlignment.Right, 98.5);
    this.item.name = vscode.l10n.t("Token Boundaries");
    this.item.command = commandId("toggleTokenBoundaries");
    this.show({type: "nothing"});
    this.item.show();
  }

  dispose(): void {
    this.item.dispose();
  }

  show(state: BoundaryState): void {
    // Called after every edit, but a change would close a tooltip that someone is reading.
    const key = JSON.stringify(state);
    if (key === this.shown) return;
    this.shown = key;
    const text = vscode.l10n.t("Token Boundaries");
    const says = sentence(state);
    this.item.text = `$(${icons[state.type]}) ${text}`;
    this.item.tooltip = new vscode.MarkdownString(
      `**${text}**\n\n${escapeMarkdown(says)}\n\n${vscode.l10n.t("Point at a token for its id, bytes and kind. A click here turns the boundaries off.")}`
    );
    this.item.backgroundColor =
      state.type === "failed" ? new vscode.ThemeColor("statusBarItem.warningBackground") : undefined;
    const label = vscode.l10n.t("{0}. {1} Press to turn the boundaries off.", text, says);
    this.item.accessibilityInformation = {label, role: "button"};
  }
}

const icons: Readonly<Record<BoundaryState["type"], string>> = {
  nothing: "symbol-ruler",
  working: "loading~spin",
  painted: "symbol-ruler",
  failed: "warning"
};

function sentence(state: BoundaryState): string {
  switch (state.type) {
    case "nothing":
      return vscode.l10n.t("There is no text here to paint.");
    case "working":
      return vscode.l10n.t("The text is being cut into tokens.");
    case "painted":
      return vscode.l10n.t(
        "The tokens of {0}, in two alternating colours. A dotted line is above tokens that make one character together.",
        state.model
      );
    case "failed":
      return state.message;
    default:
      return state satisfies never;
  }
}
