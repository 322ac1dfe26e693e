import {mkdtempSync, rmSync, writeFileSync} from "node:fs";
import {tmpdir} from "node:os";
import path from "node:path";
import {setTimeout} from "node:timers/promises";
import {isDeepStrictEqual} from "node:util";
import * as vscode from "vscode";

/** Shows a new text, not yet saved, with the cursor at its start. */
export async function showText(content: string, language = "plaintext"): Promise<vscode.TextEditor> {
  for (let tries = 1; ; tries++) {
    const document = await vscode.workspace.openTextDocument({content, language});
    // VS Code reuses the name of a closed document, and may still return that document.
    if (isText(document, content) || tries > 5) {
      const editor = await vscode.window.showTextDocument(document);
      if (isText(editor.document, content) || tries > 5) return editor;
    }
    await setTimeout(50);
  }
}

/** Whether a document has this text, judged by length: VS Code changes line ends and lone surrogates. */
function isText(document: vscode.TextDocument, content: string): boolean {
  const withLineFeeds = (text: string): string => text.replace(/\r\n?/g, "\n");
  return !document.isClosed && withLineFeeds(document.getText()).length === withLineFeeds(content).length;
}

/** Shows a file. */
export async function showFile(file: string): Promise<vscode.TextEditor> {
  return await vscode.window.showTextDocument(vscode.Uri.file(file));
}

/** Selects a range of UTF-16 offsets. The default end is that of the text. */
export function select(editor: vscode.TextEditor, start: number, end?: number): vscode.Selection {
  const {document} = editor;
  const last = end ?? document.getText().length;
  editor.selection = new vscode.Selection(document.positionAt(start), document.positionAt(last));
  return editor.selection;
}

/** Puts the cursor after the first occurrence of a text. */
export function placeCursor(editor: vscode.TextEditor, behind: string): void {
  const offset = editor.document.getText().indexOf(behind) + behind.length;
  select(editor, offset, offset);
}

/** Closes all editors without asking whether to save. */
export async function closeEditors(): Promise<void> {
  for (;;) {
    const tabs = vscode.window.tabGroups.all.flatMap((group) => group.tabs);
    if (tabs.length === 0) break;
    const saved = tabs.filter(({isDirty}) => !isDirty);
    if (saved.length > 0) await vscode.window.tabGroups.close(saved);
    else await vscode.commands.executeCommand("workbench.action.revertAndCloseActiveEditor");
  }
  // The group of a logprobs view is locked, and its lock outlives its editors.
  await vscode.commands.executeCommand("workbench.action.closeAllGroups");
  await vscode.commands.executeCommand("workbench.action.unlockEditorGroup");
}

/** A temporary folder for a `describe`. */
export function temporaryFolder(): {write(name: string, content: string | Uint8Array): string; readonly path: string} {
  const folder = mkdtempSync(path.join(tmpdir(), "tokenscope-test-"));
  after(() => rmSync(folder, {recursive: true, force: true}));
  return {
    path: folder,
    write(name, content) {
      const file = path.join(folder, name);
      writeFileSync(file, content);
      return file;
    }
  };
}

/** Changes user settings for the tests of a `describe`, and resets them after each. */
export function userSettings(): (key: string, value: unknown) => Promise<void> {
  const changed = new Set<string>();
  // Each change writes a file and notifies all listeners, so unchanged settings are skipped.
  const update = async (key: string, value: unknown): Promise<void> => {
    const settings = vscode.workspace.getConfiguration("tokenscope");
    const {globalValue, defaultValue} = settings.inspect(key) ?? {};
    if (isDeepStrictEqual(globalValue ?? defaultValue, value ?? defaultValue)) return;
    await settings.update(key, value, vscode.ConfigurationTarget.Global);
  };
  afterEach(async () => {
    for (const key of changed) await update(key, undefined);
    changed.clear();
  });
  return async (key, value) => {
    changed.add(key);
    await update(key, value);
  };
}
