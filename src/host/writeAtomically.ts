import {randomUUID} from "node:crypto";
import * as vscode from "vscode";

/**
 * Writes a file so that its name never shows a part of the content. A local file is written under a temporary name and
 * renamed; other file systems must do this themselves.
 */
export async function writeAtomically(target: vscode.Uri, content: Uint8Array): Promise<void> {
  const {fs} = vscode.workspace;
  if (target.scheme !== "file") return await fs.writeFile(target, content);
  // A rename to the name of a folder would delete the folder.
  const there = await Promise.resolve(fs.stat(target)).catch(() => undefined);
  if (there !== undefined && (there.type & vscode.FileType.Directory) !== 0)
    throw vscode.FileSystemError.FileIsADirectory(target);
  const beside = target.with({path: `${target.path}.${randomUUID()}.part`});
  try {
    await fs.writeFile(beside, content);
    await fs.rename(beside, target, {overwrite: true});
  } catch (error) {
    await Promise.resolve(fs.delete(beside)).catch(() => undefined);
    throw error;
  }
}
