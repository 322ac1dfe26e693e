import * as vscode from "vscode";
import type {Scores} from "../../contract/scoring";
import {partOf, type TargetText, wholeDocument} from "../../host/documents/targetText";
import type {Host} from "../../host/host";
import {scoreHeader} from "../../metrics/scoreHeader";
import {escapeMarkdown} from "../../text/markdownText";
import {plainPath} from "../../text/plainText";
import {AskedPaths} from "./askedPaths";
import {checkedLength, type PerplexityInput, readPerplexityInput} from "./perplexityInput";
import {mostSurprisingLines, mostSurprisingTokens} from "./surprising";
import {answerOf, preparationOf, rounded} from "./toolAnswer";
import {ToolInputError} from "./toolInput";
import {openWorkspaceFile, type WorkspaceFile, workspaceFile} from "./workspaceFile";

/** How many of the most surprising tokens and lines the agent gets. */
const maxSurprises = 5;

/** Characters of a line that the agent gets. */
const maxLineLength = 120;

/** The text to score. */
interface Asked {
  readonly title: string;
  readonly text: string;
  readonly context: string;
  /** The line of its file at which the text begins; 1 without a file. */
  readonly firstLine: number;
}

type FileInput = Extract<PerplexityInput, {of: "file"}>;

/** `tokenscope_perplexity`: scores a text, or lines of a workspace file, for an agent with the user's own model. */
export class PerplexityTool implements vscode.LanguageModelTool<unknown> {
  private readonly asked = new AskedPaths();

  constructor(private readonly host: Pick<Host, "engine" | "settings" | "errors">) {}

  async prepareInvocation({
    input
  }: vscode.LanguageModelToolInvocationPrepareOptions<unknown>): Promise<vscode.PreparedToolInvocation> {
    return await preparationOf(() => this.question(readPerplexityInput(input)));
  }

  /** Asks before a file is read, because the agent gets to see its tokens and lines. A text it has already. */
  private async question(input: PerplexityInput): Promise<vscode.PreparedToolInvocation> {
    if (input.of === "text") return {invocationMessage: vscode.l10n.t("Measuring the perplexity of a text")};
    const file = await namedFile(input);
    this.asked.remember(input, file.uri);
    const title = titleOf(file, input);
    return {
      invocationMessage: vscode.l10n.t("Measuring the perplexity of {0}", title),
      confirmationMessages: {
        title: vscode.l10n.t("Measure perplexity"),
        // VS Code reads it as Markdown anyway, and a file may have any name.
        message: new vscode.MarkdownString(
          vscode.l10n.t(
            "Score {0} with your local model, and tell the agent its perplexity and its most surprising tokens and lines?",
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
      const text = await this.textOf(readPerplexityInput(input));
      return await this.measure(text, token);
    });
  }

  private async textOf(input: PerplexityInput): Promise<Asked> {
    if (input.of === "text") return {title: "text", text: input.text, context: "", firstLine: 1};
    const document = await openWorkspaceFile(await this.agreedFile(input));
    const subject = await part(document, input);
    if (subject.text === "") throw new ToolInputError("There is no text in these lines: choose others.");
    return {
      title: `${subject.title}${document.isDirty ? " (with unsaved changes)" : ""}`,
      text: checkedLength(subject.text),
      context: input.context ? subject.before : "",
      firstLine: document.positionAt(subject.start).line + 1
    };
  }

  /** The file of the input, if the question has named the same one: meanwhile it may have become a link. */
  private async agreedFile(input: FileInput): Promise<vscode.Uri> {
    const {uri} = await namedFile(input);
    this.asked.check(input, uri);
    return uri;
  }

  private async measure({title, text, context, firstLine}: Asked, token: vscode.CancellationToken) {
    const model = this.host.settings.scoringModel();
    const params = {model, text, top: 0, ...(context === "" ? {} : {context})};
    const scores = await this.host.engine.request("score", params, {token});
    const {logprobs, ends, ids} = scores;
    const tokens = mostSurprisingTokens(text, logprobs, ends, maxSurprises);
    const worst = Int32Array.from(tokens, (one) => ids[one.token] ?? 0);
    const texts = await this.host.engine.request("tokenTexts", {model, ids: worst}, {token});
    const lines = text.split("\n");
    return {
      of: title,
      ...header(scores),
      mostSurprisingTokens: tokens.map(({line, bits}, index) => ({
        token: texts[index] ?? "",
        ...(ends === null ? {} : {line: firstLine + line}),
        bits: rounded(bits)
      })),
      ...(ends === null
        ? {}
        : {
            mostSurprisingLines: mostSurprisingLines(text, logprobs, ends, maxSurprises).map(
              ({line, bits, bitsPerByte}) => ({
                line: firstLine + line,
                bits: rounded(bits),
                bitsPerByte: rounded(bitsPerByte),
                text: shortened(lines[line] ?? "")
              })
            )
          }),
      note: "Compare perplexities of the same model only; bits per byte also between models."
    };
  }
}

/** The JSON header of a score, with only those fields of the model that tell it from others. */
function header({summary, model: {file, quantization, sha256, device}, ...scores}: Scores) {
  const whole = scoreHeader({...scores, model: {file, quantization, sha256, device}}, summary);
  return Object.fromEntries(
    Object.entries(whole).map(([key, value]) => [key, typeof value === "number" ? rounded(value) : value])
  );
}

async function part(document: vscode.TextDocument, input: FileInput): Promise<TargetText> {
  const {startLine, endLine} = input;
  if (startLine === undefined && endLine === undefined) return await wholeDocument(document);
  const first = (startLine ?? 1) - 1;
  if (first >= document.lineCount)
    throw new ToolInputError(`The file has ${document.lineCount} lines: choose \`startLine\` among them.`);
  const last = Math.min(endLine ?? document.lineCount, document.lineCount) - 1;
  return await partOf(document, new vscode.Range(first, 0, last, document.lineAt(last).range.end.character));
}

async function namedFile({path}: FileInput): Promise<WorkspaceFile> {
  return await workspaceFile(path, vscode.workspace.workspaceFolders ?? []);
}

function titleOf({path}: WorkspaceFile, {startLine, endLine}: FileInput): string {
  const name = plainPath(path);
  if (startLine === undefined && endLine === undefined) return name;
  return endLine === undefined
    ? vscode.l10n.t("{0}, lines {1}–end", name, startLine ?? 1)
    : vscode.l10n.t("{0}, lines {1}–{2}", name, startLine ?? 1, endLine);
}

function shortened(line: string): string {
  const text = line.trim();
  return text.length <= maxLineLength ? text : `${text.slice(0, maxLineLength).toWellFormed()}…`;
}
