import * as vscode from "vscode";
import {promptScheme} from "./promptScheme";

const maxPrompts = 5;

/** What models see of chats, as read-only documents. */
export class RenderedPrompts implements vscode.TextDocumentContentProvider {
  private readonly texts = new Map<string, string>();
  private shown = 0;

  provideTextDocumentContent({query}: vscode.Uri): string {
    return (
      this.texts.get(query) ?? vscode.l10n.t("This text was not kept when VS Code was closed: count the chat again.")
    );
  }

  dispose(): void {
    this.texts.clear();
  }

  /** `title` is safe to show as text. */
  async show(title: string, rendered: string): Promise<void> {
    const number = String(++this.shown);
    this.texts.set(number, rendered);
    for (const old of [...this.texts.keys()].slice(0, -maxPrompts)) this.texts.delete(old);
    const name = title.replace(/[\\/?#]/g, "-");
    const uri = vscode.Uri.from({
      scheme: promptScheme,
      path: `/${vscode.l10n.t("{0} as the model sees it", name)}.txt`,
      query: number
    });
    await vscode.window.showTextDocument(uri, {preview: true});
  }
}
