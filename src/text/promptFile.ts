import * as l10n from "@vscode/l10n";
import {member, type PlacedJson, parsePlacedJson, plainValue, TextProblemAt} from "./placedJson";

/** A message as a chat template takes it. */
export interface ChatMessage {
  readonly role: string;
  /** Several parts where the file has them so: some templates join them in a way of their own. */
  readonly content: string | readonly string[];
  readonly reasoning?: string;
  readonly name?: string;
  readonly toolCallId?: string;
  readonly toolCalls: readonly ToolCall[];
}

export interface ToolCall {
  readonly id?: string;
  readonly name: string;
  /** JSON. */
  readonly arguments: string;
}

export interface ChatTool {
  readonly name: string;
  readonly description: string;
  /** A JSON schema, as JSON. */
  readonly parameters: string;
}

/** A message with its place in the file, in UTF-16 units. */
export interface PlacedMessage extends ChatMessage {
  readonly start: number;
  readonly end: number;
}

export interface Prompt {
  readonly messages: readonly PlacedMessage[];
  readonly tools: readonly ChatTool[];
  /** Whole sentences on what is not counted, or is counted as it is written. */
  readonly notes: readonly string[];
}

/** The lines between which a Markdown file has its front matter. */
const fence = /^\ufeff?---[ \t]*\r?\n/;
const closingFence = /^---[ \t]*(?:\r?\n|$)/gm;

/** What VS Code puts something else in place of: files, tools, variables. */
const reference = /(?:^|\s)#(?:file|tool|selection|codebase)\b|\$\{\w+/;

/** The prompt that a file's text is. Throws a {@link TextProblemAt}. */
export function parsePrompt(text: string, form: "json" | "markdown" | "text"): Prompt {
  switch (form) {
    case "json":
      return jsonPrompt(parsePlacedJson(text));
    case "markdown":
      return markdownPrompt(text);
    case "text":
      return {messages: [userMessage(text, 0)], tools: [], notes: []};
  }
}

function markdownPrompt(text: string): Prompt {
  const head = text.slice(0, frontMatterLength(text));
  const body = text.slice(head.length);
  const notes: string[] = [];
  if (head !== "")
    notes.push(
      /^tools[ \t]*:/m.test(head)
        ? l10n.t("The front matter and the tools that it names are not counted: the editor reads it, not the model.")
        : l10n.t("The front matter is not counted: the editor reads it, not the model.")
    );
  if (reference.test(body))
    notes.push(
      l10n.t(
        "References to files, tools and variables are counted as they are written, not what the editor puts there."
      )
    );
  return {messages: [userMessage(body, head.length)], tools: [], notes};
}

/** Without one: 0. */
function frontMatterLength(text: string): number {
  const [open] = fence.exec(text) ?? [];
  if (open === undefined) return 0;
  closingFence.lastIndex = open.length;
  const close = closingFence.exec(text);
  return close === null ? 0 : close.index + close[0].length;
}

function userMessage(content: string, start: number): PlacedMessage {
  return {role: "user", content, toolCalls: [], start, end: start + content.length};
}

/** OpenAI's format, or the list of messages alone. */
function jsonPrompt(json: PlacedJson): Prompt {
  const messages = json.kind === "array" ? json : member(json, "messages");
  if (messages?.kind !== "array" || messages.items.length === 0)
    throw new TextProblemAt(
      l10n.t('a list "messages" with at least one message is expected'),
      (messages ?? json).start
    );
  const tools = member(json, "tools");
  if (tools !== undefined && tools.kind !== "array" && !isNull(tools))
    throw new TextProblemAt(l10n.t('"tools" is not a list'), tools.start);
  const leftOut: number[] = [];
  const read = messages.items.map((message, i) => {
    const {parts, others} = contentOf(message);
    if (others > 0) leftOut.push(i + 1);
    return messageOf(message, parts);
  });
  const notes = leftOut.map((number) =>
    l10n.t("Message {0} has parts that are not text, such as images: they are not counted.", String(number))
  );
  return {messages: read, tools: tools?.kind === "array" ? tools.items.map(toolOf) : [], notes};
}

function messageOf(json: PlacedJson, content: string | readonly string[]): PlacedMessage {
  const {start, end} = json;
  const role = textMember(json, "role");
  if (role === undefined || role === "") throw new TextProblemAt(l10n.t('the message has no "role"'), start);
  const calls = member(json, "tool_calls");
  const toolCalls = calls?.kind === "array" ? calls.items.map(toolCallOf) : [];
  if (calls !== undefined && calls.kind !== "array" && !isNull(calls))
    throw new TextProblemAt(l10n.t('"tool_calls" is not a list'), calls.start);
  if (member(json, "content") === undefined && toolCalls.length === 0)
    throw new TextProblemAt(l10n.t('the message has no "content"'), start);
  const reasoning = textMember(json, "reasoning_content");
  const name = textMember(json, "name");
  const toolCallId = textMember(json, "tool_call_id");
  return {
    role,
    content,
    toolCalls,
    ...(reasoning !== undefined && {reasoning}),
    ...(name !== undefined && {name}),
    ...(toolCallId !== undefined && {toolCallId}),
    start,
    end
  };
}

/** The text of a message, and how many of its parts are none. */
function contentOf(message: PlacedJson): {readonly parts: string | readonly string[]; readonly others: number} {
  const content = member(message, "content");
  if (content === undefined || isNull(content)) return {parts: "", others: 0};
  if (content.kind === "string") return {parts: content.value.toWellFormed(), others: 0};
  if (content.kind !== "array")
    throw new TextProblemAt(l10n.t('"content" is neither a text nor a list of parts'), content.start);
  const texts = content.items.flatMap((part) => {
    if (part.kind === "string") return [part.value.toWellFormed()];
    const text = textMember(part, "text");
    return text === undefined ? [] : [text];
  });
  return {parts: texts, others: content.items.length - texts.length};
}

function toolCallOf(json: PlacedJson): ToolCall {
  const called = member(json, "function") ?? json;
  const name = textMember(called, "name");
  if (name === undefined) throw new TextProblemAt(l10n.t('the tool call has no "name"'), json.start);
  const id = textMember(json, "id");
  return {name, arguments: argumentsOf(member(called, "arguments")), ...(id !== undefined && {id})};
}

/** JSON: OpenAI's interface has it as a text, others as a value. */
function argumentsOf(given: PlacedJson | undefined): string {
  if (given === undefined || isNull(given)) return "{}";
  if (given.kind !== "string") return JSON.stringify(plainValue(given));
  const written = given.value.toWellFormed();
  try {
    JSON.parse(written);
  } catch {
    throw new TextProblemAt(l10n.t('"{0}" is not JSON', "arguments"), given.start);
  }
  return written;
}

function toolOf(json: PlacedJson): ChatTool {
  const described = member(json, "function") ?? json;
  const name = textMember(described, "name");
  if (name === undefined) throw new TextProblemAt(l10n.t('the tool has no "name"'), json.start);
  const parameters = member(described, "parameters");
  return {
    name,
    description: textMember(described, "description") ?? "",
    parameters: parameters === undefined || isNull(parameters) ? "{}" : JSON.stringify(plainValue(parameters))
  };
}

/** A member that has to be a text if it is there. */
function textMember(json: PlacedJson, name: string): string | undefined {
  const value = member(json, name);
  if (value === undefined || isNull(value)) return undefined;
  if (value.kind !== "string") throw new TextProblemAt(l10n.t('"{0}" is not a text', name), value.start);
  return value.value.toWellFormed();
}

function isNull(json: PlacedJson): boolean {
  return json.kind === "other" && json.value === null;
}
