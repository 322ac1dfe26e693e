import {randomBytes} from "node:crypto";
import * as vscode from "vscode";
import type {Hello, LanguageAnswer} from "../contract/webview";
import type {Host} from "./host";
import {language} from "./language";
import {type PageContent, webviewPage} from "./webviewPage";

/** What makes one view different from another. */
export interface ViewDefinition<FromView> {
  readonly page: PageContent;
  /** The page may fetch files of this folder; null: none. */
  readonly readableFolder: vscode.Uri | null;
  /** Returns null for anything that is not a message of this view. */
  readonly parse: (message: unknown) => FromView | Hello | null;
  readonly answer: (message: FromView) => Promise<void> | void;
}

/** What every view of ours is on the host's side: its page, its messages both ways, and its end. */
export class WebviewPanel<FromView extends {readonly type: string}, ToView> implements vscode.Disposable {
  private disposed = false;
  private readonly owned: vscode.Disposable[] = [];

  constructor(
    private readonly host: Host,
    private readonly panel: vscode.WebviewPanel,
    private readonly definition: ViewDefinition<FromView>
  ) {
    const {page, readableFolder} = definition;
    const {webview} = panel;
    const folder = vscode.Uri.joinPath(host.extensionUri, "dist", "webview");
    const address = (file: string) => webview.asWebviewUri(vscode.Uri.joinPath(folder, file)).toString();
    webview.options = {
      enableScripts: true,
      localResourceRoots: readableFolder === null ? [folder] : [folder, readableFolder]
    };
    this.owns(
      webview.onDidReceiveMessage((message) => this.receive(message)),
      panel.onDidDispose(() => this.dispose())
    );
    webview.html = webviewPage(page, {
      script: address(`${page.name}.js`),
      styles: address(`${page.name}.css`),
      cspSource: webview.cspSource,
      canFetch: readableFolder !== null,
      nonce: randomBytes(16).toString("base64")
    });
  }

  get isDisposed(): boolean {
    return this.disposed;
  }

  /** Disposes these when the view is closed. */
  owns(...disposables: readonly vscode.Disposable[]): void {
    this.owned.push(...disposables);
  }

  post(message: ToView | LanguageAnswer): void {
    // Answers may come after the view was closed.
    if (this.disposed) return;
    // A hidden view receives nothing. It says "ready" when it is shown again.
    void this.panel.webview.postMessage(message);
  }

  dispose(): void {
    if (this.disposed) return;
    this.disposed = true;
    for (const disposable of this.owned) disposable.dispose();
    this.panel.dispose();
  }

  private receive(raw: unknown): void {
    const message = this.definition.parse(raw);
    if (message === null)
      this.host.log.warn(`The view "${this.definition.page.name}" sent an invalid message; it was dropped.`);
    else if (isHello(message)) this.post({type: "language", language});
    else void this.answer(message);
  }

  private async answer(message: FromView): Promise<void> {
    try {
      await this.definition.answer(message);
    } catch (error) {
      await this.host.errors.show(error);
    }
  }
}

function isHello(message: {readonly type: string}): message is Hello {
  return message.type === "hello";
}
