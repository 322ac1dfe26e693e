import * as vscode from "vscode";
import {joinInSlices, runInSlices} from "../../host/cooperativeWork";
import type {Log} from "../../host/log";
import {writeAtomically} from "../../host/writeAtomically";
import type {Evaluation} from "./evaluation";
import {evaluationLines, restoredInSteps} from "./savedEvaluation";

/** Bytes. A larger file is none of ours. */
const maxSize = 16 << 20;

/** The last evaluation of a workspace, in the extension's folder for it. A window without a folder has none, and keeps nothing. */
export class EvaluationFile {
  private readonly file: vscode.Uri | undefined;

  constructor(
    private readonly folder: vscode.Uri | undefined,
    private readonly log: Log
  ) {
    this.file = folder && vscode.Uri.joinPath(folder, "evaluation.jsonl");
  }

  async read(): Promise<Evaluation | undefined> {
    if (!this.file) return undefined;
    try {
      const {size} = await vscode.workspace.fs.stat(this.file);
      if (size > maxSize) return undefined;
      const text = new TextDecoder().decode(await vscode.workspace.fs.readFile(this.file));
      return (await runInSlices(restoredInSteps(text, openable))) ?? undefined;
    } catch (error) {
      if (codeOf(error) !== "FileNotFound") this.log.warn(`the saved evaluation can't be read: ${codeOf(error)}`);
      return undefined;
    }
  }

  /** A failure costs the result after a reload, nothing now: it goes to the log. */
  async write(evaluation: Evaluation): Promise<void> {
    if (!this.folder || !this.file) return;
    try {
      await vscode.workspace.fs.createDirectory(this.folder);
      const text = await joinInSlices(evaluationLines(evaluation));
      await writeAtomically(this.file, new TextEncoder().encode(text));
    } catch (error) {
      this.log.warn(`the evaluation can't be saved: ${codeOf(error)}`);
    }
  }
}

/** Without the file's name, which is none of the log's. */
function codeOf(error: unknown): string {
  return error instanceof vscode.FileSystemError ? error.code : String(error);
}

/** An address of a file that a click may open: on this machine, or where the workspace is. */
function openable(address: string): vscode.Uri | null {
  try {
    const uri = vscode.Uri.parse(address, true);
    const folders = vscode.workspace.workspaceFolders ?? [];
    return ["file", ...folders.map((folder) => folder.uri.scheme)].includes(uri.scheme) ? uri : null;
  } catch {
    return null;
  }
}
