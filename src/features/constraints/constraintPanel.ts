import * as vscode from "vscode";
import type {Host} from "../../host/host";
import {WebviewPanel} from "../../host/webviewPanel";
import {constraintPage} from "./constraintPage";
import {parseMessage} from "./parseMessage";
import type {ConstraintResult, FromView, ToView} from "./protocol";

/** The view of a text under a grammar. It shows one result, and is gone after a reload. */
export class ConstraintPanel implements vscode.Disposable {
  private result: ConstraintResult | undefined;
  private readonly view: WebviewPanel<FromView, ToView>;

  private constructor(
    host: Host,
    private readonly panel: vscode.WebviewPanel
  ) {
    this.view = new WebviewPanel(host, panel, {
      page: constraintPage,
      readableFolder: null,
      parse: parseMessage,
      answer: () => this.post()
    });
  }

  static create(host: Host): ConstraintPanel {
    const title = vscode.l10n.t("Under a Grammar");
    const panel = vscode.window.createWebviewPanel("tokenscope.constraints", title, vscode.ViewColumn.Beside, {
      enableFindWidget: true
    });
    return new ConstraintPanel(host, panel);
  }

  get onDidDispose(): vscode.Event<void> {
    return this.panel.onDidDispose;
  }

  dispose(): void {
    this.view.dispose();
  }

  show(result: ConstraintResult): void {
    this.result = result;
    this.panel.reveal();
    this.post();
  }

  private post(): void {
    if (this.result !== undefined) this.view.post({type: "show", result: this.result});
  }
}
