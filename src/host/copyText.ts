import * as vscode from "vscode";

/** Copies a text, and says so for a moment. */
export async function copyText(text: string, message: string): Promise<void> {
  await vscode.env.clipboard.writeText(text);
  vscode.window.setStatusBarMessage(`$(check) ${message}`, 3000);
}
