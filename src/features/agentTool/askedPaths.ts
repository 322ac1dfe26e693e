import type * as vscode from "vscode";
import {ToolInputError} from "./toolInput";

/** What questions to the user have named, so that a tool reads exactly that: meanwhile a path may lead elsewhere. */
export class AskedPaths {
  /** By input; "" if two questions for one input named different files. */
  private readonly shown = new Map<string, string>();

  remember(input: object, uri: vscode.Uri): void {
    const [key, named] = [JSON.stringify(input), uri.toString()];
    this.shown.set(key, (this.shown.get(key) ?? named) === named ? named : "");
  }

  /**
   * The answer to a question counts once.
   *
   * @throws ToolInputError unless the question has named this file or folder
   */
  check(input: object, uri: vscode.Uri): void {
    const key = JSON.stringify(input);
    const shown = this.shown.get(key);
    this.shown.delete(key);
    if (shown !== uri.toString())
      throw new ToolInputError("The user has not been asked about this file or folder: call the tool again.");
  }
}
