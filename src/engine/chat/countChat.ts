import * as l10n from "@vscode/l10n";
import type {ChatCount, CountChatParams, MessageCount} from "../../contract/chat";
import {EngineError} from "../../contract/errors";
import {count, listText} from "../../text/numberText";
import {TextProblemAt} from "../../text/placedJson";
import {type PlacedMessage, type Prompt, parsePrompt} from "../../text/promptFile";
import {utf16Offsets} from "../../text/textOffsets";
import type {Backend, ChatTemplates} from "../backend";
import {type Place, placesOf} from "./places";
import {render} from "./render";
import type {Rendered} from "./rendering";
import {strftime} from "./strftime";

/** UTF-16 units of a message's beginning that are handed over. */
const beginningLength = 100;

/** A rendered chat and its tokens, as llama.cpp's server makes them: special tokens are read, BOS stands in front once. */
interface SeenChat {
  /** With BOS and EOS written out where the vocabulary adds them. */
  readonly text: string;
  readonly count: number;
  /** Where each token begins in the rendered text, in UTF-16 units; null where the tokenizer rewrites texts. BOS may begin before it. */
  readonly starts: Int32Array | null;
}

/** Counts a chat after the model's own chat template. */
export async function countChat(backend: Backend, params: CountChatParams, signal: AbortSignal): Promise<ChatCount> {
  const prompt = promptOf(params);
  const templates = await backend.chatTemplates();
  const template = (prompt.tools.length > 0 ? templates.toolUse : null) ?? templates.standard;
  const model = await backend.describe();
  if (template === null)
    throw new EngineError(
      "noChatTemplate",
      l10n.t(
        "{0} has no chat template, so it is not known what it sees of a chat: select another model, or count the text alone.",
        model.name
      )
    );
  const {bos, eos} = templates;
  const now = params.now ?? Date.now();
  const addGenerationPrompt = params.addGenerationPrompt ?? prompt.messages.at(-1)?.role !== "assistant";
  const {messages, tools} = prompt;
  const rendered = await render({template, bos, eos, messages, tools, addGenerationPrompt, now}, signal);
  const seen = await see(backend, templates, rendered.text, signal);
  const parts = await partsOf(backend, templates, prompt, rendered, seen, signal);
  const warnings = [
    ...prompt.notes,
    ...(parts.tools === 0 ? [l10n.t("The model's chat template says nothing of the tools.")] : []),
    ...(await specialTokenWarnings(backend, prompt.messages, signal)),
    ...(await backend.warnings({}))
  ];
  return {
    model,
    count: seen.count,
    ...parts,
    rendered: seen.text,
    date: rendered.dated ? strftime("%F", now) : null,
    warnings
  };
}

function promptOf({text, form}: CountChatParams): Prompt {
  try {
    return parsePrompt(text.toWellFormed(), form);
  } catch (error) {
    if (!(error instanceof TextProblemAt)) throw error;
    const lines = text.slice(0, error.offset).split("\n");
    const line = count(lines.length);
    const column = count((lines.at(-1)?.length ?? 0) + 1);
    throw new EngineError(
      "badPrompt",
      l10n.t(
        "This file can't be read as a chat. Line {0}, column {1}: {2}. Correct it, or select a text to count it as one message.",
        line,
        column,
        error.message
      )
    );
  }
}

async function see(backend: Backend, templates: ChatTemplates, text: string, signal: AbortSignal): Promise<SeenChat> {
  const {bos, eos, addsBos, addsEos} = templates;
  const from = addsBos && text.startsWith(bos) ? bos.length : 0;
  const to = addsEos && text.endsWith(eos) ? Math.max(from, text.length - eos.length) : text.length;
  const middle = text.slice(from, to);
  const {ids, ends} = await backend.tokenize(middle, {special: true, behind: false}, signal);
  const first = addsBos ? 1 : 0;
  const all = first + ids.length + (addsEos ? 1 : 0);
  const starts = ends && new Int32Array(all).fill(to);
  if (ends && starts) {
    if (addsBos) starts[0] = from - bos.length;
    // A token begins where the one before it ends.
    const places = utf16Offsets(middle, ends);
    for (let i = 0; i < ids.length; i++) starts[first + i] = from + (places[i - 1] ?? 0);
  }
  return {text: (addsBos ? bos : "") + middle + (addsEos ? eos : ""), count: all, starts};
}

type Parts = Pick<ChatCount, "messages" | "template" | "tools" | "generationPrompt">;

async function partsOf(
  backend: Backend,
  templates: ChatTemplates,
  {messages, tools}: Prompt,
  rendered: Rendered,
  {count: all, starts}: SeenChat,
  signal: AbortSignal
): Promise<Parts> {
  const {text, withoutTools, withoutGenerationPrompt: silent} = rendered;
  const {places, unknown} = placesOf(rendered, messages);
  const answer = messages.length;
  const answerStart = silent !== null && text.startsWith(silent) ? silent.length : null;
  const answerPlace = answerStart === null ? [] : [{message: answer, start: answerStart, end: text.length}];
  const found = starts && tokensIn(starts, [...places, ...answerPlace], messages.length + 1);
  const perMessage = messages.map((message, i) => measured(message, unknown.has(i) ? null : (found?.[i] ?? null)));
  const generationPrompt = answerStart === null ? null : (found?.[answer] ?? null);
  const toolTokens =
    tools.length === 0 || withoutTools === null
      ? null
      : Math.max(0, all - (await see(backend, templates, withoutTools, signal)).count);
  const others = perMessage.reduce((sum, {tokens}) => sum + (tokens ?? 0), (generationPrompt ?? 0) + (toolTokens ?? 0));
  return {messages: perMessage, tools: toolTokens, generationPrompt, template: all - others};
}

/** How many tokens begin in the places of each message; a token counts once. */
function tokensIn(starts: Int32Array, places: readonly Place[], messages: number): number[] {
  const sorted = [...places].sort((a, b) => a.start - b.start);
  const tokens = new Array<number>(messages).fill(0);
  let next = 0;
  for (const at of starts) {
    while (next < sorted.length && at >= (sorted[next]?.end ?? 0)) next++;
    const place = sorted[next];
    if (place !== undefined && at >= place.start) tokens[place.message] = (tokens[place.message] ?? 0) + 1;
  }
  return tokens;
}

function measured({role, content, toolCalls, start, end}: PlacedMessage, tokens: number | null): MessageCount {
  const said = [content].flat().join(" ").trim() || toolCalls.map(({name}) => name).join(", ");
  const beginning = said.slice(0, beginningLength).replace(/\s+/g, " ").toWellFormed();
  return {role, beginning, start, end, tokens};
}

/** A content may have the name of a special token in it: a chat reads it as that token. */
async function specialTokenWarnings(
  backend: Backend,
  messages: readonly PlacedMessage[],
  signal: AbortSignal
): Promise<string[]> {
  const countOf = async (text: string, special: boolean): Promise<number> =>
    (await backend.tokenize(text, {special, behind: false}, signal)).ids.length;
  const numbers: string[] = [];
  for (const [i, {content}] of messages.entries()) {
    const text = [content].flat().join("\n");
    if ((await countOf(text, true)) !== (await countOf(text, false))) numbers.push(count(i + 1));
  }
  const [only] = numbers;
  if (only === undefined) return [];
  return [
    numbers.length === 1
      ? l10n.t("Message {0} has the name of a special token in it: the model sees that token, not its name.", only)
      : l10n.t(
          "Messages {0} have names of special tokens in them: the model sees those tokens, not their names.",
          listText(numbers)
        )
  ];
}
