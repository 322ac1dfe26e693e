import * as vscode from "vscode";
import type {ChatCount, PromptForm} from "../../contract/chat";
import type {Sendable} from "../../contract/chunkedTransport";
import type {CountParams, CountResult} from "../../contract/scoring";
import {promptForm} from "../../host/documents/promptForm";
import {wholeDocument} from "../../host/documents/targetText";
import {countFolder} from "../../host/folderCounts";
import type {Host} from "../../host/host";
import {kindOf} from "../../host/hostError";
import {escapeMarkdown} from "../../text/markdownText";
import {plainPath} from "../../text/plainText";
import {AskedPaths} from "./askedPaths";
import {type CountInput, readCountInput} from "./countInput";
import {folderAnswer} from "./folderAnswer";
import {answerOf, budgetFields, modelFields, preparationOf, sizeFields} from "./toolAnswer";
import {ToolInputError} from "./toolInput";
import {openWorkspaceFile, type WorkspaceFile, workspaceFile, workspaceFolder} from "./workspaceFile";

/** Messages of a chat whose tokens the agent gets. */
const maxMessages = 100;

/** UTF-16 units of a text in which JSON is looked for. */
const maxJsonLength = 1 << 18;

/** The text to count. */
interface Counted {
  readonly title: string;
  readonly text: Sendable<CountParams>["text"];
  /** Undefined: as plain text. */
  readonly form: PromptForm | undefined;
  /** Undefined for a text that is in no file. */
  readonly uri?: vscode.Uri;
}

/** `tokenscope_count_tokens`: counts a text, a workspace file or a folder for an agent, with the user's own model. */
export class CountTokensTool implements vscode.LanguageModelTool<unknown> {
  private readonly asked = new AskedPaths();

  constructor(private readonly host: Host) {}

  async prepareInvocation({
    input
  }: vscode.LanguageModelToolInvocationPrepareOptions<unknown>): Promise<vscode.PreparedToolInvocation> {
    return await preparationOf(() => this.question(readCountInput(input)));
  }

  /**
   * Asks before it tells the names of a folder's files. How long a file is tells nothing of what is in it, and an agent of VS
   * Code's may list files without a question.
   */
  private async question(input: CountInput): Promise<vscode.PreparedToolInvocation> {
    if (input.of === "text") return {invocationMessage: vscode.l10n.t("Counting the tokens of a text")};
    const {uri, path} = await placeOf(input);
    const title = plainPath(path);
    const invocationMessage = vscode.l10n.t("Counting the tokens of {0}", title);
    if (input.of === "file") return {invocationMessage};
    this.asked.remember(input, uri);
    return {
      invocationMessage,
      confirmationMessages: {
        title: vscode.l10n.t("Count tokens"),
        // VS Code reads it as Markdown anyway, and a folder may have any name.
        message: new vscode.MarkdownString(
          vscode.l10n.t(
            "Count the tokens of the files in {0}, and tell the agent the names and sizes of the largest ones?",
            escapeMarkdown(title)
          )
        )
      }
    };
  }

  /** Rejects with an Error whose message is a sentence for the agent. */
  async invoke(
    {input}: vscode.LanguageModelToolInvocationOptions<unknown>,
    token: vscode.CancellationToken
  ): Promise<vscode.LanguageModelToolResult> {
    return await answerOf(this.host, async () => {
      const asked = readCountInput(input);
      if (asked.of === "text") {
        const {text, chat} = asked;
        return await this.count({title: "text", text, form: chat ? formOfText(text) : undefined}, token);
      }
      const place = await placeOf(asked);
      if (asked.of === "file") return await this.count(await contentOf(place, asked.chat), token);
      this.asked.check(asked, place.uri);
      const counts = await countFolder(this.host, [place.uri], {token});
      if (token.isCancellationRequested) throw new vscode.CancellationError();
      return await folderAnswer(plainPath(place.path), counts, this.host.budgets);
    });
  }

  private async count({title, text, form, uri}: Counted, token: vscode.CancellationToken): Promise<object> {
    const {engine, settings, budgets} = this.host;
    const model = settings.scoringModel();
    const plain = await engine.request("count", {model, text}, {token});
    const chat = form && (await this.countChat({text, form, inFile: uri !== undefined}, token));
    const {count, warnings} = chat ?? plain;
    const {contextSize} = plain.model;
    return {
      of: title,
      as: chat === undefined ? "plain" : "chat",
      count,
      ...(chat === undefined ? {} : chatFields(plain, chat)),
      ...sizeFields(plain),
      ...modelFields(plain.model, count),
      ...budgetFields(plain.count, uri === undefined ? null : budgets.of(uri, contextSize)),
      ...(warnings.length === 0 ? {} : {warnings})
    };
  }

  private async countChat(
    {text, form, inFile}: {text: Counted["text"]; form: PromptForm; inFile: boolean},
    token: vscode.CancellationToken
  ): Promise<ChatCount> {
    try {
      const model = this.host.settings.scoringModel();
      return await this.host.engine.request("countChat", {model, text, form}, {token});
    } catch (error) {
      // The words are the template's, and may be the file's.
      if (inFile && ["chatRefused", "chatTemplateFailed"].includes(kindOf(error)))
        throw new ToolInputError(
          "The model's chat template does not take the messages of this file: count it as plain."
        );
      throw error;
    }
  }
}

function chatFields({count: plainCount}: CountResult, {messages, template, tools, generationPrompt}: ChatCount) {
  return {
    plainCount,
    tokensOfMessages: messages.slice(0, maxMessages).map(({tokens}) => tokens),
    ...(messages.length > maxMessages ? {messages: messages.length} : {}),
    tokensOfTemplate: template,
    ...(tools === null ? {} : {tokensOfTools: tools}),
    ...(generationPrompt === null ? {} : {tokensOfGenerationPrompt: generationPrompt})
  };
}

async function placeOf({of, path}: Exclude<CountInput, {of: "text"}>): Promise<WorkspaceFile> {
  const folders = vscode.workspace.workspaceFolders ?? [];
  return await (of === "file" ? workspaceFile(path, folders) : workspaceFolder(path, folders));
}

async function contentOf({uri, path}: WorkspaceFile, chat: boolean): Promise<Counted> {
  const document = await openWorkspaceFile(uri);
  const {toSend} = await wholeDocument(document);
  return {
    title: `${plainPath(path)}${document.isDirty ? " (with unsaved changes)" : ""}`,
    text: toSend,
    form: chat ? promptForm(document) : undefined,
    uri
  };
}

/** JSON with messages is a chat of several; anything else is one message. */
function formOfText(text: string): PromptForm {
  if (text.length > maxJsonLength) return "text";
  try {
    return JSON.parse(text)?.messages === undefined ? "text" : "json";
  } catch {
    return "text";
  }
}
