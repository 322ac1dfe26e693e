import {strict as assert} from "node:assert";
import {readFileSync} from "node:fs";
import path from "node:path";
import * as vscode from "vscode";
import {root} from "../../harness/paths";
import {until} from "./until";

/** The extension under test, once VS Code has activated it. */
export async function tokenscope(): Promise<vscode.Extension<unknown>> {
  const extension = vscode.extensions.getExtension("tokenscope.tokenscope");
  assert.ok(extension, "VS Code does not know the extension");
  await until(() => extension.isActive);
  return extension;
}

export const demonstrationModel = path.join(root, "media/models/tokenscope-tiny-q8_0.gguf");

/** A text with tokens and logprobs from another implementation. */
export interface ReferenceText {
  readonly file: string;
  readonly ids: readonly number[];
  readonly perplexity: number;
}

export function referenceText(name: string): ReferenceText {
  const folder = path.join(root, "test/fixtures/reference");
  const {ids, perplexity} = JSON.parse(readFileSync(path.join(folder, `${name}.json`), "utf8")) as ReferenceText;
  return {file: path.join(folder, `${name}.txt`), ids, perplexity};
}
