import {randomUUID} from "node:crypto";
import * as vscode from "vscode";

/**
 * Writes a file so that there is never a part of it under its name: on a disk it is written beside it first. Elsewhere the
 * file system's provider has to see to that.
 */
export async function writeAtomically(target: vscode.Uri, content: Uint8Array): Promise<void> {
  const {fs} = vscode.workspace;
  if (target.scheme !== "file") return await fs.writeFile(target, content);
  // Renaming something to a folder's name would delete the folder.
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
