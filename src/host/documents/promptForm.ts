import type * as vscode from "vscode";
import type {PromptForm} from "../../contract/chat";

/** What a file is as a prompt. */
export function promptForm({uri, languageId}: vscode.TextDocument): PromptForm {
  if (/^jsonc?$/.test(languageId) || /\.jsonc?$/i.test(uri.path)) return "json";
  // VS Code has languages of their own for files of prompts, instructions and agents.
  const isMarkdown = /^(markdown|prompt|instructions|chatmode|chatagent|skill)$/.test(languageId);
  return isMarkdown || /\.(md|markdown)$/i.test(uri.path) ? "markdown" : "text";
}
